/** Time as the client sees it, so that tests can hold it in their hands. */

/** Milliseconds since 1970 and one-shot timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The clock of the browser or runtime. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
