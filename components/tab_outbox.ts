/** Keeps what was sent, but not acknowledged, for as long as the tab can come back (C1). */
import { MemoryOutbox, type OutboxRow } from "../lib/client/outbox.ts";

const PREFIX = "atoll.outbox.";

/**
 * An outbox in the tab's own storage: it survives a reload and a crash of the
 * page, and no other tab sends the same rows. Without storage it lives as long
 * as the page.
 */
export class TabOutbox extends MemoryOutbox {
  readonly #key: string;

  /** The rows of a person, by their id. */
  constructor(person: string) {
    super();
    this.#key = PREFIX + person;
    for (const row of this.#read()) super.add(row);
  }

  /** Keeps a new row behind all others. */
  override add(row: OutboxRow): void {
    super.add(row);
    this.#write();
  }

  /** Forgets a row; an unknown id is ignored. */
  override remove(id: string): void {
    super.remove(id);
    this.#write();
  }

  /** Replaces the row with the same id in place. */
  override update(row: OutboxRow): void {
    super.update(row);
    this.#write();
  }

  #read(): OutboxRow[] {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
    } catch {
      return [];
    }
  }

  #write(): void {
    const rows = this.all();
    try {
      if (rows.length === 0) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, JSON.stringify(rows));
    } catch {
      // Full or forbidden: the rows live as long as the page.
    }
  }
}
