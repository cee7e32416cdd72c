/** The rooms' logs: the one place where entries are written and read. */
import { AppendQueue, type Lane } from "./db/append_queue.ts";
import type { AppendResult } from "./db/append.ts";
import type {
  Appended,
  Draft,
  FoundEntry,
  MovedCursor,
  RoomHead,
} from "./db/drafts.ts";
import {
  type LogHead,
  type ReadBounds,
  readForward,
  readHeads,
  readNewest,
} from "./db/log_queries.ts";
import type { Database } from "./db/open.ts";
import { type MessagesPage, readPage } from "./db/page_queries.ts";
import { isUuid } from "./db/uuid.ts";
import type { Entry } from "./protocol.ts";

export type {
  Appended,
  DeletedDraft,
  Draft,
  EditedDraft,
  FoundEntry,
  PostedDraft,
  RoomHead,
} from "./db/drafts.ts";
export { sameAs } from "./db/drafts.ts";
export type { Lane } from "./db/append_queue.ts";
export { isBlocked } from "./db/append_queue.ts";
export type { LogHead, ReadBounds } from "./db/log_queries.ts";
export type { MessagesPage } from "./db/page_queries.ts";

/** What a log needs besides its database. */
export interface MessageLogOptions {
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /**
   * The doorbell: told the new heads, and the read cursors that moved with
   * them, after each commit (L6).
   */
  onCommitted?: (heads: RoomHead[], cursors: MovedCursor[]) => void;
}

/** Appends to and reads from the logs of all rooms. */
export class MessageLog {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #onCommitted: (heads: RoomHead[], cursors: MovedCursor[]) => void;
  readonly #queue: AppendQueue;
  #wiping: Promise<void> | undefined;
  #mustWipe = false;

  /** Makes the log of an open database. */
  constructor(db: Database, options: MessageLogOptions = {}) {
    this.#db = db;
    this.#now = options.now ?? Date.now;
    this.#onCommitted = options.onCommitted ?? (() => {});
    this.#queue = new AppendQueue({
      append: (drafts) => this.#append(drafts),
      onCommitted: (heads, cursors) => this.#ring(heads, cursors),
    });
  }

  /**
   * Puts an entry into its room's log; resolves once it is there for good
   * (L2). The same id again gives the first entry's place (L3). Entries of
   * one room keep the order of the calls. Rejects with a `Refusal`: `no_room`,
   * `id_taken`, `no_message`, `not_yours`, `deleted`, `unavailable`,
   * `out_of_order` behind an unavailable one, of the same lane where one is
   * given (L4), or `stopping`.
   */
  append(draft: Draft, lane?: Lane): Promise<Appended> {
    return this.#queue.add(draft, lane);
  }

  /** The entry with this id, for the lookup that comes before all checks (L3). */
  async find(room: string, id: string): Promise<FoundEntry | null> {
    if (!isUuid(room) || !isUuid(id)) return null;
    const row = await this.#db.read.selectFrom("entries")
      .select(["seq", "id", "at", "posts", "author", "kind", "message"])
      .select(["body", "deleted"])
      .where("room", "=", room).where("id", "=", id).executeTakeFirst();
    return row ? { ...row, deleted: row.deleted !== 0 } : null;
  }

  /** The room's newest entry and its floor, or null when there is no such room. */
  async head(room: string): Promise<LogHead | null> {
    const [head] = await this.heads([room]);
    return head ?? null;
  }

  /** The heads of the rooms that exist, in no particular order. */
  heads(rooms: readonly string[]): Promise<LogHead[]> {
    return readHeads(this.#db.read, rooms.filter(isUuid));
  }

  /**
   * Entries behind `after`, oldest first (L5). Below the floor there are
   * none: the first one read may come later than `after + 1` (L8).
   */
  async read(
    room: string,
    options: ReadBounds & { after: number },
  ): Promise<Entry[]> {
    if (!isUuid(room)) return [];
    return await readForward(this.#db.read, room, options);
  }

  /** The newest entries, oldest first. */
  async newest(room: string, bounds: ReadBounds): Promise<Entry[]> {
    if (!isUuid(room)) return [];
    return await readNewest(this.#db.read, room, bounds);
  }

  /** Id of the entry at `seq`, to compare with what a client holds (L9). */
  async entryId(room: string, seq: number): Promise<string | null> {
    if (!isUuid(room)) return null;
    const row = await this.#db.read.selectFrom("entries").select("id")
      .where("room", "=", room).where("seq", "=", seq).executeTakeFirst();
    return row?.id ?? null;
  }

  /**
   * The newest messages, or those posted before seq `before`, together with
   * the head, as one snapshot (L5). Null when there is no such room.
   */
  async page(
    room: string,
    options: { before?: number; limit: number },
  ): Promise<MessagesPage | null> {
    if (!isUuid(room)) return null;
    return await readPage(this.#db.read, room, options);
  }

  /** Takes no more entries; resolves when those handed in are settled. */
  async close(): Promise<void> {
    await this.#queue.close();
    await this.#wiping;
  }

  async #append(drafts: Draft[]): Promise<AppendResult> {
    const args = { drafts, now: this.#now() };
    const result = await this.#db.write("append", args);
    if (drafts.some((draft) => draft.kind === "deleted")) this.#mustWipe = true;
    if (this.#mustWipe) this.#wiping ??= this.#wipe();
    return result;
  }

  #ring(heads: RoomHead[], cursors: MovedCursor[]): void {
    try {
      this.#onCommitted(heads, cursors);
    } catch (error) {
      this.#db.report(error);
    }
  }

  /**
   * After a deletion the text also has to leave the write-ahead log (L7).
   * Where that fails, the next append or start tries again.
   */
  async #wipe(): Promise<void> {
    while (this.#mustWipe) {
      this.#mustWipe = false;
      const wiped = await this.#db.checkpoint().catch(() => false);
      if (wiped) continue;
      this.#mustWipe = true;
      break;
    }
    this.#wiping = undefined;
  }
}
