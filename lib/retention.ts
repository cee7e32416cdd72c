/** Lets go of what rooms no longer keep (L8). */
import type { Kysely } from "kysely";
import type { Schema } from "./db/schema.ts";
import type { Database } from "./db/open.ts";
import { readDefaultRetention } from "./db/retention_writes.ts";
import { Refusal } from "./errors.ts";
import type { MessageLog } from "./message_log.ts";

const DAY = 24 * 60 * 60_000;

/** Milliseconds. */
const TIMES = {
  /** From the start to the first look, so that it doesn't slow the start. */
  first: 10_000,
  /** Between two looks. */
  interval: 60 * 60_000,
};

/** What retention works on. */
export interface RetentionOptions {
  /** For finding the rooms in which something is too old. */
  read: Kysely<Schema>;
  log: MessageLog;
  /** For rooms that have no limit of their own; null keeps everything. */
  defaultDays: number | null;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /** Gets what went wrong; the next look tries again. */
  onError: (error: unknown) => void;
}

/** Puts on record that the server was started with another default than before. */
export async function noteDefaultDays(
  db: Pick<Database, "read" | "write">,
  days: number | null,
): Promise<void> {
  if (await readDefaultRetention(db.read) === days) return;
  await db.write("noteDefaultRetention", { days, now: Date.now() });
}

/** Looks every hour for messages older than their rooms keep them. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: ReturnType<typeof setTimeout>;
  #running: Promise<void> | undefined;
  #closed = false;

  /** Looks for the first time shortly after the start. */
  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#look(), TIMES.first);
  }

  /** Removes what is too old now, some at a time; resolves when it is gone. */
  async run(): Promise<void> {
    // What is under way may be past the room that this call is for.
    while (this.#running) await this.#running;
    if (this.#closed) return;
    this.#running = this.#trimAll();
    await this.#running;
  }

  /** Stops between two transactions. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#timer = setTimeout(() => this.#look(), TIMES.interval);
    void this.run();
  }

  async #trimAll(): Promise<void> {
    try {
      for (const { room, before } of await this.#dueRooms()) {
        while (!this.#closed && await this.#options.log.trim(room, before));
      }
    } catch (error) {
      // What the database refused, it has reported.
      if (!(error instanceof Refusal)) this.#options.onError(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** The rooms whose oldest entry is too old, and when it would not be. */
  async #dueRooms(): Promise<{ room: string; before: number }[]> {
    const { read, defaultDays, now = Date.now } = this.#options;
    const rooms = await read.selectFrom("rooms as r")
      .innerJoin(
        "entries as e",
        (join) =>
          join.onRef("e.room", "=", "r.id").onRef("e.seq", "=", "r.floor"),
      )
      .select(["r.id", "r.retention_days", "e.at"]).execute();
    return rooms.flatMap(({ id, retention_days, at }) => {
      const days = retention_days ?? defaultDays;
      if (days === null) return [];
      const before = now() - days * DAY;
      return at < before ? [{ room: id, before }] : [];
    });
  }
}
