/** What is to be appended to a log, and what came of it. */
import type { ErrorCode } from "../protocol.ts";
import type { EntriesTable } from "./schema.ts";

interface DraftBase {
  /** The room's id. */
  room: string;
  /** The entry's id, a UUID minted by the client (L3). */
  id: string;
  /** The author's person id. */
  author: string;
}

/** A message to post. */
export interface PostedDraft extends DraftBase {
  kind: "posted";
  body: string;
  /** Ids of the author's uploads that go with it. */
  files?: readonly string[];
}

/** A message's new body. */
export interface EditedDraft extends DraftBase {
  kind: "edited";
  /** Id of the message. */
  message: string;
  body: string;
}

/** A message to delete. */
export interface DeletedDraft extends DraftBase {
  kind: "deleted";
  /** Id of the message. */
  message: string;
}

/** An entry that has no place in the log yet. */
export type Draft = PostedDraft | EditedDraft | DeletedDraft;

/** An entry's place in the log. */
export interface Appended {
  seq: number;
  id: string;
  /** Milliseconds since 1970; never runs backwards in a room. */
  at: number;
  /** Messages posted in the room up to and including this entry. */
  posts: number;
  /** Whether the entry was in the log already (L3). */
  repeated: boolean;
}

/** What came of one draft. */
export type Outcome = Appended | { refused: ErrorCode };

/** The newest entry of a room's log. */
export interface RoomHead {
  room: string;
  seq: number;
  posts: number;
}

/** A read cursor that an append moved, since who posts has read what came before (D6). */
export interface MovedCursor {
  person: string;
  room: string;
  /** Seq up to which the person has read. */
  seq: number;
  /** Messages posted up to there. */
  posts: number;
  /** The new version of what the person follows. */
  version: number;
}

/** An entry as far as a draft with its id can be compared with it. */
export type FoundEntry =
  & Pick<
    EntriesTable,
    "seq" | "id" | "at" | "posts" | "author" | "kind" | "message" | "body"
  >
  & { deleted: boolean };

/** Whether a draft under a found entry's id is that entry, come again (L3). */
export function sameAs(found: FoundEntry, draft: Draft): boolean {
  const message = draft.kind === "posted" ? null : draft.message;
  const body = draft.kind === "deleted" ? "" : draft.body;
  return found.author === draft.author && found.kind === draft.kind &&
    found.message === message && (found.deleted || found.body === body);
}
