/** What an append has to know before it numbers its entries. */
import { AppendPlan } from "./append_plan.ts";
import { type Draft, subjectOf } from "./drafts.ts";
import { readUploads } from "./file_writes.ts";
import { padded } from "./lists.ts";
import type { Trx } from "./schema.ts";
import { isUuid } from "./uuid.ts";

/** A batch, in the order in which its drafts arrived. */
export interface AppendArgs {
  drafts: readonly Draft[];
  /** Milliseconds since 1970. */
  now: number;
}

/** Locks the heads of the batch's rooms, then looks its ids up (L1); an empty plan for each room. */
export async function readPlans(
  trx: Trx,
  { drafts, now }: AppendArgs,
): Promise<Map<string, AppendPlan>> {
  const rooms = await lockRooms(trx, drafts);
  const entries = await entriesOf(trx, drafts);
  const messages = await messagesOf(trx, drafts);
  const isTrimmed = rooms.some(({ floor }) => floor > 1);
  const places = isTrimmed ? await placesOf(trx, drafts) : [];
  const closed = rooms.filter(({ kind }) => kind !== "open");
  const members = await membersOf(trx, closed, drafts);
  const named = await namedOf(trx, drafts);
  const uploads = await uploadsOf(trx, drafts);
  return new Map(rooms.map((room) => [
    room.id,
    new AppendPlan({
      room,
      entries: entries.filter((entry) => entry.room === room.id),
      messages: messages.filter((message) => message.room === room.id),
      places: places.filter((place) => place.room === room.id),
      insiders: new Set(
        members.filter((one) => one.room === room.id).map((one) => one.person),
      ),
      takenNames: new Set(
        named.filter(({ id }) => id !== room.id).map((one) => one.name_key),
      ),
      uploads,
      now,
    }),
  ]));
}

function lockRooms(trx: Trx, drafts: readonly Draft[]) {
  const ids = [...new Set(drafts.map(({ room }) => room))].filter(isUuid);
  if (ids.length === 0) return Promise.resolve([]);
  return trx.selectFrom("rooms")
    .select(["id", "head", "head_id", "posts", "last_at", "floor"])
    .select(["kind", "archived_at"])
    .where("id", "in", padded(ids))
    .orderBy("id").forUpdate().execute();
}

/** Who of the drafts' authors belongs to which of these rooms. */
function membersOf(
  trx: Trx,
  rooms: readonly { id: string }[],
  drafts: readonly Draft[],
) {
  if (rooms.length === 0) return Promise.resolve([]);
  const authors = [...new Set(drafts.map(({ author }) => author))];
  return trx.selectFrom("memberships").select(["room", "person"])
    .where("room", "in", padded(rooms.map(({ id }) => id)))
    .where("person", "in", padded(authors)).execute();
}

/** The rooms that have a name that drafts ask for. */
function namedOf(trx: Trx, drafts: readonly Draft[]) {
  const keys = drafts.flatMap((draft) =>
    draft.kind === "settings" && draft.named ? [draft.named.key] : []
  );
  if (keys.length === 0) return Promise.resolve([]);
  return trx.selectFrom("rooms").select(["id", "name_key"])
    .where("name_key", "in", padded(keys)).execute();
}

function entriesOf(trx: Trx, drafts: readonly Draft[]) {
  return trx.selectFrom("entries").selectAll()
    .where("id", "in", padded(drafts.map(({ id }) => id))).execute();
}

function placesOf(trx: Trx, drafts: readonly Draft[]) {
  return trx.selectFrom("places").selectAll()
    .where("id", "in", padded(drafts.map(({ id }) => id))).execute();
}

/** The uploads that the drafts name, for all plans together: each is taken once. */
async function uploadsOf(trx: Trx, drafts: readonly Draft[]) {
  const ids = drafts.flatMap((draft) =>
    draft.kind === "posted" ? draft.files ?? [] : []
  );
  const uploads = await readUploads(trx, ids);
  return new Map(uploads.map((upload) => [upload.id, upload]));
}

/** The messages that the drafts are about. */
function messagesOf(trx: Trx, drafts: readonly Draft[]) {
  const ids = drafts.map(subjectOf).filter((id) => id !== null);
  if (ids.length === 0) return Promise.resolve([]);
  return trx.selectFrom("messages").selectAll()
    .where("id", "in", padded(ids)).execute();
}
