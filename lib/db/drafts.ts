/** What is to be appended to a log, and what came of it. */
import type {
  ErrorCode,
  FileInfo,
  MemberChange,
  Person,
  RoomChange,
} from "../protocol.ts";
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
  /** Id of the message that it answers. */
  parent?: string | undefined;
  /** Whom the body mentions. */
  mentions?: Mention[] | undefined;
}

/** Someone whom a body mentions; `@here` names several at once. */
export interface Mention extends Person {
  /** Ids of the people whom `@here` stands for. */
  here?: string[];
}

/** A message's new body. */
export interface EditedDraft extends DraftBase {
  kind: "edited";
  /** Id of the message. */
  message: string;
  body: string;
  mentions?: Mention[] | undefined;
}

/** A message to delete. */
export interface DeletedDraft extends DraftBase {
  kind: "deleted";
  /** Id of the message. */
  message: string;
  /** It may be somebody else's: who keeps order deletes it. */
  moderating?: boolean | undefined;
}

/** A reaction to a message, or its end. */
export interface ReactedDraft extends DraftBase {
  kind: "reacted";
  message: string;
  /** One emoji. */
  emoji: string;
  on: boolean;
}

/** A message to pin, or to pin no longer. */
export interface PinnedDraft extends DraftBase {
  kind: "pinned";
  message: string;
  on: boolean;
}

/** Someone who comes to belong to a room, or no longer does. */
export interface MemberDraft extends DraftBase, MemberChange {
  kind: "member";
  /** The author needn't belong to the room: an invitation lets them in. */
  invited?: boolean | undefined;
  /** Until when who was removed may not come back by themselves. */
  until?: number | undefined;
}

/** New settings of a room. */
export interface SettingsDraft extends DraftBase, RoomChange {
  kind: "settings";
  /** With a new name: its key and the address it asks for. */
  named?: { key: string; slug: string } | undefined;
}

/** An entry that has no place in the log yet. */
export type Draft =
  | PostedDraft
  | EditedDraft
  | DeletedDraft
  | ReactedDraft
  | PinnedDraft
  | MemberDraft
  | SettingsDraft;

/** The message that a draft is about; null when it is one itself. */
export function subjectOf(draft: Draft): string | null {
  switch (draft.kind) {
    case "posted":
    case "member":
    case "settings":
      return null;
    default:
      return draft.message;
  }
}

/** A draft's text; empty for those without. */
export function bodyOf(draft: Draft): string {
  return "body" in draft ? draft.body : "";
}

/** The fields that only entries of the draft's kind have. */
export function dataOf(draft: Draft): Record<string, unknown> {
  switch (draft.kind) {
    case "posted":
      return defined({
        parent: draft.parent,
        mentions: named(draft),
        files: draft.files?.length ? draft.files : undefined,
      });
    case "edited":
      return defined({ mentions: named(draft) });
    case "deleted":
      return {};
    case "reacted":
      return { emoji: draft.emoji, on: draft.on };
    case "pinned":
      return { on: draft.on };
    case "member":
      return { person: draft.person, change: draft.change };
    case "settings": {
      const { roomName, topic, archived } = draft;
      return defined({ roomName, topic, archived });
    }
  }
}

function named({ mentions }: { mentions?: Mention[] | undefined }) {
  return mentions?.length
    ? mentions.map(({ id, name }) => ({ id, name }))
    : undefined;
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  );
}

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

/** A change of who belongs to a room, or of its settings. */
export interface Act {
  room: string;
  /** Seq of its entry. */
  seq: number;
  /** Whom it concerns; null when that is everyone in the room. */
  person: string | null;
  /** The person may not read the room any more, up to that entry at most (D5). */
  ended: boolean;
}

/** What a batch changed besides the heads of logs. */
export interface Changes {
  acts: Act[];
  /** Whether messages lost files, whose content may be of no use any more. */
  filesLost: boolean;
  /** Whose rooms or mentions are not what they were. */
  people: string[];
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
    | "seq"
    | "id"
    | "at"
    | "posts"
    | "author"
    | "kind"
    | "message"
    | "body"
    | "data"
  >
  & { deleted: boolean };

/** Whether a draft under a found entry's id is that entry, come again (L3). */
export function sameAs(found: FoundEntry, draft: Draft): boolean {
  if (found.author !== draft.author || found.kind !== draft.kind) return false;
  if (found.message !== subjectOf(draft)) return false;
  if (found.deleted) return true;
  return found.body === bodyOf(draft) &&
    essence(JSON.parse(found.data ?? "{}")) === essence(dataOf(draft));
}

/** What a repetition has to share; whom a name means may change between. */
function essence(
  { mentions: _, files, ...data }: Record<string, unknown>,
): string {
  // The log says more of a file than its id.
  const ids = (files as (string | FileInfo)[] | undefined)?.map((file) =>
    typeof file === "string" ? file : file.id
  );
  return JSON.stringify({ ...data, ids });
}
