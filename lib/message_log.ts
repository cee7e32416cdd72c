/** The rooms' logs: the one place where entries are written and read. */
import { AppendQueues, type Lane } from "./db/append_queue.ts";
import type { AppendResult } from "./db/append.ts";
import type {
  Appended,
  Changes,
  Draft,
  MovedCursor,
  RoomHead,
} from "./db/drafts.ts";
import type { Database } from "./db/open.ts";
import type { Trimmed } from "./db/retention_writes.ts";
import { LogReader } from "./log_reader.ts";
import type { Entry } from "./protocol.ts";

export type {
  Act,
  Appended,
  Changes,
  DeletedDraft,
  Draft,
  EditedDraft,
  Mention,
  MovedCursor,
  PostedDraft,
  RoomHead,
} from "./db/drafts.ts";
export type { Lane } from "./db/append_queue.ts";
export { isBlocked } from "./db/append_queue.ts";
export type { LogHead, ReadBounds, Version } from "./db/log_queries.ts";
export type { MessagesPage, PageBounds } from "./db/page_queries.ts";
export type { Trimmed } from "./db/retention_writes.ts";

/** Entries removed in one transaction: it keeps appends waiting so long. */
const TRIMMED_AT_ONCE = 100;

/** What a log needs besides its database. */
export interface MessageLogOptions {
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /**
   * The doorbell: told the new heads, the read cursors that moved with them,
   * what changed about the rooms, and the new entries by room, after each
   * commit (L6).
   */
  onCommitted?: (
    heads: RoomHead[],
    cursors: MovedCursor[],
    changes: Changes,
    entries: Map<string, Entry[]>,
  ) => void;
  /** Told after each commit that raised a room's floor (L8). */
  onTrimmed?: (trimmed: Trimmed) => void;
}

/** Appends to and reads from the logs of all rooms. */
export class MessageLog extends LogReader {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #onCommitted: Required<MessageLogOptions>["onCommitted"];
  readonly #onTrimmed: (trimmed: Trimmed) => void;
  readonly #queue: AppendQueues;
  #wiping: Promise<void> | undefined;
  #mustWipe = false;

  /** Makes the log of an open database. */
  constructor(db: Database, options: MessageLogOptions = {}) {
    super(db.read);
    this.#db = db;
    this.#now = options.now ?? Date.now;
    this.#onCommitted = options.onCommitted ?? (() => {});
    this.#onTrimmed = options.onTrimmed ?? (() => {});
    this.#queue = new AppendQueues({
      byRoom: db.isShared,
      append: (drafts) => this.#append(drafts),
      onCommitted: (...news) => this.#tell(() => this.#onCommitted(...news)),
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

  /** Tells of entries that another write appended in its own transaction, as of one's own (L6). */
  tell({ heads, cursors, changes, entries }: AppendResult): void {
    if (heads.length === 0) return;
    this.#tell(() => this.#onCommitted(heads, cursors, changes, entries));
  }

  /**
   * Removes entries that are older than `before` (milliseconds since 1970),
   * some at a time, and their text from the database's files; tells whether
   * there may be more (L8).
   */
  async trim(room: string, before: number): Promise<boolean> {
    const limit = TRIMMED_AT_ONCE;
    const trimmed = await this.#db.write("trimRoom", { room, before, limit });
    if (trimmed) this.#tell(() => this.#onTrimmed(trimmed));
    if (trimmed?.more) return true;
    this.#mustWipe = true;
    await (this.#wiping ??= this.#wipe());
    return false;
  }

  /** Takes no more entries; resolves when those handed in are settled. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  /** Resolves when no deleted text is being wiped: that may take long. */
  async wiped(): Promise<void> {
    await this.#wiping;
  }

  async #append(drafts: Draft[]): Promise<AppendResult> {
    const args = { drafts, now: this.#now() };
    const result = await this.#db.write("append", args);
    if (drafts.some((draft) => draft.kind === "deleted")) this.#mustWipe = true;
    if (this.#mustWipe) this.#wiping ??= this.#wipe();
    return result;
  }

  #tell(listen: () => void): void {
    try {
      listen();
    } catch (error) {
      this.#db.report(error);
    }
  }

  /**
   * What is gone also has to leave the write-ahead log (L7).
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
