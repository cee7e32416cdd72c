/** Write transactions on how long rooms keep their messages (L8). */
import { Refusal } from "../errors.ts";
import { detach } from "./file_writes.ts";
import { padded } from "./lists.ts";
import type { Trx } from "./schema.ts";
import { forgetIndexed } from "./search_writes.ts";

/** Sets after how many days a room's messages go, null for the server's default; refused with `no_room`. */
export async function setRetention(
  trx: Trx,
  { room, days }: { room: string; days: number | null },
): Promise<void> {
  const { numUpdatedRows } = await trx.updateTable("rooms")
    .set({ retention_days: days }).where("id", "=", room).executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Refusal("no_room");
}

/** Which entries go, and how many of them at most in one transaction. */
export interface TrimArgs {
  room: string;
  /** Milliseconds since 1970: what is older goes. */
  before: number;
  /** Bounds how long the transaction keeps others waiting. */
  limit: number;
}

/** What a trim left. */
export interface Trimmed {
  room: string;
  /** Seq of the oldest entry that is kept. */
  floor: number;
  /** Messages posted below the floor. */
  posts: number;
  /** Whether there may be more to remove. */
  more: boolean;
}

/**
 * Removes the oldest entries of a room with the messages that they posted, and
 * raises the floor in the same transaction (L8). A message goes as a whole: its
 * later edits are blanked where they stand, like those of a deleted one. Of
 * each entry only the place is kept, by its id (L3). Null when nothing is old
 * enough.
 */
export async function trimRoom(
  trx: Trx,
  { room, before, limit }: TrimArgs,
): Promise<Trimmed | null> {
  const found = await trx.selectFrom("rooms").select("floor")
    .where("id", "=", room).forUpdate().executeTakeFirst();
  if (!found) return null;
  const oldest = await trx.selectFrom("entries")
    .select(["seq", "id", "at", "posts"])
    .where("room", "=", room).where("seq", ">=", found.floor)
    .orderBy("seq").limit(limit).execute();
  const young = oldest.findIndex(({ at }) => at >= before);
  const gone = young < 0 ? oldest : oldest.slice(0, young);
  const last = gone.at(-1);
  if (!last) return null;
  const trimmed = { room, floor: last.seq + 1, posts: last.posts };
  await blankEdits(trx, room, gone.map(({ id }) => id));
  // While the index can still see what these messages had.
  await forgetIndexed(trx, { room, below: trimmed.floor });
  await detach(trx, room, gone.map(({ id }) => id));
  await remove(trx, trimmed);
  return { ...trimmed, more: gone.length === limit };
}

async function blankEdits(trx: Trx, room: string, messages: string[]) {
  await trx.updateTable("entries").set({ body: "", deleted: 1, data: null })
    .where("room", "=", room).where("message", "in", padded(messages))
    .where("kind", "=", "edited").where("deleted", "=", 0).execute();
}

async function remove(trx: Trx, { room, floor, posts }: Omit<Trimmed, "more">) {
  await trx.insertInto("places")
    .columns(["id", "room", "seq", "at", "posts"])
    .expression(
      trx.selectFrom("entries").select(["id", "room", "seq", "at", "posts"])
        .where("room", "=", room).where("seq", "<", floor),
    ).execute();
  await trx.deleteFrom("messages")
    .where("room", "=", room).where("seq", "<", floor).execute();
  await trx.deleteFrom("mentions")
    .where("room", "=", room).where("seq", "<", floor).execute();
  await trx.deleteFrom("entries")
    .where("room", "=", room).where("seq", "<", floor).execute();
  await trx.updateTable("rooms").set({ floor, floor_posts: posts })
    .where("id", "=", room).execute();
}
