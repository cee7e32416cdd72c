/** Which message is where: sent, on its way, delivered to everybody. */

/** Counts the deliveries of numbered messages and times the last of each. */
export class Deliveries {
  /** Messages sent, and deliveries that were seen. */
  sent = 0;
  received = 0;
  /** Deliveries of messages that were not sent, or had all arrived. */
  excess = 0;
  /** Messages that not everybody has yet. */
  open = 0;
  readonly #readers: number;
  readonly #sentAt: number[] = [];
  readonly #left: number[] = [];
  readonly #took: number[] = [];

  /** Each message is expected by so many readers. */
  constructor(readers: number) {
    this.#readers = readers;
  }

  /** The next message goes out now; gives its index. */
  send(): number {
    const index = this.sent++;
    this.#sentAt[index] = performance.now();
    this.#left[index] = this.#readers;
    this.open++;
    return index;
  }

  /** One reader got the message. */
  arrived(index: number): void {
    this.received++;
    const left = this.#left[index];
    if (!left) return void this.excess++;
    this.#left[index] = left - 1;
    if (left > 1) return;
    this.open--;
    this.#took[index] = performance.now() - this.#sentAt[index]!;
  }

  /** Milliseconds from sending to last delivery, of messages from `first` on. */
  quantile(share: number, first = 0): number {
    const took = this.#took.slice(first).filter((time) => time !== undefined)
      .sort((a, b) => a - b);
    if (took.length === 0) throw new Error("Nothing was delivered");
    return took[Math.min(took.length - 1, Math.floor(took.length * share))]!;
  }
}
