/** Write transactions on who follows which room, and how far they have read it. */
import { Refusal } from "../errors.ts";
import type { MovedCursor } from "./drafts.ts";
import type { Notify } from "../protocol.ts";
import { padded } from "./lists.ts";
import { lockPersons } from "./locks.ts";
import type { Trx } from "./schema.ts";

/**
 * Follows an open room. What the caller saw may have changed since: refused
 * with `no_room`, or with `removed` for who was sent out until later.
 */
export async function followOpen(
  trx: Trx,
  { person, room, now }: { person: string; room: string; now: number },
): Promise<void> {
  // Locked, or who is sent out in between would come in all the same.
  const open = await trx.selectFrom("rooms").where("id", "=", room)
    .where("kind", "=", "open").select("id").forUpdate().executeTakeFirst();
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
  const moved: UnversionedCursor[] = [];
  // In one order, or two machines could wait for each other.
  const ordered = cursors.toSorted((a, b) =>
    compare(a.room, b.room) || compare(a.person, b.person)
  );
  for (const { person, room, seq } of ordered) {
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
    moved.push({ person, room, ...entry });
  }
  return await bumpMoved(trx, moved);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A read cursor that moved, before its person's head was raised. */
export type UnversionedCursor = Omit<MovedCursor, "version">;

/** Raises the heads of those whose cursors moved, and of others. */
export async function bumpMoved(
  trx: Trx,
  moved: readonly UnversionedCursor[],
  others: readonly string[] = [],
): Promise<MovedCursor[]> {
  const people = moved.map(({ person }) => person);
  const versions = await bumpPersons(trx, [...people, ...others]);
  return moved.map((cursor) => ({
    ...cursor,
    version: versions.get(cursor.person)!,
  }));
}

/**
 * Raises the heads of what people follow (D6); gives the new ones by person.
 * They are locked last of all, and in the order of their ids: whoever bumps
 * several at once waits for nobody who waits for them.
 */
async function bumpPersons(
  trx: Trx,
  persons: readonly string[],
): Promise<Map<string, number>> {
  const ids = [...new Set(persons)].sort();
  if (ids.length === 0) return new Map();
  if (ids.length > 1) await lockPersons(trx, ids);
  const rows = await trx.updateTable("persons")
    .set((eb) => ({ head: eb("head", "+", 1) }))
    .where("id", "in", padded(ids)).returning(["id", "head"]).execute();
  return new Map(rows.map(({ id, head }) => [id, head]));
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
