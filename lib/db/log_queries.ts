/** Reads of the log. */
import type { Kysely } from "kysely";
import type { Entry, Person } from "../protocol.ts";
import { padded, weightOf } from "./lists.ts";
import type { EntriesTable, Schema } from "./schema.ts";

/** How much to read at most; at least one entry is read whatever it weighs. */
export interface ReadBounds {
  limit: number;
  /** UTF-8 bytes, about as many as the entries have on the wire. */
  bytes: number;
}

/** Rows of one query, so that a few long bodies are never read in vain. */
const ROWS = 64;

/**
 * Entries behind `after` and not below the floor, oldest first (L5, L8). None
 * beyond the head as of the first statement: a deletion between two of them
 * must not come together with the text it deleted (L7).
 */
export async function readForward(
  db: Kysely<Schema>,
  room: string,
  { after, ...bounds }: ReadBounds & { after: number },
): Promise<Entry[]> {
  const [head] = await readHeads(db, [room]);
  if (!head || head.seq <= after) return [];
  return readPieces(
    bounds,
    Math.max(after, head.floor - 1),
    (last, rows) =>
      selectEntries(db, room).where("e.seq", ">", last)
        .where("e.seq", "<=", head.seq)
        .orderBy("e.seq").limit(rows).execute(),
  );
}

/** The newest entries not below the floor, oldest first. */
export async function readNewest(
  db: Kysely<Schema>,
  room: string,
  bounds: ReadBounds,
): Promise<Entry[]> {
  const [head] = await readHeads(db, [room]);
  if (!head) return [];
  const entries = await readPieces(
    bounds,
    head.seq + 1,
    (last, rows) =>
      selectEntries(db, room).where("e.seq", "<", last)
        .where("e.seq", ">=", head.floor)
        .orderBy("e.seq", "desc").limit(rows).execute(),
  );
  return entries.reverse();
}

/** A body that a message had, or has. */
export interface Version {
  /** Since when, in milliseconds since 1970. */
  at: number;
  body: string;
  mentions?: Person[];
}

/** What a message said before and says now, the newest first. */
export async function readVersions(
  db: Kysely<Schema>,
  room: string,
  message: string,
  limit: number,
): Promise<Version[]> {
  const edits = await selectEntries(db, room).where("e.message", "=", message)
    .where("e.kind", "=", "edited").where("e.deleted", "=", 0)
    .orderBy("e.seq", "desc").limit(limit).execute();
  const first = edits.length < limit
    ? await selectEntries(db, room).where("e.id", "=", message)
      .where("e.kind", "=", "posted").where("e.deleted", "=", 0).execute()
    : [];
  return [...edits, ...first].map(({ at, body, data }) => {
    const { mentions } = JSON.parse(data ?? "{}");
    return { at, body, ...mentions && { mentions } };
  });
}

function selectEntries(db: Kysely<Schema>, room: string) {
  return db.selectFrom("entries as e")
    .leftJoin("persons as p", "p.id", "e.author")
    .where("e.room", "=", room)
    .select(["e.seq", "e.id", "e.kind", "e.at", "e.posts", "e.author"])
    .select(["p.name", "p.picture"])
    .select(["e.message", "e.body", "e.deleted", "e.data"]);
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
      weight += weightOf(row.body, row.data);
      if (weight > bytes && entries.length > 0) return entries;
      entries.push(toEntry(row));
      last = row.seq;
    }
    if (rows.length < asked) break;
  }
  return entries;
}

/** Entries that were just written, by room, with their authors' names. */
export async function namedEntries(
  db: Kysely<Schema>,
  rows: readonly EntriesTable[],
): Promise<Map<string, Entry[]>> {
  const entries = new Map<string, Entry[]>();
  if (rows.length === 0) return entries;
  const authors = [...new Set(rows.map(({ author }) => author))];
  const people = await db.selectFrom("persons").select([
    "id",
    "name",
    "picture",
  ])
    .where("id", "in", padded(authors)).execute();
  const byId = new Map(people.map((person) => [person.id, person]));
  for (const row of rows) {
    const { name, picture } = byId.get(row.author) ??
      { name: null, picture: null };
    const entry = toEntry({ ...row, name, picture });
    const others = entries.get(row.room);
    if (others) others.push(entry);
    else entries.set(row.room, [entry]);
  }
  return entries;
}

function toEntry(row: EntryRow): Entry {
  const { seq, id, at, posts, author, kind, message, body } = row;
  return {
    ...{ seq, id, at, posts, author, name: row.name ?? "", kind },
    ...row.picture !== null && { picture: row.picture },
    ...message !== null && { message },
    ...(kind === "posted" || kind === "edited") && { body },
    ...row.deleted && { deleted: true },
    // Its fields are those of its kind, as `dataOf` wrote them.
    ...row.data !== null && JSON.parse(row.data),
  } as Entry;
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
