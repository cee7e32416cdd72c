/** Timers by name, of which each runs at most once at a time. */
import type { Clock } from "./clock.ts";

/** Named one-shot timers on one clock. */
export class Timers {
  #clock: Clock;
  #cancels = new Map<string, () => void>();

  /** Takes the clock to run on. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `run` in `ms` milliseconds, in place of what had this name. */
  set(name: string, ms: number, run: () => void): void {
    this.cancel(name);
    const cancel = this.#clock.after(Math.max(0, ms), () => {
      this.#cancels.delete(name);
      run();
    });
    this.#cancels.set(name, cancel);
  }

  /** Like {@link set}, but leaves a timer that already has this name. */
  setOnce(name: string, ms: number, run: () => void): void {
    if (!this.#cancels.has(name)) this.set(name, ms, run);
  }

  /** Forgets the timer of this name. */
  cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  /** Forgets all timers. */
  clear(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
