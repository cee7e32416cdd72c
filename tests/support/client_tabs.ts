/** A browser as far as storage goes: tabs that share one IndexedDB, and time. */
import "fake-indexeddb/auto";
import { forceCloseDatabase, IDBFactory } from "fake-indexeddb";
import { unwrap } from "idb";
import type { Clock } from "../../lib/client/clock.ts";
import { IndexedDbOutbox } from "../../lib/client/indexed_db_outbox.ts";
import {
  openOutbox,
  type OutboxDatabase,
  type Tab,
} from "../../lib/client/outbox_database.ts";

/** A clock that jumps, as it does for a tab that slept. */
export class TabClock implements Clock {
  #now = 1_000_000_000;
  #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Goes on or back by `ms`, and runs what is due. */
  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.run();
    }
  }
}

/** One browser's storage, which can be denied, hang and be cleared. */
export class Browser {
  readonly clock = new TabClock();
  #databases = new Set<OutboxDatabase>();
  #denied = false;
  #hangs: Promise<void> = Promise.resolve();

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  /** The outbox of a tab. */
  open(id: string, over: Partial<Tab> = {}): IndexedDbOutbox {
    const tab = { account: "ana", ...over, id };
    const open = (closed: () => void) => this.#open(closed);
    return new IndexedDbOutbox(tab, { clock: this.clock, open });
  }

  /** Whether storage is refused, to tabs that have it open already, too. */
  set denied(denied: boolean) {
    this.#denied = denied;
    for (const db of this.#databases) db.close();
  }

  /** Opening takes for ever, until what is returned is called. */
  hang(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hangs = promise;
    return resolve;
  }

  /** The person clears the browser's data. */
  clear(): void {
    globalThis.indexedDB = new IDBFactory();
    for (const db of this.#databases) forceCloseDatabase(unwrap(db) as never);
    this.#databases.clear();
  }

  async #open(closed: () => void): Promise<OutboxDatabase> {
    await this.#hangs;
    if (this.#denied) throw new DOMException("Denied", "SecurityError");
    const db = await openOutbox(closed);
    this.#databases.add(db);
    return db;
  }
}
