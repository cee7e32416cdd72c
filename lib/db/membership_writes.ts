/** Write transactions on who follows which room, and how far they have read it. */
import { Refusal } from "../errors.ts";
import type { MovedCursor } from "./drafts.ts";
import type { Notify } from "../protocol.ts";
import type { Trx } from "./schema.ts";

/**
 * Follows an open room. What the caller saw may have changed since: refused
 * with `no_room`, or with `removed` for who was sent out until later.
 */
export async function followOpen(
  trx: Trx,
  { person, room, now }: { person: string; room: string; now: number },
): Promise<void> {
  const open = await trx.selectFrom("rooms").where("id", "=", room)
    .where("kind", "=", "open").select("id").executeTakeFirst();
  if (!open) throw new Refusal("no_room");
  await checkRemoval(trx, { person, room, now });
  await follow(trx, { person, room, now });
}

/** Refused with `removed` for who was sent out of a room until later. */
export async function checkRemoval(
  trx: Trx,
  { person, room, now }: { person: string; room: string; now: number },
): Promise<void> {
  const removal = await trx.selectFrom("removals").where("person", "=", person)
    .where("room", "=", room).where("until", ">", now)
    .select("until").executeTakeFirst();
  if (removal) throw new Refusal("removed");
}

/** Puts a room among a person's, with everything in it counted as read. */
export async function follow(
  trx: Trx,
  { person, room, now }: { person: string; room: string; now: number },
): Promise<void> {
  const { head, posts } = await trx.selectFrom("rooms").where("id", "=", room)
    .select(["head", "posts"]).executeTakeFirstOrThrow();
  await trx.insertInto("memberships").values({
    person,
    room,
    last_read: head,
    last_read_posts: posts,
    joined_at: now,
  }).onConflict((conflict) => conflict.doNothing()).execute();
  await bumpPerson(trx, person);
}

/** Stops following a room. */
export async function leaveRoom(
  trx: Trx,
  { person, room }: { person: string; room: string },
): Promise<void> {
  await trx.deleteFrom("memberships").where("person", "=", person)
    .where("room", "=", room).execute();
  await bumpPerson(trx, person);
}

/** Sets what a person is told of in a room. */
export async function setNotify(
  trx: Trx,
  { person, room, notify }: {
    person: string;
    room: string;
    notify: Notify | null;
  },
): Promise<void> {
  await trx.updateTable("memberships").set({ notify })
    .where("person", "=", person).where("room", "=", room).execute();
  await bumpPerson(trx, person);
}

/**
 * Marks a room as unread from the message at an entry on, or from the first one
 * behind it; from its last message where there is none behind it.
 */
export async function markUnread(
  trx: Trx,
  { person, room, from }: { person: string; room: string; from: number },
): Promise<void> {
  const posted = () =>
    trx.selectFrom("messages").where("room", "=", room)
      .where("kind", "=", "posted").select(["seq", "posts"]).limit(1);
  const message =
    await posted().where("seq", ">=", from).orderBy("seq").executeTakeFirst() ??
      await posted().orderBy("seq", "desc").executeTakeFirst();
  if (!message) return;
  await trx.updateTable("memberships")
    .set({ unread_from: message.seq, unread_from_posts: message.posts - 1 })
    .where("person", "=", person).where("room", "=", room)
    // What is not read needs no mark.
    .where("last_read", ">=", message.seq).execute();
  await bumpPerson(trx, person);
}

/** How far a person has read a room. */
export interface ReadCursor {
  person: string;
  room: string;
  seq: number;
}

/**
 * Moves read cursors forward, never back (D6), and ends the marks that they
 * reach; gives those for which something changed.
 */
export async function markRead(
  trx: Trx,
  cursors: readonly ReadCursor[],
): Promise<MovedCursor[]> {
  const moved: MovedCursor[] = [];
  for (const { person, room, seq } of cursors) {
    const entry = await trx.selectFrom("entries").where("room", "=", room)
      .where("seq", "<=", seq).orderBy("seq", "desc").limit(1)
      .select(["seq", "posts"]).executeTakeFirst();
    if (!entry) continue;
    const own = () =>
      trx.updateTable("memberships").where("person", "=", person)
        .where("room", "=", room);
    const again = await own().where("unread_from", "<=", entry.seq)
      .set({ unread_from: null, unread_from_posts: null }).executeTakeFirst();
    const on = await own().where("last_read", "<", entry.seq)
      .set({ last_read: entry.seq, last_read_posts: entry.posts })
      .executeTakeFirst();
    if (again.numUpdatedRows + on.numUpdatedRows === 0n) continue;
    const version = await bumpPerson(trx, person);
    moved.push({ person, room, ...entry, version });
  }
  return moved;
}

/**
 * Raises the head of what a person follows, so that every machine hears of it
 * (D6); gives the new one.
 */
export async function bumpPerson(trx: Trx, person: string): Promise<number> {
  const { head } = await trx.updateTable("persons").where("id", "=", person)
    .set((eb) => ({ head: eb("head", "+", 1) })).returning("head")
    .executeTakeFirstOrThrow();
  return head;
}
