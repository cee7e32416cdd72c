/** The one transaction that puts entries into logs (L1). */
import { sql } from "kysely";
import type { AppendPlan } from "./append_plan.ts";
import { recordEntries } from "./audit_writes.ts";
import { type AppendArgs, readPlans } from "./append_reads.ts";
import type { Entry } from "../protocol.ts";
import type { Changes, MovedCursor, Outcome, RoomHead } from "./drafts.ts";
import { attach, detach } from "./file_writes.ts";
import { chunks, padded } from "./lists.ts";
import { namedEntries } from "./log_queries.ts";
import { bumpMoved, type UnversionedCursor } from "./membership_writes.ts";
import { carryOut } from "./room_acts.ts";
import type { MessageRow, Trx } from "./schema.ts";
import {
  changeIndexed,
  numberDocs,
  type PostedMessage,
} from "./search_writes.ts";

/** Entries that are messages themselves. */
const STANDING = ["posted", "member", "settings"] as const;

/** What came of a batch. */
export interface AppendResult {
  /** One for each draft, in the same order. */
  outcomes: Outcome[];
  /** The new heads of all rooms that got entries. */
  heads: RoomHead[];
  /** The read cursors that moved with them. */
  cursors: MovedCursor[];
  changes: Changes;
  /** The new entries by room, as the log gives them, so that nobody has to read them. */
  entries: Map<string, Entry[]>;
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
  const plans = await readPlans(trx, { drafts, now });
  const outcomes = drafts.map((draft): Outcome =>
    plans.get(draft.room)?.add(draft) ?? { refused: "no_room" }
  );
  const changed = [...plans.values()].filter((plan) => plan.entries.length > 0);
  const moved = await write(trx, changed);
  const heads = changed.map(({ room: { id, head, posts } }) => ({
    room: id,
    seq: head,
    posts,
  }));
  const acts = await carryOut(trx, changed, now);
  await recordEntries(trx, changed);
  const mentioned = await writeMentions(trx, changed);
  const cursors = await bumpMoved(trx, moved, [...mentioned]);
  // Behind the locks of the persons, whose rows each new one refers to.
  await leadIn(trx, changed, now);
  const people = [...mentioned, ...acts.flatMap((act) => act.person ?? [])];
  const filesLost = changed.some(({ deleted }) => deleted.size > 0);
  const changes = { acts, people, filesLost };
  const entries = await namedEntries(trx, changed.flatMap((p) => p.entries));
  return { outcomes, heads, cursors, changes, entries };
}

// As many statements for a hundred rooms as for one.
async function write(
  trx: Trx,
  plans: AppendPlan[],
): Promise<UnversionedCursor[]> {
  if (plans.length === 0) return [];
  const entries = plans.flatMap((plan) => plan.entries);
  for (const some of chunks(entries)) {
    await trx.insertInto("entries").values(some).execute();
  }
  const ids = padded(entries.map(({ id }) => id));
  await insertMessages(trx, ids);
  await attach(trx, plans.flatMap((plan) => plan.attached));
  const places = newlyPosted(trx, ids).where("e.kind", "=", "posted")
    .select(["e.room", "e.seq"]);
  await numberDocs(
    trx,
    places.orderBy("e.at").orderBy("e.seq"),
    () => plans.flatMap(postedIn),
  );
  const moved = await moveCursors(trx, ids);
  await moveHeads(trx, padded(plans.map((plan) => plan.room.id)));
  await changeIndexed(trx, plans.flatMap(({ changed }) => [...changed]));
  for (const { room, changed, deleted } of plans) {
    for (const message of changed) await updateMessage(trx, message);
    for (const { id } of deleted) await blankEntries(trx, room.id, id);
    await detach(trx, room.id, [...deleted].map(({ id }) => id));
  }
  return moved;
}

function postedIn({ entries, attached }: AppendPlan): PostedMessage[] {
  const posted = entries.filter(({ kind }) => kind === "posted");
  return posted.map(({ room, seq, id, author, body, deleted }) => {
    const files = attached.find(({ message }) => message === id)?.uploads ?? [];
    const images = files.filter(({ type }) => type.startsWith("image/")).length;
    const counts = { files: files.length, images };
    return { room, seq, author, body, deleted, reactions: null, ...counts };
  });
}

/**
 * The messages just posted. They lie beyond the heads, until these are moved:
 * an id may be that of an older entry in another room, too. Found by ids, not
 * by rooms, since SQLite would read the whole of each room.
 */
function newlyPosted(trx: Trx, ids: string[]) {
  return trx.selectFrom("entries as e")
    .innerJoin("rooms as r", "r.id", "e.room")
    .where("e.id", "in", ids).where("e.kind", "in", [...STANDING])
    .whereRef("e.seq", ">", "r.head");
}

/** From the entries just written: half the cost of sending all values again. */
async function insertMessages(trx: Trx, ids: string[]): Promise<void> {
  await trx.insertInto("messages").columns([
    ...["room", "seq", "id", "rev", "author"] as const,
    ...["body", "at", "posts", "kind", "data"] as const,
    ...["edited_at", "deleted"] as const,
  ]).expression(
    newlyPosted(trx, ids).select((eb) => [
      ...["e.room", "e.seq", "e.id", "e.seq as rev", "e.author"] as const,
      ...["e.body", "e.at", "e.posts"] as const,
      sql<"posted" | "member" | "settings">`e.kind`.as("kind"),
      "e.data",
      eb.lit(null).as("edited_at"),
      eb.lit(0).as("deleted"),
    ]),
  ).execute();
}

async function moveHeads(trx: Trx, rooms: string[]): Promise<void> {
  await trx.updateTable("rooms").from("entries as e")
    .set((eb) => ({
      head: eb.ref("e.seq"),
      head_id: eb.ref("e.id"),
      posts: eb.ref("e.posts"),
      last_at: eb.ref("e.at"),
    }))
    .where("rooms.id", "in", rooms).whereRef("e.room", "=", "rooms.id")
    .where(
      "e.seq",
      "=",
      (eb) =>
        eb.selectFrom("entries as newest").whereRef(
          "newest.room",
          "=",
          "rooms.id",
        )
          .select(({ fn }) => fn.max<number>("newest.seq").as("seq")),
    )
    .execute();
}

async function updateMessage(trx: Trx, message: MessageRow): Promise<void> {
  const { room, seq, rev, body, edited_at, deleted } = message;
  const { data, reactions, pinned_at } = message;
  await trx.updateTable("messages")
    .set({ rev, body, edited_at, deleted, data, reactions, pinned_at })
    .where("room", "=", room).where("seq", "=", seq).execute();
}

/**
 * Mentions are a part of what messages are now: an edit may add and end some.
 * Gives the people concerned.
 */
async function writeMentions(
  trx: Trx,
  plans: AppendPlan[],
): Promise<Set<string>> {
  const mentions = plans.flatMap((plan) => plan.mentions);
  const people = new Set(mentions.map(({ person }) => person));
  for (const { room, named } of plans) {
    if (named.size === 0) continue;
    const ended = await trx.deleteFrom("mentions").where("room", "=", room.id)
      .where("seq", "in", padded([...named])).returning("person").execute();
    for (const { person } of ended) people.add(person);
  }
  for (const some of chunks(mentions)) {
    await trx.insertInto("mentions").values(some).execute();
  }
  return people;
}

/**
 * Whoever is mentioned by name in an open room follows it from that message on:
 * else nothing would tell them of it. Not while they are sent out or banned.
 */
async function leadIn(
  trx: Trx,
  plans: readonly AppendPlan[],
  now: number,
): Promise<void> {
  for (const { room, called } of plans) {
    for (const [seq, { posts, people }] of room.kind === "open" ? called : []) {
      if (people.length === 0) continue;
      await trx.insertInto("memberships").columns([
        ...["person", "room"] as const,
        ...["last_read", "last_read_posts", "joined_at"] as const,
      ]).expression(
        trx.selectFrom("persons as p")
          .innerJoin("rooms as r", (join) => join.on("r.id", "=", room.id))
          .where("p.id", "in", padded(people))
          // The account may have been deleted since the name was found.
          .where("p.name_key", "is not", null)
          .where(({ eb, or }) =>
            or([eb("banned_until", "is", null), eb("banned_until", "<=", now)])
          )
          .where(({ not, exists, selectFrom }) =>
            not(exists(
              selectFrom("removals as out").select("out.person")
                .whereRef("out.person", "=", "p.id")
                .whereRef("out.room", "=", "r.id").where("out.until", ">", now),
            ))
          )
          .select(({ ref, val }) => [
            ref("p.id").as("person"),
            ref("r.id").as("room"),
            val(seq - 1).as("last_read"),
            val(posts - 1).as("last_read_posts"),
            val(now).as("joined_at"),
          ]),
      ).onConflict((conflict) => conflict.doNothing()).execute();
    }
  }
}

/** Blanks what was posted and edited; the deleting entry has no text (L7). */
async function blankEntries(trx: Trx, room: string, message: string) {
  const blank = { body: "", deleted: 1, data: null };
  await trx.updateTable("entries").set(blank)
    .where("room", "=", room).where("id", "=", message).execute();
  await trx.updateTable("entries").set(blank)
    .where("room", "=", room).where("message", "=", message)
    .where("kind", "=", "edited").execute();
}

/** Who posts has read what came before (D6). */
async function moveCursors(
  trx: Trx,
  ids: string[],
): Promise<UnversionedCursor[]> {
  return await trx.updateTable("memberships")
    .from(
      newlyPosted(trx, ids).where("e.kind", "=", "posted").select(({ fn }) => [
        ...["e.room", "e.author"] as const,
        fn.max<number>("e.seq").as("seq"),
        fn.max<number>("e.posts").as("posts"),
      ]).groupBy(["e.room", "e.author"]).as("last"),
    )
    .set((eb) => ({
      last_read: eb.ref("last.seq"),
      last_read_posts: eb.ref("last.posts"),
      unread_from: null,
      unread_from_posts: null,
    }))
    .whereRef("memberships.room", "=", "last.room")
    .whereRef("memberships.person", "=", "last.author")
    .whereRef("memberships.last_read", "<", "last.seq")
    .returning(["person", "memberships.room", "last_read as seq"])
    .returning("last_read_posts as posts").execute();
}
