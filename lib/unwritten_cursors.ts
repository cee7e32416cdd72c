/** Read cursors that are kept for a while, so that they are stored together (D6). */
import type { ReadCursor } from "./db/membership_writes.ts";

/** How cursors are stored. */
export interface CursorStore {
  /** Stores them; they only move forward. */
  write(cursors: ReadCursor[]): Promise<void>;
  /** Told when that failed; it is tried again by itself. */
  onError: (error: unknown) => void;
  /** Milliseconds for which a cursor is kept. */
  interval: number;
}

/** Whatever people have read that the database does not know yet. */
export class UnwrittenCursors {
  readonly #store: CursorStore;
  /** By person and room. */
  readonly #cursors = new Map<string, Map<string, ReadCursor>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whose are stored by the write that comes next. */
  readonly #due = new Set<string>();
  /** The write under way, or the last one. */
  #writing: Promise<boolean> = Promise.resolve(true);
  #isWriting = false;
  /** The one after it, where there is to be one. */
  #next: Promise<boolean> | undefined;

  /** None yet, for the given store. */
  constructor(store: CursorStore) {
    this.#store = store;
  }

  /** Keeps a cursor until it is stored with the others. */
  add(cursor: ReadCursor): void {
    const { person, room, seq } = cursor;
    const rooms = this.#cursors.get(person) ?? new Map<string, ReadCursor>();
    this.#cursors.set(person, rooms);
    if (seq > (rooms.get(room)?.seq ?? 0)) rooms.set(room, cursor);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#store.interval);
  }

  /**
   * Stores one person's cursors now, or all; false when that failed and is tried
   * again. While some are being stored, that is waited for, and all that come
   * until then are stored together: many may leave at once.
   */
  flush(person?: string): Promise<boolean> {
    const people = person === undefined ? [...this.#cursors.keys()] : [person];
    const due = people.filter((one) => this.#cursors.has(one));
    if (due.length === 0) return this.#writing;
    for (const one of due) this.#due.add(one);
    if (!this.#isWriting && !this.#next) return this.#start();
    return this.#next ??= this.#writing.then(() => this.#start());
  }

  /** Stores all, and tries no more. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #start(): Promise<boolean> {
    this.#next = undefined;
    return this.#writing = this.#write(this.#takeDue());
  }

  #takeDue(): ReadCursor[] {
    const due = [...this.#due].flatMap((person) => {
      const cursors = [...this.#cursors.get(person)?.values() ?? []];
      this.#cursors.delete(person);
      return cursors;
    });
    this.#due.clear();
    return due;
  }

  async #write(cursors: ReadCursor[]): Promise<boolean> {
    this.#isWriting = true;
    try {
      await this.#store.write(cursors);
      return true;
    } catch (error) {
      this.#store.onError(error);
      for (const cursor of cursors) this.add(cursor);
      return false;
    } finally {
      this.#isWriting = false;
    }
  }
}
