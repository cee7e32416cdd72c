/** Write transactions on how long rooms keep their messages (L8). */
import type { Kysely } from "kysely";
import { Refusal } from "../errors.ts";
import { record } from "./audit_writes.ts";
import { detach } from "./file_writes.ts";
import { padded } from "./lists.ts";
import type { Schema, Trx } from "./schema.ts";
import { forgetIndexed } from "./search_writes.ts";

/** How long a room keeps its messages from now on, and who says so. */
export interface RetentionChange {
  room: string;
  /** Null for the server's default. */
  days: number | null;
  actor: string;
  now: number;
}

/** Sets after how many days a room's messages go; refused with `no_room`. */
export async function setRetention(
  trx: Trx,
  { room, days, actor, now }: RetentionChange,
): Promise<void> {
  const found = await trx.selectFrom("rooms").where("id", "=", room)
    .select(["kind", "retention_days"]).forUpdate().executeTakeFirst();
  if (!found) throw new Refusal("no_room");
  const before = found.retention_days;
  if (before === days) return;
  await trx.updateTable("rooms").set({ retention_days: days })
    .where("id", "=", room).execute();
  const detail = found.kind === "open" ? { days, before } : {};
  await record(trx, { at: now, actor, action: "retention", room, detail });
}

/** What the server's default is from now on: on record, since messages go by it. */
export async function noteDefaultRetention(
  trx: Trx,
  { days, now }: { days: number | null; now: number },
): Promise<void> {
  const before = await readDefaultRetention(trx);
  if (before === days) return;
  const value = String(days ?? "");
  await trx.insertInto("place").values({ key: DEFAULT_RETENTION, value })
    .onConflict((c) => c.column("key").doUpdateSet({ value })).execute();
  const act = { at: now, actor: null, action: "default_retention" } as const;
  await record(trx, { ...act, detail: { days, before } });
}

/** The server's default as it was noted last, null for keeping everything. */
export async function readDefaultRetention(
  db: Kysely<Schema>,
): Promise<number | null> {
  const noted = await db.selectFrom("place").select("value")
    .where("key", "=", DEFAULT_RETENTION).executeTakeFirst();
  return noted && noted.value !== "" ? Number(noted.value) : null;
}

const DEFAULT_RETENTION = "retention_days";

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
