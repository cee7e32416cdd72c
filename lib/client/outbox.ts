/** What was sent and is not yet known to be in the log (C1). */

/** A post, edit or delete that waits for its acknowledgement. */
export interface OutboxRow {
  /** The entry's id, minted by the client: sending it twice is harmless (L3). */
  id: string;
  /** The room's id, or its slug where the id is not known yet. */
  room: string;
  /** Which frame to send. */
  kind: "post" | "edit" | "delete";
  /** The new body, for a post or an edit. */
  body?: string;
  /** Which message is edited or deleted. */
  message?: string;
  /** When the person sent it, in milliseconds since 1970. */
  at: number;
  /** Refused for good with this code: shown, but not sent again by itself. */
  failed?: string;
}

/** Where rows are kept until they are acknowledged; every method may take its time. */
export interface Outbox {
  /** Keeps a new row behind all others. */
  add(row: OutboxRow): void | Promise<void>;
  /** Forgets a row; an unknown id is ignored. */
  remove(id: string): void | Promise<void>;
  /** Replaces the row with the same id in place. */
  update(row: OutboxRow): void | Promise<void>;
  /** All rows in the order in which they were added. */
  all(): readonly OutboxRow[] | Promise<readonly OutboxRow[]>;
}

/** An outbox that lives as long as the program. */
export class MemoryOutbox implements Outbox {
  #rows = new Map<string, OutboxRow>();

  /** Keeps a new row behind all others. */
  add(row: OutboxRow): void {
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

  /** All rows in the order in which they were added. */
  all(): readonly OutboxRow[] {
    return [...this.#rows.values()];
  }
}
