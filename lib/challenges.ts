/** Challenges for passkeys: each is answered once, soon, by the browser that asked. */

/** Milliseconds in which a challenge must be answered. */
export const CHALLENGE_LIFETIME = 5 * 60 * 1000;

/** Most challenges that wait at once; the oldest give way. */
const MOST = 10_000;

/** What a challenge is for. */
export type ChallengePurpose = "add" | "sign_in";

interface Waiting {
  browser: string;
  purpose: ChallengePurpose;
  expiresAt: number;
}

/** Challenges in memory, oldest first. */
export class Challenges {
  readonly #now: () => number;
  readonly #waiting = new Map<string, Waiting>();

  /** Challenges by the given clock. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Keeps a challenge that was given to a browser. */
  put(challenge: string, browser: string, purpose: ChallengePurpose): void {
    this.#sweep();
    const expiresAt = this.#now() + CHALLENGE_LIFETIME;
    this.#waiting.set(challenge, { browser, purpose, expiresAt });
  }

  /** Whether this browser was given the challenge for this; it is used up. */
  take(challenge: string, browser: string, purpose: ChallengePurpose): boolean {
    const waiting = this.#waiting.get(challenge);
    this.#waiting.delete(challenge);
    return waiting !== undefined && waiting.expiresAt > this.#now() &&
      waiting.browser === browser && waiting.purpose === purpose;
  }

  #sweep(): void {
    for (const [challenge, { expiresAt }] of this.#waiting) {
      if (expiresAt > this.#now() && this.#waiting.size < MOST) break;
      this.#waiting.delete(challenge);
    }
  }
}
