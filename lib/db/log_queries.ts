/** Reads of the log and of the present state of messages. */
import { Buffer } from "node:buffer";
import type { Kysely } from "kysely";
import type { Entry, Message } from "../protocol.ts";
import { padded } from "./lists.ts";
import type { Schema } from "./schema.ts";

/** How much to read at most; at least one entry is read whatever it weighs. */
export interface ReadBounds {
  limit: number;
  /** UTF-8 bytes, about as many as the entries have on the wire. */
  bytes: number;
}

/**
 * UTF-8 bytes that a page of messages may have: a frame with it must leave
 * room below what a connection may buffer.
 */
const PAGE_BYTES = 96 * 1024;

/** Rows of one query, so that a few long bodies are never read in vain. */
const ROWS = 64;

/** What an entry weighs besides its body, ids and names included. */
const ENTRY_BYTES = 300;

/** Entries behind `after` and not below `floor`, oldest first (L5). */
export function readForward(
  db: Kysely<Schema>,
  room: string,
  { after, ...bounds }: ReadBounds & { after: number },
): Promise<Entry[]> {
  return readPieces(
    bounds,
    after,
    (last, rows) =>
      selectEntries(db, room).where("e.seq", ">", last)
        .orderBy("e.seq").limit(rows).execute(),
  );
}

/** The newest entries, oldest first. */
export async function readNewest(
  db: Kysely<Schema>,
  room: string,
  bounds: ReadBounds,
): Promise<Entry[]> {
  const entries = await readPieces(
    bounds,
    Number.MAX_SAFE_INTEGER,
    (last, rows) =>
      selectEntries(db, room).where("e.seq", "<", last)
        .orderBy("e.seq", "desc").limit(rows).execute(),
  );
  return entries.reverse();
}

function selectEntries(db: Kysely<Schema>, room: string) {
  return db.selectFrom("entries as e")
    .innerJoin("rooms as r", "r.id", "e.room")
    .leftJoin("persons as p", "p.id", "e.author")
    .where("e.room", "=", room).whereRef("e.seq", ">=", "r.floor")
    .select(["e.seq", "e.id", "e.kind", "e.at", "e.posts", "e.author"])
    .select(["p.name", "e.message", "e.body", "e.deleted"]);
}

type EntryRow = Awaited<
  ReturnType<ReturnType<typeof selectEntries>["execute"]>
>[number];

async function readPieces(
  { limit, bytes }: ReadBounds,
  start: number,
  select: (last: number, rows: number) => Promise<EntryRow[]>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let weight = 0;
  for (let last = start; entries.length < limit;) {
    const asked = Math.min(ROWS, limit - entries.length);
    const rows = await select(last, asked);
    for (const row of rows) {
      weight += ENTRY_BYTES + Buffer.byteLength(row.body);
      if (weight > bytes && entries.length > 0) return entries;
      entries.push(toEntry(row));
      last = row.seq;
    }
    if (rows.length < asked) break;
  }
  return entries;
}

function toEntry(row: EntryRow): Entry {
  const { seq, id, at, posts, author, kind, body } = row;
  const base = { seq, id, at, posts, author, name: row.name ?? "" };
  const message = row.message ?? "";
  if (kind === "deleted") return { ...base, kind, message };
  const deleted = row.deleted ? { deleted: true as const } : {};
  if (kind === "posted") return { ...base, kind, body, ...deleted };
  return { ...base, kind, message, body, ...deleted };
}

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
  /** Whether there are older messages than these. */
  more: boolean;
}

/**
 * The newest messages, or those older than `before`, with the room's head:
 * `limit` of them or fewer long ones, at least one unless there is none.
 * One statement, hence one snapshot (L5). Null when there is no such room.
 */
export async function readPage(
  db: Kysely<Schema>,
  room: string,
  { before, limit }: { before?: number; limit: number },
): Promise<MessagesPage | null> {
  const rows = await selectPage(db, room, before, limit + 1).execute();
  const head = rows[0];
  if (!head) return null;
  const found = rows.flatMap((row) => row.rev === null ? [] : toMessage(row));
  const count = Math.min(limit, fittingIn(PAGE_BYTES, found));
  return {
    seq: head.head,
    id: head.head_id ?? "",
    posts: head.roomPosts,
    messages: found.slice(0, count).reverse(),
    more: found.length > count,
  };
}

/** How many of the first messages weigh less together; at least one. */
function fittingIn(bytes: number, messages: readonly Message[]): number {
  let weight = 0;
  const over = messages.findIndex(({ body }) =>
    (weight += ENTRY_BYTES + Buffer.byteLength(body)) > bytes
  );
  return over < 0 ? messages.length : Math.max(1, over);
}

function selectPage(
  db: Kysely<Schema>,
  room: string,
  before: number | undefined,
  limit: number,
) {
  return db.selectFrom("rooms as r")
    .leftJoin(
      (eb) =>
        eb.selectFrom("messages").selectAll().where("room", "=", room)
          .where("seq", "<", before ?? Number.MAX_SAFE_INTEGER)
          .orderBy("seq", "desc").limit(limit).as("m"),
      (join) => join.onRef("m.seq", ">=", "r.floor"),
    )
    .leftJoin("persons as p", "p.id", "m.author")
    .where("r.id", "=", room)
    .select(["r.head", "r.head_id", "r.posts as roomPosts"])
    .select(["m.id", "m.seq", "m.rev", "m.at", "m.posts", "m.author"])
    .select(["p.name", "m.body", "m.edited_at", "m.deleted"])
    .orderBy("m.seq", "desc");
}

type PageRow = Awaited<
  ReturnType<ReturnType<typeof selectPage>["execute"]>
>[number];

function toMessage(row: PageRow): Message {
  return {
    id: row.id ?? "",
    seq: row.seq ?? 0,
    rev: row.rev ?? 0,
    at: row.at ?? 0,
    posts: row.posts ?? 0,
    author: row.author ?? "",
    name: row.name ?? "",
    body: row.body ?? "",
    ...row.edited_at !== null && { editedAt: row.edited_at },
    ...row.deleted && { deleted: true as const },
  };
}

/** A room's newest entry, and what is still there. */
export interface LogHead {
  room: string;
  /** 0 when the room is empty. */
  seq: number;
  /** Id of the entry at `seq`, empty when the room is empty. */
  id: string;
  /** Messages posted so far. */
  posts: number;
  /** Seq of the oldest entry that is kept (L8). */
  floor: number;
}

/** The heads of the rooms that exist, in no particular order. */
export async function readHeads(
  db: Kysely<Schema>,
  rooms: readonly string[],
): Promise<LogHead[]> {
  if (rooms.length === 0) return [];
  const rows = await db.selectFrom("rooms")
    .select(["id", "head", "head_id", "posts", "floor"])
    .where("id", "in", padded(rooms)).execute();
  return rows.map(({ id, head, head_id, posts, floor }) => ({
    room: id,
    seq: head,
    id: head_id ?? "",
    posts,
    floor,
  }));
}
