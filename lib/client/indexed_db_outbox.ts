/** The outbox of a browser's tab, shared with the tabs beside it (C1). */
import { type Clock, systemClock } from "./clock.ts";
import type { Claim, Outbox, OutboxRow } from "./outbox.ts";
import {
  type Change,
  claimRows,
  LEASE_TIMES,
  leaveTab,
  openOutbox,
  type OutboxDatabase,
  rowsOf,
  saveChanges,
  type Tab,
} from "./outbox_database.ts";

/** How long storage may take, in milliseconds, before one goes on without it. */
const PATIENCE = 3_000;

/**
 * Keeps rows in IndexedDB, where they survive reload, crash and the end of the
 * browser. Each tab sends its own rows and adopts those of dead tabs. What
 * can't be stored is kept in memory, and stored as soon as that works.
 */
export class IndexedDbOutbox implements Outbox {
  /** How often to claim, in milliseconds. */
  readonly claimEvery: number = LEASE_TIMES.claim;
  #tab: Tab;
  #clock: Clock;
  #patience: number;
  #openDatabase: typeof openOutbox;
  #rows = new Map<string, OutboxRow>();
  /** What is not stored yet, in the order in which it happened. */
  #changes = new Map<string, Change>();
  #durable = true;
  #claimedAt: number | null = null;
  /** What claims brought; kept until told, as a claim may come too late. */
  #adopted: OutboxRow[] = [];
  #lost: string[] = [];
  #db: Promise<OutboxDatabase> | null = null;
  /** Steps take place one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #hangs = false;

  /** Takes who this is; nothing is opened before the first use. */
  constructor(
    tab: Tab,
    { clock = systemClock, open = openOutbox, patience = PATIENCE }: {
      clock?: Clock;
      open?: typeof openOutbox;
      /** In milliseconds. */
      patience?: number;
    } = {},
  ) {
    this.#tab = tab;
    this.#clock = clock;
    this.#patience = patience;
    this.#openDatabase = open;
  }

  /** Whether all rows are stored, as far as known. */
  get durable(): boolean {
    return this.#durable;
  }

  /** Waits for all that was done so far; tells whether it is stored. */
  async settled(): Promise<boolean> {
    await this.#last;
    return this.#durable && this.#changes.size === 0;
  }

  /** Keeps a row behind all others, in place of one with the same id. */
  add(row: OutboxRow): Promise<void> {
    this.#rows.set(row.id, row);
    return this.#change(row.id, { kind: "add", row });
  }

  /** Forgets a row, whichever tab has it by now. */
  remove(id: string): Promise<void> {
    this.#rows.delete(id);
    return this.#change(id, { kind: "remove" });
  }

  /** Replaces the row with the same id in place. */
  update(row: OutboxRow): Promise<void> {
    if (this.#rows.has(row.id)) this.#rows.set(row.id, row);
    const added = this.#changes.get(row.id)?.kind === "add";
    return this.#change(row.id, { kind: added ? "add" : "update", row });
  }

  /** Says that this tab lives, and adopts the rows of those that don't. */
  async claim(): Promise<Claim> {
    if (this.#hangs) throw new Error("IndexedDB does not answer");
    await this.#run(async (db) => {
      const changes = new Map(this.#changes);
      const now = this.#clock.now();
      const adopting = this.#mayAdopt(now);
      const mine = await claimRows(db, this.#tab, now, changes, adopting);
      this.#saved(changes);
      this.#compare(mine);
    });
    const claim = { adopted: this.#adopted, lost: this.#lost };
    [this.#adopted, this.#lost] = [[], []];
    return claim;
  }

  /** The page goes: its successor adopts its rows at once, other tabs soon. */
  leave(): Promise<void> {
    if (this.#rows.size === 0) return Promise.resolve();
    return this.#run((db) => leaveTab(db, this.#tab, this.#clock.now()));
  }

  /** What another account left unsent in this browser; nobody else sends it. */
  leftBy(account: string): Promise<OutboxRow[]> {
    return this.#run((db) => rowsOf(db, account));
  }

  // --- Internals -------------------------------------------------------------

  #change(id: string, change: Change): Promise<void> {
    const moves = change.kind === "add";
    if (moves) this.#changes.delete(id);
    this.#changes.set(id, change);
    return this.#run((db) => this.#save(db));
  }

  async #save(db: OutboxDatabase): Promise<void> {
    // The step before may have stored what this one was for.
    if (this.#changes.size === 0) return;
    const changes = new Map(this.#changes);
    await saveChanges(db, this.#tab, this.#clock.now(), changes);
    this.#saved(changes);
  }

  #saved(changes: ReadonlyMap<string, Change>): void {
    for (const [id, change] of changes) {
      if (this.#changes.get(id) === change) this.#changes.delete(id);
    }
  }

  /**
   * While the machine slept all leases ran out: then the others get the time
   * to renew theirs first.
   */
  #mayAdopt(now: number): boolean {
    const before = this.#claimedAt;
    this.#claimedAt = now;
    return before === null || now - before <= LEASE_TIMES.lease;
  }

  #compare(mine: readonly OutboxRow[]): void {
    const isSaved = (id: string) => !this.#changes.has(id);
    const stored = new Set(mine.map(({ id }) => id));
    for (const id of this.#rows.keys()) {
      if (stored.has(id) || !isSaved(id)) continue;
      this.#rows.delete(id);
      this.#lost.push(id);
    }
    for (const row of mine) {
      if (this.#rows.has(row.id) || !isSaved(row.id)) continue;
      this.#rows.set(row.id, row);
      this.#adopted.push(row);
    }
  }

  /** Runs a step after all others; rejects when it fails or takes too long. */
  #run<T>(step: (db: OutboxDatabase) => Promise<T>): Promise<T> {
    const done = this.#last.then(async () => {
      try {
        const result = await step(await this.#open());
        if (this.#changes.size === 0) this.#durable = true;
        return result;
      } catch (error) {
        this.#forget();
        throw error;
      } finally {
        this.#hangs = false;
      }
    });
    this.#last = done.catch(() => {});
    return this.#inTime(done);
  }

  /** Opening is known to hang in some browsers: nothing unsent waits for that. */
  #inTime<T>(done: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#hangs = true;
        this.#durable = false;
        reject(new Error("IndexedDB does not answer"));
      };
      if (this.#hangs) return giveUp();
      const cancel = this.#clock.after(this.#patience, giveUp);
      done.finally(cancel).then(resolve, reject);
    });
  }

  #open(): Promise<OutboxDatabase> {
    return this.#db ??= this.#openDatabase(() => this.#emptied());
  }

  /** A step failed: the next one opens the database anew. */
  #forget(): void {
    this.#durable = false;
    this.#db?.then((db) => db.close(), () => {});
    this.#db = null;
  }

  /** The browser took the database away, as when its data is cleared. */
  #emptied(): void {
    this.#db = null;
    for (const [id, row] of this.#rows) {
      if (!this.#changes.has(id)) this.#changes.set(id, { kind: "add", row });
    }
  }
}
