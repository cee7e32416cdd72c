/** The one transaction that puts entries into logs (L1). */
import { AppendPlan } from "./append_plan.ts";
import type { Draft, MovedCursor, Outcome, RoomHead } from "./drafts.ts";
import { chunks, padded } from "./lists.ts";
import type { MessagesTable, Trx } from "./schema.ts";
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
  /** The read cursors that moved with them. */
  cursors: MovedCursor[];
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
  const cursors = await write(trx, changed);
  const heads = changed.map(({ room: { id, head, posts } }) => ({
    room: id,
    seq: head,
    posts,
  }));
  return { outcomes, heads, cursors };
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

async function write(trx: Trx, plans: AppendPlan[]): Promise<MovedCursor[]> {
  for (const some of chunks(plans.flatMap((plan) => plan.entries))) {
    await trx.insertInto("entries").values(some).execute();
  }
  const moved = [];
  for (const plan of plans) {
    await writeRoom(trx, plan);
    moved.push(...await moveCursors(trx, plan));
  }
  const versions = await bumpPersons(trx, moved.map(({ person }) => person));
  return moved.map((cursor) => ({
    ...cursor,
    version: versions.get(cursor.person)!,
  }));
}

async function writeRoom(trx: Trx, plan: AppendPlan): Promise<void> {
  await insertMessages(trx, plan);
  for (const message of plan.changed) await updateMessage(trx, message);
  for (const id of plan.deleted) await blankEntries(trx, plan.room.id, id);
  const { id, ...head } = plan.room;
  await trx.updateTable("rooms").set(head).where("id", "=", id).execute();
}

function newlyPosted(trx: Trx, { room, entries }: AppendPlan) {
  return trx.selectFrom("entries").where("room", "=", room.id)
    .where("seq", ">=", entries[0]!.seq).where("kind", "=", "posted");
}

/** From the entries just written: half the cost of sending all values again. */
async function insertMessages(trx: Trx, plan: AppendPlan): Promise<void> {
  await trx.insertInto("messages").columns([
    ...["room", "seq", "id", "rev", "author"] as const,
    ...["body", "at", "posts", "edited_at", "deleted"] as const,
  ]).expression(
    newlyPosted(trx, plan).select((eb) => [
      ...["room", "seq", "id", "seq as rev", "author"] as const,
      ...["body", "at", "posts"] as const,
      eb.lit(null).as("edited_at"),
      eb.lit(0).as("deleted"),
    ]),
  ).execute();
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
function moveCursors(trx: Trx, plan: AppendPlan) {
  return trx.updateTable("memberships")
    .from(
      newlyPosted(trx, plan).select(({ fn }) => [
        "author",
        fn.max<number>("seq").as("seq"),
        fn.max<number>("posts").as("posts"),
      ]).groupBy("author").as("last"),
    )
    .set((eb) => ({
      last_read: eb.ref("last.seq"),
      last_read_posts: eb.ref("last.posts"),
    }))
    .where("memberships.room", "=", plan.room.id)
    .whereRef("memberships.person", "=", "last.author")
    .whereRef("memberships.last_read", "<", "last.seq")
    .returning(["person", "room", "last_read as seq"])
    .returning("last_read_posts as posts").execute();
}

/** Raises the heads of what people follow (D6); gives the new ones by person. */
async function bumpPersons(
  trx: Trx,
  persons: string[],
): Promise<Map<string, number>> {
  const ids = [...new Set(persons)];
  if (ids.length === 0) return new Map();
  const rows = await trx.updateTable("persons")
    .set((eb) => ({ head: eb("head", "+", 1) }))
    .where("id", "in", padded(ids)).returning(["id", "head"]).execute();
  return new Map(rows.map(({ id, head }) => [id, head]));
}
