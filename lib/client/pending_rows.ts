/** What the person sent to one room and the log doesn't show yet. */
import type { FileInfo } from "../protocol.ts";
import type { OutboxRow } from "./outbox.ts";
import { mergeByTime } from "./room_queue.ts";

/** Something said or done to a message that the log doesn't show yet. */
export interface PendingRow {
  /** The entry's id; a post's message will have the same, so it is the DOM key. */
  readonly id: string;
  /** What was sent. */
  readonly kind: OutboxRow["kind"];
  /** The body of a post or an edit, else empty. */
  readonly body: string;
  /** Which message is changed: of all but posts. */
  readonly message?: string;
  /** Which message a post answers. */
  readonly parent?: string;
  /** What one reacts with. */
  readonly emoji?: string;
  /** Whether a reaction or a pin is put there or taken away. */
  readonly on?: boolean;
  /** The files that go with a post. */
  readonly files?: readonly FileInfo[];
  /** On its way, or refused for good. */
  readonly state: "pending" | "failed";
  /** Why it failed: an error's code, or `poison` (C1). */
  readonly code?: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
}

/** Whether it is a reaction or a pin: shown on the message, and undone when refused. */
export function isMark({ kind }: Pick<OutboxRow, "kind">): boolean {
  return kind === "react" || kind === "pin";
}

/** Rows in the order in which they are sent. */
export class PendingRows {
  #rows = new Map<string, PendingRow>();
  /** Seq of the entry by id, for rows that are in the log but not yet applied. */
  #acknowledged = new Map<string, number>();
  #posts: readonly PendingRow[] | null = null;
  #changes: ReadonlyMap<string, PendingRow> | null = null;
  #marks: ReadonlyMap<string, readonly PendingRow[]> | null = null;

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
      if (row.message === undefined || isMark(row)) continue;
      changes.set(row.message, row);
    }
    return this.#changes = changes;
  }

  /** Reactions and pins of each message, in order; the same map as long as nothing changed. */
  get marks(): ReadonlyMap<string, readonly PendingRow[]> {
    if (this.#marks) return this.#marks;
    const marks = new Map<string, PendingRow[]>();
    for (const row of this.#rows.values()) {
      if (row.message === undefined || !isMark(row)) continue;
      marks.set(row.message, [...marks.get(row.message) ?? [], row]);
    }
    return this.#marks = marks;
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
    const { room: _, failed, ...shown } = row;
    this.#rows.delete(row.id);
    this.#rows.set(row.id, {
      body: "",
      ...shown,
      ...(failed === undefined
        ? { state: "pending" }
        : { state: "failed", code: failed }),
    });
    this.#touch();
  }

  /** Takes over all of another one's rows by time, each as it is. */
  takeOver(other: PendingRows): void {
    const theirs = [...other.all()].filter(({ id }) => !this.#rows.has(id));
    const rows = mergeByTime([...this.all()], theirs);
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    for (const [id, seq] of other.#acknowledged) this.acknowledge(id, seq);
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
    this.#marks = null;
  }
}
