/**
 * The tables as Kysely sees them, the same on every database.
 *
 * UUIDs are lower-case text here whatever the database stores (`uuid.ts`),
 * times are milliseconds since 1970, truth values are 0 and 1.
 */
import type { Generated, Selectable, Transaction } from "kysely";
import type { Entry, Notify, Role, RoomKind } from "../protocol.ts";

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
  role: Generated<Role>;
  /** The one room that someone let in by a guest link may see, or null. */
  only_room: Generated<string | null>;
  /** Until when they may not write, or null. */
  muted_until: Generated<number | null>;
  mute_reason: Generated<string | null>;
  /** Until when they may not come in, or null. */
  banned_until: Generated<number | null>;
  ban_reason: Generated<string | null>;
  /** Version of what the person follows and has read (D6); only grows. */
  head: number;
  created_at: number;
  last_seen_at: number;
  /** SHA-256 of the picture, shortened, as base64url; null when there is none. */
  picture: string | null;
}

/** Logins; the token itself is never stored. */
export interface SessionsTable {
  /** SHA-256 of the token: 32 bytes. */
  token_hash: Uint8Array;
  person: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  /** Browser and system, or empty. */
  device: string;
  /** When the person last proved who they are, 0 for never. */
  proved_at: number;
}

/** Passwords of accounts, hashed. */
export interface PasswordsTable {
  person: string;
  /** Argon2id with its salt and costs. */
  hash: string;
  changed_at: number;
}

/** Passkeys of accounts (WebAuthn). */
export interface PasskeysTable {
  /** The credential's id: base64url. */
  credential: string;
  person: string;
  /** What its owner calls it. */
  name: string;
  /** COSE. */
  public_key: Uint8Array;
  /** Signatures so far, 0 where the authenticator doesn't count. */
  counter: number;
  /** How it can be reached, separated by spaces. */
  transports: string;
  created_at: number;
  used_at: number | null;
}

/** Codes that let in who lost everything else; each works once. */
export interface RecoveryCodesTable {
  person: string;
  /** SHA-256 of the code: 32 bytes. */
  code_hash: Uint8Array;
}

/** Passkey challenges that wait for their answer; neither they nor the cookies are stored. */
export interface ChallengesTable {
  /** SHA-256 of the challenge: 32 bytes. */
  challenge_hash: Uint8Array;
  /** SHA-256 of the cookie of the browser that asked: 32 bytes. */
  browser_hash: Uint8Array;
  /** Who adds a passkey; null for signing in with one. */
  person: string | null;
  expires_at: number;
}

/** Pictures of people, encoded anew. */
export interface PicturesTable {
  person: string;
  /** Such as `image/webp`. */
  type: string;
  bytes: Uint8Array;
}

/** Rooms with the head of each one's log. */
export interface RoomsTable {
  id: string;
  slug: string;
  name: string;
  name_key: string;
  kind: RoomKind;
  topic: Generated<string>;
  /** Since when nobody may write here, or null. */
  archived_at: Generated<number | null>;
  /** Who a direct room is between, so that it is found again; else null. */
  people_key: Generated<string | null>;
  /** Seq of the newest entry, 0 when there is none (L1). */
  head: number;
  /** Id of the entry at `head`, null when there is none (L9). */
  head_id: string | null;
  /** Messages posted so far. */
  posts: number;
  /** Seq of the oldest entry that is kept, or of the next one (L8); 1 at first. */
  floor: number;
  /** Messages posted below the floor. */
  floor_posts: Generated<number>;
  /** After how many days messages go, null for the server's default. */
  retention_days: Generated<number | null>;
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
  /** Seq from which on the person marked messages as unread, at most `last_read`, or null. */
  unread_from: Generated<number | null>;
  /** Messages posted before it. */
  unread_from_posts: Generated<number | null>;
  /** What to be told of; null for what is usual in rooms of this kind. */
  notify: Generated<Notify | null>;
  joined_at: number;
}

/** Addresses that rooms had before they got another name. */
export interface OldSlugsTable {
  slug: string;
  room: string;
}

/** Who was sent out of an open room, and until when. */
export interface RemovalsTable {
  room: string;
  person: string;
  until: number;
}

/** The log: what happened in each room, in order (L1). */
export interface EntriesTable {
  room: string;
  seq: number;
  /** Unique in its room for as long as the entry's place exists (L3). */
  id: string;
  kind: Entry["kind"];
  author: string;
  /** The message that this is about, null when it is one itself. */
  message: string | null;
  /** Empty when `deleted`, and in `deleted` entries. */
  body: string;
  /** 1 once the message was deleted: the body is blank (L7). */
  deleted: number;
  at: number;
  /** Messages posted in the room up to and including this entry. */
  posts: number;
  /** The fields that only entries of its kind have, as JSON, or null. */
  data: string | null;
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
  /** The kind of the entry that it came by. */
  kind: "posted" | "member" | "settings";
  /** The fields of that entry, as JSON, or null. */
  data: string | null;
  /** Who reacted: person ids by emoji, as JSON, or null. */
  reactions: Generated<string | null>;
  pinned_at: Generated<number | null>;
}

/** Who is mentioned in which message, as it is now. */
export interface MentionsTable {
  person: string;
  room: string;
  /** Seq of the message. */
  seq: number;
  at: number;
}

/** Links that let people in; the code itself is never stored. */
export interface InvitationsTable {
  id: string;
  /** SHA-256 of the code: 32 bytes. */
  token_hash: Uint8Array;
  /** What those who come by it become. */
  role: Role;
  /** The one room that a guest link opens, or a room to join, or null. */
  room: string | null;
  created_by: string | null;
  created_at: number;
  expires_at: number | null;
  uses: number;
  max_uses: number | null;
}

/** Settings of the place, such as its name. */
export interface PlaceTable {
  key: string;
  value: string;
}

/** What those who keep order did. */
export interface AuditTable {
  id: string;
  at: number;
  actor: string | null;
  action: string;
  person: string | null;
  room: string | null;
  /** JSON. */
  detail: string;
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

/** Content that got or lost a reference, and goes unless it has one. */
export interface LooseFilesTable {
  hash: string;
  /** Until when a machine may be removing it, and nobody else takes it up. */
  removing_until: number | null;
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
  passwords: PasswordsTable;
  passkeys: PasskeysTable;
  recovery_codes: RecoveryCodesTable;
  challenges: ChallengesTable;
  pictures: PicturesTable;
  rooms: RoomsTable;
  memberships: MembershipsTable;
  old_slugs: OldSlugsTable;
  removals: RemovalsTable;
  entries: EntriesTable;
  messages: MessagesTable;
  uploads: UploadsTable;
  attachments: AttachmentsTable;
  loose_files: LooseFilesTable;
  places: PlacesTable;
  search_docs: SearchDocsTable;
  mentions: MentionsTable;
  invitations: InvitationsTable;
  place: PlaceTable;
  audit: AuditTable;
}

/** A message as it is read. */
export type MessageRow = Selectable<MessagesTable>;

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
  "only_room",
  "actor",
]);
