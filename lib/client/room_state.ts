/** What one client holds of one room: the fold of its log (C2). */
import type {
  EntriesFrame,
  ErrorCode,
  Message,
  MessagesFrame,
} from "../protocol.ts";

/** Something the person sent that the log doesn't show yet. */
export interface PendingRow {
  /** The entry's id; a post's message will have the same, so it is the DOM key. */
  id: string;
  /** What was sent. */
  kind: "post" | "edit" | "delete";
  /** The body, empty for a delete. */
  body: string;
  /** Which message is edited or deleted. */
  message?: string;
  /** On its way, or refused for good. */
  state: "pending" | "failed";
  /** Why it failed: an error's code, or `poison` (C1). */
  code?: string;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
}

/** What became of a frame: `gap` asks to resume from the cursor, `stale` to ask again. */
export type Applied = "applied" | "ignored" | "gap" | "stale";

/** What one client holds of one room. */
export class RoomState {
  /** The room's id, or its slug until the server told the id. */
  room: string;
  /** Grows with every change, for cheap comparisons. */
  version = 0;
  /** Whether anything was loaded yet. */
  loaded = false;
  /** The log's identity; empty until loaded. */
  epoch = "";
  /** Seq and id of the newest entry applied; 0 and empty in an empty room. */
  cursor: { readonly seq: number; readonly id: string } = { seq: 0, id: "" };
  /** Messages posted in the room up to the cursor. */
  posts = 0;
  /** Whether there are older messages than those held. */
  more = false;
  /** Whether older messages are being loaded. */
  loadingOlder = false;
  /** Why the room can't be opened, or null. */
  error: ErrorCode | null = null;

  /** Makes the empty state of a room. */
  constructor(room: string) {
    this.room = room;
  }

  /** Messages in order; the same array as long as none changed. */
  get messages(): readonly Message[] {
    return [];
  }

  /** Own posts that the log doesn't show yet, oldest first; the same array while unchanged. */
  get pending(): readonly PendingRow[] {
    return [];
  }

  /** Own edits and deletes under way or refused, by message id; the same map while unchanged. */
  get changes(): ReadonlyMap<string, PendingRow> {
    return new Map();
  }

  /** The message with this id, where it is held. */
  get(_id: string): Message | undefined {
    return undefined;
  }

  /** Applies log entries: those at or below the cursor are ignored, a hole is a `gap`. */
  applyEntries(_frame: EntriesFrame): Applied {
    return "ignored";
  }

  /** Applies states of messages: all of them with `reset`, else an older page. */
  applyMessages(_frame: MessagesFrame): Applied {
    return "ignored";
  }
}
