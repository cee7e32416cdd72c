/** Token buckets: how often each person may do something. */

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets are swept when there are more than this many. */
const SWEEP_SIZE = 10_000;

/** Allows `burst` requests at once and `perSecond` on average, for each key. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** A limiter by the given clock in milliseconds. */
  constructor(
    limit: { perSecond: number; burst: number },
    now: () => number = Date.now,
  ) {
    this.#perSecond = limit.perSecond;
    this.#burst = limit.burst;
    this.#now = now;
  }

  /** Takes one token: 0 when there was one, else the milliseconds until there is. */
  take(key: string): number {
    const bucket = this.#refilled(key);
    if (bucket.tokens < 1) {
      return Math.ceil((1 - bucket.tokens) / this.#perSecond * 1_000);
    }
    bucket.tokens--;
    return 0;
  }

  /** Gives a token back that was taken for what turned out to need none. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
  }

  #refilled(key: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key);
    if (!bucket) {
      if (this.#buckets.size >= SWEEP_SIZE) this.#sweep(now);
      const fresh = { tokens: this.#burst, at: now };
      this.#buckets.set(key, fresh);
      return fresh;
    }
    // A clock set back must not drain anybody's bucket.
    const elapsed = Math.max(0, now - bucket.at) / 1_000;
    bucket.tokens = Math.min(
      this.#burst,
      bucket.tokens + elapsed * this.#perSecond,
    );
    bucket.at = now;
    return bucket;
  }

  /** Forgets buckets that are full again. */
  #sweep(now: number): void {
    const full = this.#burst / this.#perSecond * 1_000;
    for (const [key, bucket] of this.#buckets) {
      if (now - bucket.at >= full) this.#buckets.delete(key);
    }
  }
}
