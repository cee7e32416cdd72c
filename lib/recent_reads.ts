/** What was read lately, for those who ask for the same again. */

/** How much is kept, and for how long. */
export interface RecentReadsOptions {
  /** Milliseconds after which something is read again. */
  age: number;
  /** Answers that are kept; when there are more, all are forgotten. */
  size: number;
  /** The clock, in milliseconds. */
  now: () => number;
}

interface Read<T> {
  answer: Promise<T>;
  at: number;
}

/** Answers by key. A read under way is shared by all who ask meanwhile. */
export class RecentReads<T> {
  readonly #options: RecentReadsOptions;
  readonly #reads = new Map<string, Read<T>>();

  /** Nothing is kept yet. */
  constructor(options: RecentReadsOptions) {
    this.#options = options;
  }

  /** The answer under this key, read unless it was read lately. */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const { age, size, now } = this.#options;
    const at = now();
    const found = this.#reads.get(key);
    if (found && at - found.at < age) return found.answer;
    const answer = read();
    if (this.#reads.size >= size) this.#reads.clear();
    this.#reads.set(key, { answer, at });
    // Who asked is told; the next one tries again.
    answer.catch(() => {
      if (this.#reads.get(key)?.answer === answer) this.#reads.delete(key);
    });
    return answer;
  }

  /**
   * Forgets all answers, those of reads under way too: what they tell may be
   * from before a change.
   */
  forget(): void {
    this.#reads.clear();
  }
}
