/** Lets slow reads wait for each other, but not too many of them. */
import { Refusal } from "../errors.ts";

/** Reads that wait for their turn before more are refused. */
const MOST_WAITING = 8;

/** One slow read after another. */
export class SlowReadQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Runs a read when those before it are done; `too_fast` when too many wait. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) throw new Refusal("too_fast", 1_000);
    this.#waiting++;
    const reading = this.#last.then(read, read);
    this.#last = reading;
    try {
      return await reading;
    } finally {
      this.#waiting--;
    }
  }

  /** Resolves when what was asked for is done. */
  async settled(): Promise<void> {
    await this.#last.catch(() => {});
  }
}
