/** What whoever has no session may cost. */
import { Refusal } from "./errors.ts";
import { type Rate, RateLimiter } from "./rate_limiter.ts";

/** Handshakes without a session from one address: pages whose session ended ask as well. */
export const HANDSHAKE_RATE: Rate = { burst: 200, perSecond: 2 };

/** Counts handshakes that nobody vouches for. */
export class Strangers {
  readonly #handshakes: RateLimiter;

  /** Strangers by the given clock. */
  constructor(now: () => number = Date.now) {
    this.#handshakes = new RateLimiter(HANDSHAKE_RATE, now);
  }

  /** Counts one from a network; the refusal is `too_fast` after many, else `unauthorized`. */
  refuse(network: string): Refusal {
    const wait = this.#handshakes.take(network);
    return wait > 0
      ? new Refusal("too_fast", wait)
      : new Refusal("unauthorized");
  }
}
