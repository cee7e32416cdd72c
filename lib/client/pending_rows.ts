/** What the person sent to one room and the log doesn't show yet. */
import type { FileInfo } from "../protocol.ts";
import type { OutboxRow } from "./outbox.ts";

/** A post, edit or delete that the log doesn't show yet. */
export interface PendingRow {
  /** The entry's id; a post's message will have the same, so it is the DOM key. */
  readonly id: string;
  /** What was sent. */
  readonly kind: "post" | "edit" | "delete";
  /** The body, empty for a delete. */
  readonly body: string;
  /** Which message is edited or deleted. */
  readonly message?: string;
  /** The files that go with a post. */
  readonly files?: readonly FileInfo[];
  /** On its way, or refused for good. */
  readonly state: "pending" | "failed";
  /** Why it failed: an error's code, or `poison` (C1). */
  readonly code?: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
}

/** Rows in the order in which they are sent. */
export class PendingRows {
  #rows = new Map<string, PendingRow>();
  /** Seq of the entry by id, for rows that are in the log but not yet applied. */
  #acknowledged = new Map<string, number>();
  #posts: readonly PendingRow[] | null = null;
  #changes: ReadonlyMap<string, PendingRow> | null = null;

  /** Posts; the same array as long as nothing changed. */
  get posts(): readonly PendingRow[] {
    return this.#posts ??= [...this.#rows.values()].filter((row) =>
      row.kind === "post"
    );
  }

  /** The latest edit or delete of each message; the same map as long as nothing changed. */
  get changes(): ReadonlyMap<string, PendingRow> {
    if (this.#changes) return this.#changes;
    const changes = new Map<string, PendingRow>();
    for (const row of this.#rows.values()) {
      if (row.message !== undefined) changes.set(row.message, row);
    }
    return this.#changes = changes;
  }

  /** How many rows there are. */
  get size(): number {
    return this.#rows.size;
  }

  /** The row with this id. */
  get(id: string): PendingRow | undefined {
    return this.#rows.get(id);
  }

  /** All rows. */
  all(): Iterable<PendingRow> {
    return this.#rows.values();
  }

  /** Whether the server has put it into the log. */
  isAcknowledged(id: string): boolean {
    return this.#acknowledged.has(id);
  }

  /** Adds a row, or moves it behind all others in its new state. */
  put(row: OutboxRow): void {
    const { id, kind, body = "", message, files, at, failed } = row;
    this.#rows.delete(id);
    this.#rows.set(id, {
      id,
      kind,
      body,
      ...(message === undefined ? {} : { message }),
      ...(files === undefined ? {} : { files }),
      ...(failed === undefined
        ? { state: "pending" }
        : { state: "failed", code: failed }),
      at,
    });
    this.#touch();
  }

  /** Marks a row as refused for good, where it stands. */
  fail(id: string, code: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#rows.set(id, { ...row, state: "failed", code });
    this.#touch();
  }

  /** Forgets a row; tells whether there was one. */
  remove(id: string): boolean {
    this.#acknowledged.delete(id);
    if (!this.#rows.delete(id)) return false;
    this.#touch();
    return true;
  }

  /** Keeps an acknowledged row until the log is applied up to its `seq`. */
  acknowledge(id: string, seq: number): void {
    if (this.#rows.has(id)) this.#acknowledged.set(id, seq);
  }

  /** Forgets acknowledged rows whose entry is applied: those up to `seq`. */
  settle(seq: number): boolean {
    let removed = false;
    for (const [id, at] of this.#acknowledged) {
      if (at <= seq) removed = this.remove(id) || removed;
    }
    return removed;
  }

  /** Takes acknowledgements back: the log they belonged to was replaced. */
  forgetAcknowledgements(): void {
    this.#acknowledged.clear();
  }

  #touch(): void {
    this.#posts = null;
    this.#changes = null;
  }
}
