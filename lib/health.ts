/** Whether the database answers, for `/healthz`. */
import type { Database } from "./db/open.ts";

/** Milliseconds. */
export const HEALTH_TIMES = {
  /** After which the database counts as not answering. */
  timeout: 2_000,
  /** For which an answer is kept: asking often costs nothing. */
  kept: 1_000,
} as const;

/** Looks whether the database can be written and read. */
export class Health {
  readonly #db: Pick<Database, "read" | "write">;
  readonly #timeout: number;
  #last: { at: number; problem: Promise<string | null> } | undefined;

  /** Nothing is asked yet; `timeout` is in milliseconds. */
  constructor(
    db: Pick<Database, "read" | "write">,
    timeout: number = HEALTH_TIMES.timeout,
  ) {
    this.#db = db;
    this.#timeout = timeout;
  }

  /** What is wrong, in a few words without anything secret, or null. */
  problem(): Promise<string | null> {
    const now = performance.now();
    if (!this.#last || now - this.#last.at >= HEALTH_TIMES.kept) {
      this.#last = { at: now, problem: this.#look() };
    }
    return this.#last.problem;
  }

  async #look(): Promise<string | null> {
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => late.resolve("the database does not answer in time"),
      this.#timeout,
    );
    try {
      return await Promise.race([this.#ask(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(): Promise<string | null> {
    try {
      await this.#db.write("probe", { now: Date.now() });
    } catch {
      return "the database can't be written";
    }
    try {
      await this.#db.read.selectFrom("meta").select("value")
        .where("key", "=", "epoch").executeTakeFirstOrThrow();
    } catch {
      return "the database can't be read";
    }
    return null;
  }
}
