/** Connections whose peers read more slowly than they are sent to (D3). */
import type { Connection } from "./connection.ts";
import { CLOSE } from "./protocol.ts";

/** Milliseconds. */
export const SLOW_LIMITS = {
  /** Between two looks at those who wait: Deno has no drain event. */
  interval: 50,
  /** Without progress for this long, a connection is closed. */
  stalled: 30_000,
} as const;

interface Wait {
  /** The least that was buffered so far, and since when. */
  buffered: number;
  since: number;
  ready: PromiseWithResolvers<void>;
}

/** All who wait for the network, looked at by one shared timer. */
export class SlowConnections {
  readonly #onReady: (connection: Connection) => void;
  readonly #waiting = new Map<Connection, Wait>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `onReady` is called when a connection may be sent entries again. */
  constructor(onReady: (connection: Connection) => void) {
    this.#onReady = onReady;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Waits until the connection is ready or forgotten. */
  wait(connection: Connection): Promise<void> {
    let wait = this.#waiting.get(connection);
    if (!wait) {
      wait = {
        buffered: connection.bufferedAmount,
        since: performance.now(),
        ready: Promise.withResolvers(),
      };
      this.#waiting.set(connection, wait);
      this.#timer ??= setInterval(() => this.#look(), SLOW_LIMITS.interval);
    }
    return wait.ready.promise;
  }

  /** Waits no more for a connection, since it is ready or has ended. */
  forget(connection: Connection): void {
    this.#waiting.get(connection)?.ready.resolve();
    this.#waiting.delete(connection);
  }

  #look(): void {
    const now = performance.now();
    for (const [connection, wait] of this.#waiting) {
      const buffered = connection.bufferedAmount;
      if (connection.ready) {
        this.forget(connection);
        this.#onReady(connection);
      } else if (buffered < wait.buffered) {
        wait.buffered = buffered;
        wait.since = now;
      } else if (now - wait.since >= SLOW_LIMITS.stalled) {
        connection.close(CLOSE.tooSlow, "too_slow 2000");
      }
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
