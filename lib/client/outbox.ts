/** What was sent and is not yet known to be in the log (C1). */
import type { FileInfo } from "../protocol.ts";

/** Something said or done to a message that waits for its acknowledgement. */
export interface OutboxRow {
  /** The entry's id, minted by the client: sending it twice is harmless (L3). */
  id: string;
  /** The room's id, or its slug where the id is not known yet. */
  room: string;
  /** Which frame to send. */
  kind: "post" | "edit" | "delete" | "react" | "pin";
  /** The new body, for a post or an edit. */
  body?: string;
  /** Which message is changed: of all but posts. */
  message?: string;
  /** Which message a post answers. */
  parent?: string;
  /** What one reacts with. */
  emoji?: string;
  /** Whether a reaction or a pin is put there or taken away. */
  on?: boolean;
  /** Uploads that go with a post. */
  files?: readonly FileInfo[];
  /** Files that are still to be uploaded: see {@link HeldPosts}. */
  attached?: readonly File[];
  /** When the person sent it, in milliseconds since 1970. */
  at: number;
  /** Refused for good with this code: shown, but not sent again by itself. */
  failed?: string;
}

/** What became one's own to send, and what is not any more. */
export interface Claim {
  /** Rows of an earlier run or of a dead tab, in the order in which they were added. */
  adopted: readonly OutboxRow[];
  /** Ids of rows that another tab adopted meanwhile, and sends or has sent. */
  lost: readonly string[];
}

/**
 * Where rows are kept until they are acknowledged. Every method may take its
 * time, but they take effect in the order of the calls. Where one rejects, the
 * client goes on with what it has in memory.
 */
export interface Outbox {
  /** Whether rows outlive the program, as far as known. */
  readonly durable: boolean;
  /** How often to claim, in milliseconds; absent where nobody else does. */
  readonly claimEvery?: number;
  /** Keeps a row behind all others, in place of one with the same id. */
  add(row: OutboxRow): void | Promise<void>;
  /** Forgets a row; an unknown id is ignored. */
  remove(id: string): void | Promise<void>;
  /** Replaces the row with the same id in place. */
  update(row: OutboxRow): void | Promise<void>;
  /** Takes over what nobody else sends. */
  claim(): Claim | Promise<Claim>;
  /** The page goes, perhaps for good: whoever comes may take over. */
  leave?(): void | Promise<void>;
}

/** An outbox that lives as long as the program. */
export class MemoryOutbox implements Outbox {
  /** Nothing here outlives the program. */
  readonly durable: boolean = false;
  #rows = new Map<string, OutboxRow>();

  /** Keeps a row behind all others, in place of one with the same id. */
  add(row: OutboxRow): void {
    this.#rows.delete(row.id);
    this.#rows.set(row.id, row);
  }

  /** Forgets a row; an unknown id is ignored. */
  remove(id: string): void {
    this.#rows.delete(id);
  }

  /** Replaces the row with the same id in place. */
  update(row: OutboxRow): void {
    if (this.#rows.has(row.id)) this.#rows.set(row.id, row);
  }

  /** All rows: nobody else has them. */
  claim(): Claim {
    return { adopted: this.all(), lost: [] };
  }

  /** All rows in the order in which they were added. */
  all(): readonly OutboxRow[] {
    return [...this.#rows.values()];
  }
}
