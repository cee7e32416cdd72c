/** Reads of the present state of messages. */
import type { JoinBuilder, Kysely } from "kysely";
import type { Message } from "../protocol.ts";
import { weightOf } from "./lists.ts";
import type { Schema } from "./schema.ts";

/**
 * UTF-8 bytes that a page of messages may have: a frame with it must leave
 * room below what a connection may buffer.
 */
const PAGE_BYTES = 96 * 1024;

/** A page of messages, and the room's head as of which it was read. */
export interface MessagesPage {
  /** The room's head, 0 when it is empty. */
  seq: number;
  /** Id of the entry at `seq`, empty when the room is empty. */
  id: string;
  /** Messages posted in the room up to `seq`. */
  posts: number;
  /** Oldest first. */
  messages: Message[];
  /** Whether there are more messages further on: older ones, or newer ones behind `after`. */
  more: boolean;
}

/** Which messages to read: the newest, those older than a seq, or those newer. */
export interface PageBounds {
  before?: number;
  after?: number;
  limit: number;
}

/**
 * The messages next to a seq, or the newest, with the room's head: `limit` of
 * them or fewer long ones, at least one unless there is none. One statement,
 * hence one snapshot (L5). Null when there is no such room.
 */
export async function readPage(
  db: Kysely<Schema>,
  room: string,
  { before, after, limit }: PageBounds,
): Promise<MessagesPage | null> {
  const rows = after === undefined
    ? await selectBefore(db, room, before).limit(limit + 1).execute()
    : await selectAfter(db, room, after).limit(limit + 1).execute();
  const head = rows[0];
  if (!head) return null;
  const found = messagesIn(rows);
  const count = Math.min(limit, fittingIn(PAGE_BYTES, found));
  const messages = found.slice(0, count);
  return {
    seq: head.head,
    id: head.head_id ?? "",
    posts: head.roomPosts,
    messages: after === undefined ? messages.reverse() : messages,
    more: found.length > count,
  };
}

/** A message, and the head of its room as of which it was read; null where there is none. */
export async function readMessage(
  db: Kysely<Schema>,
  room: string,
  id: string,
): Promise<{ message: Message; seq: number } | null> {
  const rows = await selectMessages(
    db,
    room,
    (join) => join.on("m.id", "=", id),
  )
    .execute();
  const [message] = messagesIn(rows);
  return message ? { message, seq: rows[0]!.head } : null;
}

/** The messages pinned last, the last first; fewer than `limit` when they are long. */
export async function readPins(
  db: Kysely<Schema>,
  room: string,
  limit: number,
): Promise<{ messages: Message[]; more: boolean }> {
  const rows = await selectMessages(
    db,
    room,
    (join) => join.on("m.pinned_at", "is not", null),
  ).orderBy("m.pinned_at", "desc").limit(limit + 1).execute();
  const found = messagesIn(rows);
  const count = Math.min(limit, fittingIn(PAGE_BYTES, found));
  return { messages: found.slice(0, count), more: found.length > count };
}

/** How many of the first messages weigh less together; at least one. */
function fittingIn(bytes: number, messages: readonly Message[]): number {
  let weight = 0;
  const over = messages.findIndex(({ body, reactions }) =>
    (weight += weightOf(body, reactions ? JSON.stringify(reactions) : null)) >
      bytes
  );
  return over < 0 ? messages.length : Math.max(1, over);
}

function selectBefore(
  db: Kysely<Schema>,
  room: string,
  before = Number.MAX_SAFE_INTEGER,
) {
  return selectMessages(
    db,
    room,
    (join) => join.onRef("m.seq", ">=", "r.floor").on("m.seq", "<", before),
  ).orderBy("m.seq", "desc");
}

/** Without the floor, from which SQLite would read on: `messagesIn` knows it. */
function selectAfter(db: Kysely<Schema>, room: string, after: number) {
  return selectMessages(db, room, (join) => join.on("m.seq", ">", after))
    .orderBy("m.seq");
}

type MessagesJoin = JoinBuilder<
  Schema & { r: Schema["rooms"]; m: Schema["messages"] },
  "r" | "m"
>;

/** A row for each message that the join lets through, at least one with the room's head. */
function selectMessages(
  db: Kysely<Schema>,
  room: string,
  which: (join: MessagesJoin) => MessagesJoin,
) {
  return db.selectFrom("rooms as r")
    .leftJoin(
      "messages as m",
      (join) => which(join.onRef("m.room", "=", "r.id") as MessagesJoin),
    )
    .leftJoin("persons as p", "p.id", "m.author")
    .where("r.id", "=", room)
    .select(["r.head", "r.head_id", "r.posts as roomPosts", "r.floor"])
    .select(["m.id", "m.seq", "m.rev", "m.at", "m.posts", "m.author"])
    .select(["p.name", "p.picture", "m.body", "m.edited_at", "m.deleted"])
    .select(["m.kind", "m.data", "m.reactions", "m.pinned_at"]);
}

type PageRow = Awaited<
  ReturnType<ReturnType<typeof selectMessages>["execute"]>
>[number];

function messagesIn(rows: readonly PageRow[]): Message[] {
  return rows.flatMap((row) =>
    row.seq === null || row.seq < row.floor ? [] : toMessage(row)
  );
}

function toMessage(row: PageRow): Message {
  return {
    id: row.id ?? "",
    seq: row.seq ?? 0,
    rev: row.rev ?? 0,
    at: row.at ?? 0,
    posts: row.posts ?? 0,
    author: row.author ?? "",
    name: row.name ?? "",
    ...row.picture !== null && { picture: row.picture },
    body: row.body ?? "",
    ...(row.kind === "member" || row.kind === "settings") && { kind: row.kind },
    ...row.data !== null && JSON.parse(row.data),
    ...row.reactions !== null && { reactions: JSON.parse(row.reactions) },
    ...row.pinned_at !== null && { pinnedAt: row.pinned_at },
    ...row.edited_at !== null && !row.deleted && { editedAt: row.edited_at },
    ...row.deleted && { deleted: true as const },
  };
}
