/** Messages that others answer and the list doesn't hold: each in its newest known state. */
import type { Message } from "../protocol.ts";
import { blank, type Change, changed } from "./message_fold.ts";

/** How many are kept; those asked for first go first. */
const MOST_QUOTED = 300;

/** Messages by id, apart from the list, since there is a hole between. */
export class QuotedMessages {
  #held = new Map<string, Message | null>();

  /** The message; null where there is none any more, undefined where that is not known. */
  get(id: string): Message | null | undefined {
    return this.#held.get(id);
  }

  /** Keeps a message, or that there is none, in place of what was known. */
  put(id: string, message: Message | null): void {
    this.#held.delete(id);
    this.#held.set(id, message?.deleted ? blank(message) : message);
    if (this.#held.size <= MOST_QUOTED) return;
    const [oldest] = this.#held.keys();
    this.#held.delete(oldest!);
  }

  /** Changes a message where it is kept. */
  change(change: Change): void {
    const held = this.#held.get(change.message);
    if (held) this.#held.set(held.id, changed(held, change));
  }

  /** Forgets the messages below a floor: they are gone (L8). */
  dropBelow(floor: number): void {
    for (const [id, message] of this.#held) {
      if (message && message.seq < floor) this.#held.set(id, null);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#held.clear();
  }
}
