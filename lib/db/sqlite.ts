/** Kysely on `node:sqlite`, which is built into Deno. */
import { DatabaseSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryCompiler,
  sql,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from "kysely";
import type { Schema } from "./schema.ts";
import { UuidQueryCompiler } from "./sqlite_compiler.ts";
import { CachedDatabase } from "./sqlite_statements.ts";

/** How SQLite syncs: FULL survives a loss of power, NORMAL may lose the last commits in one. */
export type Synchronous = "FULL" | "NORMAL" | "OFF";

/** How to open a connection. */
export interface SqliteOptions {
  /** The database's file. */
  file: string;
  /** Whether this connection only reads; its file must exist. */
  readOnly: boolean;
  /** See {@link Synchronous}; FULL unless given (L2). */
  synchronous?: Synchronous;
  /** How many pages of 4 KiB the file may grow to; without it, no limit. */
  maxPages?: number;
}

/** How long a write waits for another program's lock. */
const BUSY_MS = 2000;

/** Opens one connection; closing the Kysely closes it. */
export function openSqlite(options: SqliteOptions): Kysely<Schema> {
  const connection = new DatabaseSync(options.file, {
    readOnly: options.readOnly,
  });
  try {
    for (const pragma of pragmas(options)) connection.exec(`pragma ${pragma}`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return new Kysely<Schema>({
    dialect: new NodeSqliteDialect({
      database: new CachedDatabase(connection),
    }),
  });
}

/**
 * Moves everything to the main file and empties the write-ahead log. False
 * when a reader's snapshot is in the way, which isn't waited for.
 */
export async function checkpoint(db: Kysely<Schema>): Promise<boolean> {
  const busy = await db.connection().execute(async (connection) => {
    await sql`pragma busy_timeout = 0`.execute(connection);
    const { rows } = await sql<{ busy: number }>`
      pragma wal_checkpoint(truncate)`.execute(connection);
    await sql`pragma busy_timeout = ${sql.lit(BUSY_MS)}`.execute(connection);
    return rows[0]?.busy;
  });
  return busy === 0;
}

function pragmas(options: SqliteOptions): string[] {
  if (options.readOnly) return ["busy_timeout = 250"];
  return [
    `busy_timeout = ${BUSY_MS}`,
    "journal_mode = wal",
    `synchronous = ${options.synchronous ?? "FULL"}`,
    "foreign_keys = on",
    "secure_delete = on",
    ...options.maxPages === undefined
      ? []
      : [`max_page_count = ${options.maxPages}`],
  ];
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.#config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new UuidQueryCompiler();
  }
}

class NodeSqliteDriver extends SqliteDriver {
  /**
   * Takes the write lock at once (L1): a transaction that reads first and
   * locks later can't wait for the lock, it fails. On a connection that only
   * reads, SQLite begins a reading transaction.
   */
  override async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  /** SQLite has rolled back by itself after a full disk and the like. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!String(error).includes("no transaction is active")) throw error;
    }
  }
}
