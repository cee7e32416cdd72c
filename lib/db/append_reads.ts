/** What an append has to know before it numbers its entries. */
import { AppendPlan } from "./append_plan.ts";
import type { Draft } from "./drafts.ts";
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
  return new Map(rooms.map((room) => [
    room.id,
    new AppendPlan({
      room,
      entries: entries.filter((entry) => entry.room === room.id),
      messages: messages.filter((message) => message.room === room.id),
      places: places.filter((place) => place.room === room.id),
      now,
    }),
  ]));
}

function lockRooms(trx: Trx, drafts: readonly Draft[]) {
  const ids = [...new Set(drafts.map(({ room }) => room))].filter(isUuid);
  if (ids.length === 0) return Promise.resolve([]);
  return trx.selectFrom("rooms")
    .select(["id", "head", "head_id", "posts", "last_at", "floor"])
    .where("id", "in", padded(ids))
    .orderBy("id").forUpdate().execute();
}

function entriesOf(trx: Trx, drafts: readonly Draft[]) {
  return trx.selectFrom("entries").selectAll()
    .where("id", "in", padded(drafts.map(({ id }) => id))).execute();
}

function placesOf(trx: Trx, drafts: readonly Draft[]) {
  return trx.selectFrom("places").selectAll()
    .where("id", "in", padded(drafts.map(({ id }) => id))).execute();
}

/** The messages that the drafts edit or delete. */
function messagesOf(trx: Trx, drafts: readonly Draft[]) {
  const ids = drafts.flatMap((draft) =>
    draft.kind === "posted" ? [] : [draft.message]
  );
  if (ids.length === 0) return Promise.resolve([]);
  return trx.selectFrom("messages").selectAll()
    .where("id", "in", padded(ids)).execute();
}
