/** How long to wait before trying again. */

/** Upper bound of the first wait, in milliseconds; it doubles with each attempt. */
export const BACKOFF_FIRST = 500;
/** Upper bound of the first waits, in milliseconds: a restart takes seconds. */
export const BACKOFF_SHORT = 5_000;
/** Attempts, a minute's worth or so, after which the bound may grow further. */
const SHORT_ATTEMPTS = 24;
/** Upper bound of all waits, in milliseconds. */
export const BACKOFF_MOST = 30_000;

/**
 * Milliseconds to wait before attempt `attempt` (0 is the first): anything
 * between nothing and a bound that doubles, so that many clients who lost
 * the same server don't come back in step ("full jitter").
 */
export function backoff(attempt: number, random: number): number {
  const most = attempt < SHORT_ATTEMPTS ? BACKOFF_SHORT : BACKOFF_MOST;
  const bound = Math.min(most, BACKOFF_FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(random * bound);
}

/** The delay in milliseconds that a close reason names, or null: `restarting 830`. */
export function namedDelay(reason: string): number | null {
  const match = /^\S+ (\d{1,7})$/.exec(reason);
  return match ? Math.min(Number(match[1]), 2 * BACKOFF_MOST) : null;
}
