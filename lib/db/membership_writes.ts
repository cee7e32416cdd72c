/** Write transactions on who follows which room, and how far they have read it. */
import type { MovedCursor } from "./drafts.ts";
import type { Trx } from "./schema.ts";

/** Starts to follow a room, with everything in it counted as read. */
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

/** How far a person has read a room. */
export interface ReadCursor {
  person: string;
  room: string;
  seq: number;
}

/** Moves read cursors forward, never back (D6); gives those that moved. */
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
    const { numUpdatedRows } = await trx.updateTable("memberships")
      .where("person", "=", person).where("room", "=", room)
      .where("last_read", "<", entry.seq)
      .set({ last_read: entry.seq, last_read_posts: entry.posts })
      .executeTakeFirst();
    if (numUpdatedRows === 0n) continue;
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
