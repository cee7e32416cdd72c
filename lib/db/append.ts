/** The one transaction that puts entries into logs (L1). */
import { AppendPlan } from "./append_plan.ts";
import type { Draft, Outcome, RoomHead } from "./drafts.ts";
import { chunks, padded } from "./lists.ts";
import type { MessagesTable, Schema, Trx } from "./schema.ts";
import { isUuid } from "./uuid.ts";

/** A batch, in the order in which its drafts arrived. */
export interface AppendArgs {
  drafts: readonly Draft[];
  /** Milliseconds since 1970. */
  now: number;
}

/** What came of a batch. */
export interface AppendResult {
  /** One for each draft, in the same order. */
  outcomes: Outcome[];
  /** The new heads of all rooms that got entries. */
  heads: RoomHead[];
}

/**
 * Appends a batch to the logs of its rooms. The order is the contract (L1):
 * lock the heads in ascending room id, only then look the ids up, number the
 * new ones, insert, write the heads.
 */
export async function append(
  trx: Trx,
  { drafts, now }: AppendArgs,
): Promise<AppendResult> {
  const plans = new Map<string, AppendPlan>();
  const byRoom = Map.groupBy(drafts, (draft) => draft.room);
  for (const room of await lockRooms(trx, [...byRoom.keys()])) {
    const { entries, messages } = await lookUp(trx, byRoom.get(room.id)!);
    plans.set(room.id, new AppendPlan({ room, entries, messages, now }));
  }
  const outcomes = drafts.map((draft): Outcome =>
    plans.get(draft.room)?.add(draft) ?? { refused: "no_room" }
  );
  const changed = [...plans.values()].filter((plan) => plan.entries.length > 0);
  await write(trx, changed);
  const heads = changed.map(({ room: { id, head, posts } }) => ({
    room: id,
    seq: head,
    posts,
  }));
  return { outcomes, heads };
}

function lockRooms(trx: Trx, rooms: string[]) {
  const ids = rooms.filter(isUuid);
  if (ids.length === 0) return Promise.resolve([]);
  return trx.selectFrom("rooms")
    .select(["id", "head", "head_id", "posts", "last_at"])
    .where("id", "in", padded(ids))
    .orderBy("id").forUpdate().execute();
}

async function lookUp(trx: Trx, drafts: Draft[]) {
  const room = drafts[0]!.room;
  const entries = await trx.selectFrom("entries").selectAll()
    .where("room", "=", room)
    .where("id", "in", padded(drafts.map((draft) => draft.id))).execute();
  const targets = drafts.flatMap((draft) =>
    draft.kind === "posted" ? [] : [draft.message]
  );
  if (targets.length === 0) return { entries, messages: [] };
  const messages = await trx.selectFrom("messages").selectAll()
    .where("room", "=", room).where("id", "in", padded(targets)).execute();
  return { entries, messages };
}

async function write(trx: Trx, plans: AppendPlan[]): Promise<void> {
  await insert(trx, "entries", plans.flatMap((plan) => plan.entries));
  await insert(trx, "messages", plans.flatMap((plan) => plan.posted));
  for (const plan of plans) {
    for (const message of plan.changed) await updateMessage(trx, message);
    for (const id of plan.deleted) await blankEntries(trx, plan.room.id, id);
    const { id, ...head } = plan.room;
    await trx.updateTable("rooms").set(head).where("id", "=", id).execute();
  }
  await moveAuthorsCursors(trx, plans);
}

async function insert<T extends "entries" | "messages">(
  trx: Trx,
  table: T,
  rows: Schema[T][],
): Promise<void> {
  for (const some of chunks(rows)) {
    await trx.insertInto<"entries" | "messages">(table)
      .values(some).execute();
  }
}

async function updateMessage(trx: Trx, message: MessagesTable): Promise<void> {
  const { room, seq, rev, body, edited_at, deleted } = message;
  await trx.updateTable("messages").set({ rev, body, edited_at, deleted })
    .where("room", "=", room).where("seq", "=", seq).execute();
}

/** Blanks what was posted and edited; the deleting entry has no text (L7). */
async function blankEntries(trx: Trx, room: string, message: string) {
  const blank = { body: "", deleted: 1 };
  await trx.updateTable("entries").set(blank)
    .where("room", "=", room).where("id", "=", message).execute();
  await trx.updateTable("entries").set(blank)
    .where("room", "=", room).where("message", "=", message)
    .where("kind", "=", "edited").execute();
}

/** Who posts has read what came before (D6). */
async function moveAuthorsCursors(trx: Trx, plans: AppendPlan[]) {
  const moved = new Set<string>();
  for (const { room, entries, posted } of plans) {
    if (posted.length === 0) continue;
    const before = entries[0]!.seq;
    for (const { person } of await moveCursors(trx, room.id, before)) {
      moved.add(person);
    }
  }
  if (moved.size === 0) return;
  await trx.updateTable("persons").set((eb) => ({ head: eb("head", "+", 1) }))
    .where("id", "in", padded([...moved])).execute();
}

function moveCursors(trx: Trx, room: string, from: number) {
  return trx.updateTable("memberships")
    .from((eb) =>
      eb.selectFrom("entries").where("room", "=", room)
        .where("seq", ">=", from).where("kind", "=", "posted")
        .select(({ fn }) => [
          "author",
          fn.max<number>("seq").as("seq"),
          fn.max<number>("posts").as("posts"),
        ]).groupBy("author").as("last")
    )
    .set((eb) => ({
      last_read: eb.ref("last.seq"),
      last_read_posts: eb.ref("last.posts"),
    }))
    .where("memberships.room", "=", room)
    .whereRef("memberships.person", "=", "last.author")
    .whereRef("memberships.last_read", "<", "last.seq")
    .returning("person").execute();
}
