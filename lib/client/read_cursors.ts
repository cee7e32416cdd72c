/** How far the person has read, by room; only forward (D6). */

/** A place up to which everything is read. */
export interface ReadCursor {
  /** Seq of the newest entry read. */
  readonly seq: number;
  /** Messages posted up to it, as far as known. */
  readonly posts: number;
}

/** Read cursors as known here, and which of them the server must still be told. */
export class ReadCursors {
  #cursors = new Map<string, ReadCursor>();
  #unsent = new Set<string>();

  /** The cursor of a room. */
  get(room: string): ReadCursor {
    return this.#cursors.get(room) ?? { seq: 0, posts: 0 };
  }

  /** Moves a cursor forward; tells whether it moved. `known` when the server moves it too. */
  move(room: string, to: ReadCursor, known = false): boolean {
    const from = this.get(room);
    if (to.seq <= from.seq) return false;
    this.#cursors.set(room, {
      seq: to.seq,
      posts: Math.max(from.posts, to.posts),
    });
    if (!known) this.#unsent.add(room);
    return true;
  }

  /** Takes the cursors to send now, as rooms and seqs. */
  takeUnsent(): [room: string, seq: number][] {
    const rooms = [...this.#unsent];
    this.#unsent.clear();
    return rooms.map((room) => [room, this.get(room).seq]);
  }

  /** Whether there are cursors to send. */
  get hasUnsent(): boolean {
    return this.#unsent.size > 0;
  }

  /** Sends a cursor again that the server turned out not to know. */
  resend(room: string): void {
    if (this.#cursors.has(room)) this.#unsent.add(room);
  }

  /** The room is known under another key from now on. */
  rename(from: string, to: string): void {
    const cursor = this.#cursors.get(from);
    if (!cursor) return;
    this.#cursors.delete(from);
    this.#unsent.delete(from);
    this.move(to, cursor);
  }

  /** Forgets all: they belong to a log that is gone. */
  clear(): void {
    this.#cursors.clear();
    this.#unsent.clear();
  }
}
