/** Token buckets: how often something may be done, by one or by each of many. */
import { Refusal } from "./errors.ts";
import type { ErrorCode } from "./protocol.ts";

/** How much at once, and how much in the long run. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** So much in any hour, all of it at once if need be. */
export function perHour(count: number): Rate {
  return { burst: count, perSecond: count / 3_600 };
}

/** What one may do yet: it fills up again with time. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** A full bucket; times are in milliseconds by a clock of the caller's. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes tokens: 0 when there were enough, else the milliseconds until there are. */
  take(count: number, now: number): number {
    const { burst, perSecond } = this.#rate;
    // A clock set back must not drain anybody's bucket.
    const elapsed = Math.max(0, now - this.#at) / 1_000;
    this.#tokens = Math.min(burst, this.#tokens + elapsed * perSecond);
    this.#at = now;
    if (this.#tokens < count) {
      return Math.ceil((count - this.#tokens) / perSecond * 1_000);
    }
    this.#tokens -= count;
    return 0;
  }

  /** Gives tokens back that were taken for what turned out to need none. */
  giveBack(count: number): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + count);
  }
}

/** Buckets that are kept, unless more are asked for: one takes about 200 bytes. */
const MOST = 5_000;

/**
 * A bucket for each key. A flood of keys makes those give way that were used
 * the longest time ago: memory stays bounded whoever asks.
 */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #most: number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** A limiter by the given clock in milliseconds, of `most` keys at a time. */
  constructor(rate: Rate, now: () => number = Date.now, most: number = MOST) {
    this.#rate = rate;
    this.#now = now;
    this.#most = most;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token: 0 when there was one, else the milliseconds until there is. */
  take(key: string): number {
    const now = this.#now();
    let bucket = this.#buckets.get(key);
    if (bucket) this.#buckets.delete(key);
    else bucket = new TokenBucket(this.#rate, now);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#most) {
      this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    return bucket.take(1, now);
  }

  /** Gives a token back that was taken for what turned out to need none. */
  giveBack(key: string): void {
    this.#buckets.get(key)?.giveBack(1);
  }

  /**
   * Does what takes a token; refused with `code` where there is none. What
   * fails costs nothing.
   */
  async spend<T>(
    key: string,
    code: ErrorCode,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const wait = this.take(key);
    if (wait > 0) throw new Refusal(code, wait);
    try {
      return await attempt();
    } catch (error) {
      this.giveBack(key);
      throw error;
    }
  }
}
