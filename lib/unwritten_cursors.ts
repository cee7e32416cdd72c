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
  #writing: Promise<boolean> = Promise.resolve(true);

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
   * Stores one person's cursors now, or all, and waits for those that are being
   * stored; false when that failed and is tried again.
   */
  flush(person?: string): Promise<boolean> {
    const cursors = this.#take(person);
    if (cursors.length > 0) {
      const before = this.#writing;
      const written = this.#write(cursors);
      this.#writing = Promise.all([before, written]).then(([, done]) => done);
    }
    return this.#writing;
  }

  /** Stores all, and tries no more. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #take(person: string | undefined): ReadCursor[] {
    const people = person === undefined ? [...this.#cursors.keys()] : [person];
    return people.flatMap((one) => {
      const cursors = [...this.#cursors.get(one)?.values() ?? []];
      this.#cursors.delete(one);
      return cursors;
    });
  }

  async #write(cursors: ReadCursor[]): Promise<boolean> {
    try {
      await this.#store.write(cursors);
      return true;
    } catch (error) {
      this.#store.onError(error);
      for (const cursor of cursors) this.add(cursor);
      return false;
    }
  }
}
