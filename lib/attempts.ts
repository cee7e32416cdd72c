/** How often signing in may be tried. */
import { Refusal } from "./errors.ts";
import { networkOf } from "./origins.ts";
import { type Rate, RateLimiter } from "./rate_limiter.ts";

/** How often what may be tried; a school may sit behind one address. */
export const ATTEMPT_RATES = {
  /** From one address, at whichever account. */
  fromAddress: { perSecond: 1 / 3, burst: 100 },
  /** At one account from one address. */
  atAccount: { perSecond: 1 / 60, burst: 8 },
  /** At one account from everywhere: guesses from many addresses stay few. */
  atAccountInAll: { perSecond: 1 / 10, burst: 60 },
  /** Codes of links from one address that were wrong. */
  wrongCodes: { perSecond: 1 / 60, burst: 20 },
  /** Passkey challenges asked for from one address: each is a row in the database. */
  challenges: { perSecond: 2, burst: 200 },
} as const satisfies Record<string, Rate>;

/** Token buckets by address and account. */
export class Attempts {
  readonly #address: RateLimiter;
  readonly #pair: RateLimiter;
  readonly #account: RateLimiter;
  readonly #codes: RateLimiter;
  readonly #challenges: RateLimiter;

  /** Attempts by the given clock. */
  constructor(now: () => number = Date.now) {
    this.#address = new RateLimiter(ATTEMPT_RATES.fromAddress, now);
    this.#pair = new RateLimiter(ATTEMPT_RATES.atAccount, now);
    this.#account = new RateLimiter(ATTEMPT_RATES.atAccountInAll, now);
    this.#codes = new RateLimiter(ATTEMPT_RATES.wrongCodes, now);
    this.#challenges = new RateLimiter(ATTEMPT_RATES.challenges, now);
  }

  /** Tries a code of a link; refused with `too_fast` after many that were wrong from this address. */
  async code<T>(address: string, attempt: () => Promise<T>): Promise<T> {
    const from = networkOf(address);
    refuse(this.#codes.take(from));
    try {
      const result = await attempt();
      this.#codes.giveBack(from);
      return result;
    } catch (error) {
      const code = error instanceof Refusal ? error.code : "internal";
      const isWrong = code === "wrong_code" || code === "no_invitation";
      if (!isWrong) this.#codes.giveBack(from);
      throw error;
    }
  }

  /** Counts a challenge that is asked for; refused with `too_fast`. */
  challenge(address: string): void {
    refuse(this.#challenges.take(networkOf(address)));
  }

  /**
   * Counts an attempt from an address at the account of a key, if it is known
   * which; refused with `too_fast`. Names nobody has count as well.
   */
  take(address: string, account: string | null): void {
    const from = networkOf(address);
    refuse(this.#address.take(from));
    if (account === null) return;
    refuse(this.#pair.take(`${from} ${account}`));
    refuse(this.#account.take(account));
  }
}

function refuse(wait: number): void {
  if (wait > 0) throw new Refusal("too_fast", wait);
}
