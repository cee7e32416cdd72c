/**
 * The wire protocol `atoll.v1`: JSON text frames over a WebSocket.
 *
 * Frames, limits and close codes, for the server, the browser, bots and tests;
 * `client_frames.ts` has the schemas of what clients send, apart so that pages
 * don't carry them. `docs/protocol.md` explains all to people who write clients.
 */
/** The WebSocket subprotocol that clients offer and the server echoes. */
export const SUBPROTOCOL = "atoll.v1";

/** A second offered subprotocol may carry a program's token; it is never echoed. */
export const TOKEN_SUBPROTOCOL_PREFIX = "atoll.token.";

/** What somebody is called whose account was deleted: nobody else may be. */
export const FORMER_NAME = "Former person";

/** Sizes that both sides respect. */
export const LIMITS = {
  /** UTF-8 bytes in one frame from a client. */
  frameBytes: 64 * 1024,
  /** Unicode code points in a message. */
  bodyCodePoints: 8_000,
  /** UTF-8 bytes in a message. */
  bodyBytes: 32 * 1024,
  /** Grapheme clusters in a person's name. */
  personNameGraphemes: 40,
  /** Unicode code points in a password, after NFKC. */
  passwordCodePoints: { min: 10, max: 200 },
  /** Bytes in an uploaded picture of a person. */
  pictureBytes: 5_000_000,
  /** Grapheme clusters in a room's name. */
  roomNameGraphemes: 40,
  /** Days after which a room's messages may go, from 1. */
  retentionDays: 3_650,
  /** Files of one message. */
  files: 10,
  /** People whom a direct room is between. */
  directPeople: 10,
  /** Code points in a room's topic. */
  topicCodePoints: 250,
  /** Messages in one `messages` frame. */
  pageMessages: 100,
  /** Most that one `report` says of each thing. */
  reportCount: 1_000,
  /** Frames a connection may get wrong before it is closed. */
  badFrames: 10,
  /** Rooms on the screen of one connection. */
  joins: 500,
} as const;

/**
 * Close codes of our own. Below 4500: come back and resume, after the delay
 * in milliseconds that may follow the reason's first word. From 4500: don't.
 */
export const CLOSE = {
  /** The server stops or restarts. */
  restarting: 4000,
  /** This connection reads too slowly to keep up. */
  tooSlow: 4001,
  /** Frames arrive faster than they can be handled. */
  tooFast: 4002,
  /** The session ended: signed out, expired or removed. */
  sessionEnded: 4500,
  /** Too many frames that are not of this protocol. */
  badFrames: 4501,
  /** The person was banned: the start page says until when, and why. */
  banned: 4502,
} as const;

/** Whether a client should connect again after this close code. */
export function mayReconnect(code: number): boolean {
  return code < 4500;
}

/** What can go wrong with a request; `lib/errors.ts` tells status and cure. */
export type ErrorCode =
  | "bad_json"
  | "bad_frame"
  | "unknown_type"
  | "frame_too_big"
  | "empty"
  | "too_long"
  | "no_room"
  | "no_message"
  | "not_yours"
  | "deleted"
  | "id_taken"
  | "out_of_order"
  | "too_fast"
  | "too_many_connections"
  | "too_many_joins"
  | "too_many_rooms"
  | "too_many_newcomers"
  | "here_too_often"
  | "body_too_slow"
  | "bad_query"
  | "too_broad"
  | "unavailable"
  | "stopping"
  | "name_empty"
  | "name_too_long"
  | "name_characters"
  | "name_reserved"
  | "name_taken"
  | "password_short"
  | "password_long"
  | "password_common"
  | "password_name"
  | "bad_credentials"
  | "proof_needed"
  | "last_credential"
  | "last_owner"
  | "passkey_failed"
  | "bad_picture"
  | "unauthorized"
  | "forbidden_origin"
  | "not_a_websocket"
  | "cannot_leave"
  | "bad_retention"
  | "topic_too_long"
  | "file_too_big"
  | "too_many_uploads"
  | "upload_broken"
  | "no_file"
  | "forbidden"
  | "muted"
  | "archived"
  | "removed"
  | "no_person"
  | "room_needed"
  | "bad_reaction"
  | "too_many_reactions"
  | "banned"
  | "no_credentials"
  | "no_invitation"
  | "invitation_needed"
  | "wrong_code"
  | "internal";

export type {
  ClientFrame,
  ClientFrameOf,
  ClientFrameType,
  DeliveryCounts,
} from "./client_frames.ts";

// --- What a room's log holds -------------------------------------------------

/** What a person is in this place, the mightiest first; guests have no credentials. */
export type Role = "owner" | "admin" | "member" | "guest";

/** Who may read a room: everyone, those who were let in, those it is between. */
export type RoomKind = "open" | "private" | "direct";

/** What to be told of in a room. */
export type Notify = "all" | "mentions" | "nothing";

interface EntryBase {
  /** Place in the room's log: 1, 2, 3 … without holes (L1). */
  seq: number;
  /** The entry's own id, a UUID minted by whoever wrote it (L3). */
  id: string;
  /** Milliseconds since 1970; never runs backwards in a room. */
  at: number;
  /** How many messages were posted in the room up to and including this entry. */
  posts: number;
  /** The author's person id. */
  author: string;
  /** The author's present name. */
  name: string;
  /** Hash of the author's picture, as in {@link Person}. */
  picture?: string;
}

/** A file of a message: its bytes are at `/files/<room>/<id>/<name>`. */
export interface FileInfo {
  id: string;
  name: string;
  /** Its media type, found from its content. */
  type: string;
  /** Bytes. */
  size: number;
  /** Pixels, only of pictures that can be shown. */
  width?: number;
  height?: number;
}

/** What a message holds besides its body. */
export interface PostedExtras {
  /** Id of the message in the same room that this one answers. */
  parent?: string;
  /** Whom the body mentions, under the names it has; `here` stands for many. */
  mentions?: Person[];
  files?: FileInfo[];
}

/** A message was posted; its message id is the entry's id. */
export interface PostedEntry extends EntryBase, PostedExtras {
  kind: "posted";
  body: string;
  /** The message was deleted since: `body` is empty (L7). */
  deleted?: true;
}

/** A message got a new body. */
export interface EditedEntry extends EntryBase {
  kind: "edited";
  /** Id of the message. */
  message: string;
  body: string;
  mentions?: Person[];
  /** The message was deleted since: `body` is empty (L7). */
  deleted?: true;
}

/** A message was deleted. */
export interface DeletedEntry extends EntryBase {
  kind: "deleted";
  /** Id of the message. */
  message: string;
}

/** Someone reacted to a message, or took that back. */
export interface ReactedEntry extends EntryBase {
  kind: "reacted";
  /** Id of the message. */
  message: string;
  emoji: string;
  on: boolean;
}

/** A message was pinned, or no longer is. */
export interface PinnedEntry extends EntryBase {
  kind: "pinned";
  /** Id of the message. */
  message: string;
  on: boolean;
}

/** Someone came into a private room, left it, or was sent out of a room. */
export interface MemberChange {
  /** Under the name they had then. */
  person: Person;
  change: "joined" | "left" | "removed";
}

/** Who belongs to the room changed. */
export interface MemberEntry extends EntryBase, MemberChange {
  kind: "member";
}

/** What changed about a room; what did not is missing. */
export interface RoomChange {
  roomName?: string;
  topic?: string;
  archived?: boolean;
}

/** The room's settings changed. */
export interface SettingsEntry extends EntryBase, RoomChange {
  kind: "settings";
}

/** An event with its place in a room's log. */
export type Entry =
  | PostedEntry
  | EditedEntry
  | DeletedEntry
  | ReactedEntry
  | PinnedEntry
  | MemberEntry
  | SettingsEntry;

/** Id of the message that an entry begins, or is about. */
export function messageOf(entry: Entry): string {
  return "message" in entry ? entry.message : entry.id;
}

/**
 * A message's state as of `rev`; of two states the one with the higher `rev`
 * wins. What happened to the room itself stands among its messages, too.
 */
export interface Message
  extends PostedExtras, Partial<MemberChange>, RoomChange {
  /** What happened to the room; missing when someone posted it. */
  kind?: "member" | "settings";
  id: string;
  /** Seq of the entry that posted it; messages are shown in this order. */
  seq: number;
  /** Seq of the last entry that touched it. */
  rev: number;
  at: number;
  /** How many messages were posted in the room up to and including this one. */
  posts: number;
  author: string;
  name: string;
  /** Hash of the author's picture, as in {@link Person}. */
  picture?: string;
  /** Empty when deleted. */
  body: string;
  /** When it was last edited, in milliseconds since 1970. */
  editedAt?: number;
  deleted?: true;
  /** Ids of those who reacted, by emoji, in the order in which they did. */
  reactions?: Record<string, string[]>;
  /** When it was pinned, in milliseconds since 1970. */
  pinnedAt?: number;
}

/** Someone, as others see them. */
export interface Person {
  id: string;
  name: string;
  /** Hash of the picture at `/people/<id>/picture?v=<hash>`, when there is one. */
  picture?: string;
}

/** A room that a person follows, and how far they have read it. */
export interface FollowedRoom {
  room: string;
  /** Stable part of the room's address: `/rooms/<slug>`. */
  slug: string;
  name: string;
  kind: RoomKind;
  topic?: string;
  /** Nobody may write there any more. */
  archived?: true;
  /** Of direct rooms: the others. */
  people?: Person[];
  /** Of direct rooms: one of the others is connected, as far as this machine knows. */
  here?: true;
  /** Seq of the room's newest entry, 0 when empty. */
  head: number;
  /** Messages posted in the room so far. */
  posts: number;
  /** Seq up to which this person has read. */
  lastRead: number;
  /**
   * Messages posted up to `lastRead`, or below the room's floor if those are
   * more: unread = `posts` − `lastReadPosts`.
   */
  lastReadPosts: number;
  /** Seq from which on one marked messages as unread, until one reads them again. */
  unreadFrom?: number;
  /** Messages posted before it: unread = `posts` − this. */
  unreadFromPosts?: number;
  /** Unread messages that mention one, where there are any. */
  mentions?: number;
  /** What to be told of; missing for what is usual in rooms of this kind. */
  notify?: Notify;
}

// --- Frames from the server --------------------------------------------------

/** Chosen by the client with a request, repeated in its answer. */
export type Ref = string | number;

/** A request's ref as an answer repeats it: nothing when there was none. */
export function refOf(ref: Ref | undefined): { ref?: Ref } {
  return ref === undefined ? {} : { ref };
}

/** Log entries, dense and in order; also the answer to a `join` that resumes. */
export interface EntriesFrame {
  type: "entries";
  ref?: Ref;
  room: string;
  epoch: string;
  entries: Entry[];
}

/**
 * States of messages, oldest first, read together as of entry `seq`.
 * With `reset` they replace all that the client holds of the room, and its
 * cursor becomes (`seq`, `id`); without, they are an older page to merge.
 */
export interface MessagesFrame {
  type: "messages";
  ref?: Ref;
  room: string;
  epoch: string;
  /** The room's head when the page was read, 0 when the room is empty. */
  seq: number;
  /** Id of the entry at `seq`, empty when the room is empty. */
  id: string;
  /** Messages posted in the room up to `seq`. */
  posts: number;
  messages: Message[];
  /** Whether there are older messages than these. */
  more: boolean;
  reset?: true;
}

/** The entry with this id is in the log for good; answers post, edit and delete. */
export interface PostedFrame {
  type: "posted";
  ref?: Ref;
  room: string;
  id: string;
  seq: number;
}

/** Who one is and which rooms one follows: state, the higher `version` wins. */
export interface MeFrame {
  type: "me";
  version: number;
  epoch: string;
  person: Person;
  role: Role;
  /** Until when one may not write, in milliseconds since 1970, and why. */
  muted?: { until: number; reason: string };
  rooms: FollowedRoom[];
}

/** Who has the room on screen; a list only in rooms of up to 200 people. */
export interface PresenceFrame {
  type: "presence";
  room: string;
  count: number;
  people?: Person[];
}

/** The room's entries below `floor` are gone (L8): messages below it are to be forgotten. */
export interface FloorFrame {
  type: "floor";
  room: string;
  /** Seq. */
  floor: number;
}

/** Who is writing in the room right now. */
export interface TypingFrame {
  type: "typing";
  room: string;
  people: Person[];
}

/** A request was refused, or a frame could not be understood. */
export interface ErrorFrame {
  type: "error";
  ref?: Ref;
  code: ErrorCode;
  /** English, for developers; pages show their own words for `code`. */
  message: string;
  /** Whether the same request may succeed later. */
  retry: boolean;
  /** Milliseconds to wait before that. */
  wait?: number;
  /** With a refused post, edit or delete: which. */
  room?: string;
  id?: string;
}

/** Answers `ping`. */
export interface PongFrame {
  type: "pong";
  ref?: Ref;
}

/** All frames that a server sends. */
export type ServerFrame =
  | EntriesFrame
  | MessagesFrame
  | PostedFrame
  | MeFrame
  | PresenceFrame
  | TypingFrame
  | FloorFrame
  | ErrorFrame
  | PongFrame;

// --- Message bodies ----------------------------------------------------------

// Controls other than tab and line feed mean nothing in a chat and can't be
// stored everywhere (PostgreSQL refuses U+0000).
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// White space and characters that show nothing.
const VISIBLE = /[^\s\p{Cf}\p{Zs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/u;

/** A body as it is stored: line ends as `\n`, no control characters, no blank end. */
export function normalizeBody(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(CONTROLS, "").toWellFormed()
    .trimEnd();
}

/** Why a normalized body can't be posted with so many files, or null when it can. */
export function bodyProblem(
  text: string,
  files = 0,
): "empty" | "too_long" | null {
  if (files === 0 && !VISIBLE.test(text)) return "empty";
  if (text.length > LIMITS.bodyCodePoints * 2) return "too_long";
  let codePoints = 0;
  for (const _ of text) codePoints++;
  if (codePoints > LIMITS.bodyCodePoints) return "too_long";
  return new TextEncoder().encode(text).length > LIMITS.bodyBytes
    ? "too_long"
    : null;
}
