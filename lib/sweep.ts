/**
 * Looks at what changed in a database that other machines write to, since
 * doorbells may be lost: then they cost a moment, never a message (L6).
 */
import type { Changed, Database } from "./db/open.ts";
import type { Signals } from "./signals/signals.ts";

/** Milliseconds between two looks. */
export const SWEEP_INTERVALS = {
  /** While doorbells are heard. */
  healthy: 2_000,
  /** While they are not. */
  alone: 250,
} as const;

/** What a sweep looks at, and whom it tells. */
export interface SweepOptions {
  db: Pick<Database, "changedSince">;
  signals: Pick<Signals, "isHealthy">;
  /** The database's mark of before anything was read for anybody here. */
  mark: string;
  /** Tells what changed; what it fails to tell is told again. */
  onChanged: (changed: Changed) => void;
  /** Told when that failed. */
  onError: (error: unknown) => void;
}

/** Looks again and again, one query at a time. */
export class Sweep {
  readonly #options: SweepOptions;
  #mark: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  #mustLook = false;
  #isClosed = false;

  /** Begins to look; what changed before the mark is no news. */
  constructor(options: SweepOptions) {
    this.#options = options;
    this.#mark = options.mark;
    this.look();
  }

  /** Looks now, and again if it is looking already. */
  look(): void {
    this.#mustLook = true;
    this.#looking ??= this.#look();
  }

  /** Stops after the query under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#mustLook && !this.#isClosed) {
      this.#mustLook = false;
      await this.#ask();
    }
    this.#looking = undefined;
    if (this.#isClosed) return;
    const { signals } = this.#options;
    this.#timer = setTimeout(
      () => this.look(),
      SWEEP_INTERVALS[signals.isHealthy ? "healthy" : "alone"],
    );
  }

  async #ask(): Promise<void> {
    const { db, onChanged, onError } = this.#options;
    let changed: Changed;
    try {
      changed = await db.changedSince(this.#mark);
    } catch {
      // The database reported it; with the same mark the next look finds all.
      return;
    }
    try {
      onChanged(changed);
    } catch (error) {
      return onError(error);
    }
    // Only now is it told.
    this.#mark = changed.mark;
  }
}
