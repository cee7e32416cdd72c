/** Challenges for passkeys: each is answered once, soon, by the browser that asked. */
import type { Database } from "./db/open.ts";
import { hashToken } from "./sessions.ts";

/** Milliseconds in which a challenge must be answered. */
export const CHALLENGE_LIFETIME = 5 * 60 * 1000;

/** Most challenges that wait at once; the oldest give way. */
const MOST = 10_000;

/** Whom a challenge is given to, and for what. */
export interface ChallengeHolder {
  /** What tells the browser apart. */
  browser: string;
  /** Who adds a passkey; null for signing in with one. */
  person: string | null;
}

/** Challenges in the database: any machine may be the one that gets the answer. */
export class Challenges {
  readonly #db: Pick<Database, "write">;
  readonly #now: () => number;

  /** Challenges by the given clock. */
  constructor(db: Pick<Database, "write">, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** Keeps a challenge that is about to be given to a browser. */
  async put(challenge: string, holder: ChallengeHolder): Promise<void> {
    await this.#db.write("putChallenge", {
      ...hashed(challenge, holder),
      expiresAt: this.#now() + CHALLENGE_LIFETIME,
      most: MOST,
    });
  }

  /** Whether this browser was given the challenge for this; it is used up. */
  async take(challenge: string, holder: ChallengeHolder): Promise<boolean> {
    return await this.#db.write("takeChallenge", {
      ...hashed(challenge, holder),
      now: this.#now(),
    });
  }
}

function hashed(challenge: string, { browser, person }: ChallengeHolder) {
  return {
    challenge: hashToken(challenge),
    browser: hashToken(browser),
    person,
  };
}
