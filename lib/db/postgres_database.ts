/** A database on PostgreSQL, which several machines may share. */
import { versions } from "node:process";
import { type Kysely, sql } from "kysely";
import { Refusal } from "../errors.ts";
import { NewerSchema } from "./migrations/mod.ts";
import { migratePostgres } from "./migrations/postgres.ts";
import type { Changed, Database, SlowReadOptions } from "./open.ts";
import {
  lacksSsl,
  openPool,
  readingKysely,
  writingKysely,
} from "./postgres.ts";
import { readChanged } from "./postgres_changes.ts";
import {
  isConflict,
  isLate,
  isLost,
  LostCommit,
  withoutValues,
} from "./postgres_errors.ts";
import type { PostgresSettings } from "./postgres_settings.ts";
import type { Schema, Trx } from "./schema.ts";
import { SlowReadQueue } from "./slow_read_queue.ts";
import {
  runSlowRead,
  type SlowReadArgs,
  type SlowReadName,
  type SlowReadResult,
} from "./slow_reads.ts";
import {
  runWrite,
  type WriteArgs,
  type WriteName,
  type WriteResult,
} from "./writes.ts";

/**
 * Connections, eleven in all. Each purpose has its own, so that neither a slow
 * search nor slow pages stop posts or delivery.
 */
const CONNECTIONS = {
  ...{ write: 4, read: 3, delivery: 2, search: 1, cleaning: 1 },
} as const;

/** Milliseconds. */
const TIMES = {
  /** After which the server stops a statement. */
  write: 10_000,
  read: 5_000,
  /** For which a write is tried again when it was in others' way, or cut off. */
  retry: 2_000,
  /** Between two tries, at first. */
  pause: 20,
  /** For which the same trouble is reported once. */
  quiet: 1_000,
};

/** The oldest server that has what is asked of it. */
const LEAST_VERSION = 13;

/** How to open a database. */
export interface PostgresOptions {
  postgres: PostgresSettings;
  onError: (error: unknown) => void;
}

/** Opens the database, migrated as needed; throws an error of one line that says what to do. */
export async function openPostgres(
  options: PostgresOptions,
): Promise<Database> {
  let { postgres } = options;
  try {
    postgres = await reach(postgres);
    await migrateAlone(postgres, options.onError);
    const parts = openParts(postgres, options.onError);
    const row = await parts.read.selectFrom("meta").select("value")
      .where("key", "=", "epoch").executeTakeFirstOrThrow();
    return new PostgresDatabase({ ...parts, epoch: row.value });
  } catch (error) {
    throw new Error(cannotOpen(postgres, error), { cause: error });
  }
}

/** Finds out whether the server encrypts, where that is preferred. */
async function reach(settings: PostgresSettings): Promise<PostgresSettings> {
  try {
    await look(settings);
    return settings;
  } catch (error) {
    if (!lacksSsl(settings, error)) throw error;
    const plain: PostgresSettings = { ...settings, ssl: "disable" };
    await look(plain);
    return plain;
  }
}

async function look(settings: PostgresSettings): Promise<void> {
  const pool = openPool(settings, {
    max: 1,
    statementTimeout: TIMES.read,
    onError: () => {},
  });
  try {
    const { rows } = await pool.query("show server_version_num");
    const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
    if (version < LEAST_VERSION) {
      throw new Error(
        `the server is PostgreSQL ${version}: ${LEAST_VERSION} or newer is needed`,
      );
    }
  } finally {
    await pool.end();
  }
}

/** On a connection of its own, whose statements may take long. */
async function migrateAlone(
  settings: PostgresSettings,
  onError: (error: unknown) => void,
): Promise<void> {
  const pool = openPool(settings, { max: 1, statementTimeout: 0, onError });
  const db = writingKysely(pool, { statementTimeout: 0 });
  try {
    await migratePostgres(db, versions.unicode);
  } finally {
    await db.destroy();
  }
}

function cannotOpen(
  { host, port, database, setting }: PostgresSettings,
  error: unknown,
): string {
  const reason = error instanceof AggregateError
    ? String(error.errors[0]?.message)
    : error instanceof Error
    ? error.message
    : String(error);
  const text = `Can't open the PostgreSQL database ${database} on ` +
    `${host}:${port}, which ${setting} names: ${reason}`;
  if (error instanceof NewerSchema) return text;
  return `${text}; start that server, or name another`;
}

interface Parts {
  epoch: string;
  read: Kysely<Schema>;
  delivery: Kysely<Schema>;
  writer: Kysely<Schema>;
  searcher: Kysely<Schema>;
  cleaner: Kysely<Schema>;
  onError: (error: unknown) => void;
}

function openParts(
  settings: PostgresSettings,
  onError: (error: unknown) => void,
): Omit<Parts, "epoch"> {
  const report = reportSeldom(onError);
  const pool = (max: number, statementTimeout: number, pipeline = false) =>
    openPool(settings, {
      ...{ max, statementTimeout, pipeline },
      // What it breaks is told to whoever asks next.
      onError: () => {},
    });
  const explain = (error: unknown) => {
    const known = withoutValues(error);
    if (!isLost(error) && !isLate(error)) return known;
    report(known);
    return new Refusal("unavailable");
  };
  const { write, read, delivery, search, cleaning } = CONNECTIONS;
  const reading = (max: number) =>
    readingKysely(pool(max, TIMES.read, true), {
      statementTimeout: TIMES.read,
      explain,
    });
  return {
    onError: report,
    read: reading(read),
    delivery: reading(delivery),
    writer: writingKysely(pool(write, TIMES.write), {
      statementTimeout: TIMES.write,
    }),
    searcher: writingKysely(pool(search, TIMES.read), {
      statementTimeout: TIMES.read,
    }),
    cleaner: writingKysely(pool(cleaning, 0), { statementTimeout: 0 }),
  };
}

/** A server that is away breaks everything: one line a second is enough. */
function reportSeldom(
  onError: (error: unknown) => void,
): (error: unknown) => void {
  const last = { message: "", at: -Infinity };
  return (error) => {
    const [message, at] = [String(error), performance.now()];
    if (message === last.message && at - last.at < TIMES.quiet) return;
    Object.assign(last, { message, at });
    onError(error);
  };
}

class PostgresDatabase implements Database {
  readonly isShared = true;
  readonly epoch: string;
  readonly read: Kysely<Schema>;
  readonly delivery: Kysely<Schema>;
  onWrite: (name: WriteName) => void = () => {};
  readonly #parts: Parts;
  readonly #slow = new SlowReadQueue();

  constructor(parts: Parts) {
    this.epoch = parts.epoch;
    this.read = parts.read;
    this.delivery = parts.delivery;
    this.#parts = parts;
  }

  async readSlowly<N extends SlowReadName>(
    name: N,
    args: SlowReadArgs<N>,
    { timeout }: SlowReadOptions,
  ): Promise<SlowReadResult<N>> {
    try {
      return await this.#slow.run(() => this.#search(name, args, timeout));
    } catch (error) {
      if (isLate(error)) throw new Refusal("too_broad");
      throw this.#refusal(error);
    }
  }

  /** The server stops a statement that takes too long; several may take it together. */

  async #search<N extends SlowReadName>(
    name: N,
    args: SlowReadArgs<N>,
    timeout: number,
  ): Promise<SlowReadResult<N>> {
    const giveUp = performance.now() + timeout;
    return await this.#parts.searcher.transaction().execute(async (trx) => {
      await sql`set transaction read only`.execute(trx);
      // 0 would be for ever.
      const most = sql.lit(Math.max(1, timeout));
      await sql`set local statement_timeout = ${most}`.execute(trx);
      const result = await runSlowRead(trx, name, args) as SlowReadResult<N>;
      if (performance.now() > giveUp) throw new Refusal("too_broad");
      return result;
    });
  }

  async write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    try {
      return await this.#writeUntilDone(name, args);
    } finally {
      this.onWrite(name);
    }
  }

  async #writeUntilDone<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    const giveUp = performance.now() + TIMES.retry;
    for (let wait = TIMES.pause;; wait *= 2) {
      try {
        return await this.#write(name, args);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        const mayRetry = isConflict(error) || isLost(error);
        if (!mayRetry || performance.now() + wait > giveUp) {
          throw this.#refusal(error);
        }
      }
      // Those who were in each other's way must not meet again.
      await pause(wait * (0.5 + Math.random()));
    }
  }

  async #write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    let result: WriteResult<N>;
    try {
      await this.#parts.writer.transaction().execute(async (trx) => {
        result = await runWrite(trx as Trx, name, args) as WriteResult<N>;
      });
    } catch (error) {
      if (!(error instanceof LostCommit)) throw error;
      await this.#mustHaveCommitted(error);
    }
    return result!;
  }

  /** Resolves when the transaction is there for good; what was undone is tried again. */
  async #mustHaveCommitted(lost: LostCommit): Promise<void> {
    const giveUp = performance.now() + TIMES.retry;
    for (let wait = TIMES.pause;; wait *= 2) {
      const status = await this.#statusOf(lost.xid);
      if (status === "committed") return;
      if (status === "aborted") throw lost.cause;
      // Nobody can say: the same id again will find what is there (L3).
      if (performance.now() + wait > giveUp) {
        throw this.#refusal(lost.cause);
      }
      await pause(wait);
    }
  }

  async #statusOf(xid: string): Promise<string | null> {
    try {
      const { rows } = await sql<{ status: string | null }>`
        select pg_xact_status(${xid}::xid8) as status`.execute(this.read);
      return rows[0]?.status ?? null;
    } catch {
      return null;
    }
  }

  async changedSince(mark: string | null): Promise<Changed> {
    return await readChanged(this.delivery, mark);
  }

  async size(): Promise<number> {
    const { rows } = await sql<{ size: number }>`
      select pg_database_size(current_database()) as size`.execute(this.read);
    return rows[0]!.size;
  }

  /**
   * Has deleted text overwritten as far as it goes: PostgreSQL keeps old
   * versions of rows until then, and its write-ahead log beyond (L7).
   */
  async checkpoint(): Promise<boolean> {
    try {
      await sql`vacuum (skip_locked, truncate off, index_cleanup off)
        entries, messages, search_docs`.execute(this.#parts.cleaner);
      return true;
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  report(error: unknown): void {
    this.#parts.onError(error);
  }

  async close(): Promise<void> {
    await this.#slow.settled();
    const { read, delivery, writer, searcher, cleaner } = this.#parts;
    for (const one of [searcher, cleaner, writer, read, delivery]) {
      await one.destroy();
    }
  }

  #refusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.report(withoutValues(error));
    return new Refusal("unavailable");
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
