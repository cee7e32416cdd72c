/** Keeps rows in the outbox, and goes on without where that fails (C1). */
import type { Link } from "./link.ts";
import type { Claim, Outbox, OutboxRow } from "./outbox.ts";

/** Asks the outbox; nothing here rejects. */
export class RowKeeper {
  #link: Link;
  #outbox: Outbox;
  #storing = new Set<string>();

  /** Takes what it works on. */
  constructor(link: Link, outbox: Outbox) {
    this.#link = link;
    this.#outbox = outbox;
  }

  /** Whether what is unsent outlives the program, as far as known. */
  get durable(): boolean {
    return this.#outbox.durable;
  }

  /** How often to claim, in milliseconds; absent where once is enough. */
  get claimEvery(): number | undefined {
    return this.#outbox.claimEvery;
  }

  /** Whether a row waits to be stored: what is sent is stored first. */
  isStoring(id: string): boolean {
    return this.#storing.has(id);
  }

  /** Stores a row; calls `done` afterwards, at once where it takes no time. */
  add(row: OutboxRow, done: () => void): void {
    this.#storing.add(row.id);
    this.#ask(() => this.#outbox.add(row), () => {
      this.#storing.delete(row.id);
      done();
    });
  }

  /** Replaces the row with the same id. */
  update(row: OutboxRow): void {
    this.#ask(() => this.#outbox.update(row));
  }

  /** Forgets a row. */
  remove(id: string): void {
    this.#ask(() => this.#outbox.remove(id));
  }

  /** The page goes, perhaps for good: another one may take over. */
  leave(): void {
    this.#ask(() => this.#outbox.leave?.());
  }

  /** What became one's own to send, and what is not any more. */
  async claim(): Promise<Claim> {
    const { durable } = this;
    try {
      return await this.#outbox.claim();
    } catch (error) {
      if (durable) this.#failed(error);
      return { adopted: [], lost: [] };
    } finally {
      if (durable !== this.durable) this.#link.changed();
    }
  }

  #ask(step: () => void | Promise<void>, done: () => void = () => {}): void {
    const asked = step();
    if (asked === undefined) return done();
    const { durable } = this;
    asked.catch((error) => this.#failed(error)).then(() => {
      if (durable !== this.durable) this.#link.changed();
      done();
    });
  }

  #failed(error: unknown): void {
    this.#link.report({ code: "outbox", message: String(error) });
  }
}
