/**
 * The tables as Kysely sees them, the same on every database.
 *
 * UUIDs are lower-case text here whatever the database stores (`uuid.ts`),
 * times are milliseconds since 1970, truth values are 0 and 1.
 */
import type { Generated, Transaction } from "kysely";

/** Facts about the database itself, such as its epoch. */
export interface MetaTable {
  key: string;
  value: string;
}

/** People, guests included. */
export interface PersonsTable {
  id: string;
  name: string;
  /** What makes the name unique (N1); null once the name was freed. */
  name_key: string | null;
  kind: "guest";
  /** Version of what the person follows and has read (D6); only grows. */
  head: number;
  created_at: number;
  last_seen_at: number;
}

/** Logins; the token itself is never stored. */
export interface SessionsTable {
  /** SHA-256 of the token: 32 bytes. */
  token_hash: Uint8Array;
  person: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
}

/** Rooms with the head of each one's log. */
export interface RoomsTable {
  id: string;
  slug: string;
  name: string;
  name_key: string;
  kind: "open";
  /** Seq of the newest entry, 0 when there is none (L1). */
  head: number;
  /** Id of the entry at `head`, null when there is none (L9). */
  head_id: string | null;
  /** Messages posted so far. */
  posts: number;
  /** Seq of the oldest entry that is kept, or of the next one (L8); 1 at first. */
  floor: number;
  /** Messages posted below the floor. */
  floor_posts: number;
  /** After how many days messages go, null for the server's default. */
  retention_days: number | null;
  /** `at` of the newest entry; times never run backwards in a room. */
  last_at: number;
  created_by: string | null;
  created_at: number;
}

/** Who follows which room, and how far they have read it. */
export interface MembershipsTable {
  person: string;
  room: string;
  /** Seq up to which the person has read; only grows. */
  last_read: number;
  /** Messages posted up to `last_read`. */
  last_read_posts: number;
  joined_at: number;
}

/** The log: what happened in each room, in order (L1). */
export interface EntriesTable {
  room: string;
  seq: number;
  /** Unique in its room for as long as the entry's place exists (L3). */
  id: string;
  kind: "posted" | "edited" | "deleted";
  author: string;
  /** The message that was edited or deleted, null for posted ones. */
  message: string | null;
  /** Empty when `deleted`, and in `deleted` entries. */
  body: string;
  /** 1 once the message was deleted: the body is blank (L7). */
  deleted: number;
  at: number;
  /** Messages posted in the room up to and including this entry. */
  posts: number;
}

/** The present state of each message, written together with its entries (L5). */
export interface MessagesTable {
  room: string;
  /** Seq of the entry that posted it. */
  seq: number;
  id: string;
  /** Seq of the last entry that touched it. */
  rev: number;
  author: string;
  body: string;
  at: number;
  posts: number;
  edited_at: number | null;
  deleted: number;
}

/** Places of entries below the floor, so that no id is stored twice (L3). */
export interface PlacesTable {
  id: string;
  room: string;
  seq: number;
  at: number;
  posts: number;
}

/** Files that no message has taken yet. */
export interface UploadsTable {
  id: string;
  person: string;
  /** SHA-256 of the content, hexadecimal: where the store has it. */
  hash: string;
  name: string;
  /** Its media type, found from the content. */
  type: string;
  /** Bytes. */
  size: number;
  /** Pixels, of pictures that can be shown; else null. */
  width: number | null;
  height: number | null;
  created_at: number;
}

/** Files of messages, under the ids of their uploads. */
export interface AttachmentsTable
  extends Omit<UploadsTable, "person" | "created_at"> {
  room: string;
  message: string;
  /** Its place among the message's files, from 0. */
  position: number;
}

/** Content that lost a reference, and goes unless it has another. */
export interface LooseFilesTable {
  hash: string;
}

/** The numbers under which the search index knows messages, in the order of their coming. */
export interface SearchDocsTable {
  doc: Generated<number>;
  room: string;
  /** Seq of the message. */
  seq: number;
}

/** All tables. */
export interface Schema {
  meta: MetaTable;
  persons: PersonsTable;
  sessions: SessionsTable;
  rooms: RoomsTable;
  memberships: MembershipsTable;
  entries: EntriesTable;
  messages: MessagesTable;
  uploads: UploadsTable;
  attachments: AttachmentsTable;
  loose_files: LooseFilesTable;
  places: PlacesTable;
  search_docs: SearchDocsTable;
}

/** A transaction on these tables. */
export type Trx = Transaction<Schema>;

/** Names of all columns that hold a UUID, in whichever table. */
export const UUID_COLUMNS: ReadonlySet<string> = new Set([
  "id",
  "person",
  "room",
  "author",
  "message",
  "head_id",
  "created_by",
]);
