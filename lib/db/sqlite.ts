/** Kysely on `node:sqlite`, which is built into Deno. */
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryCompiler,
  sql,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from "kysely";
import type { Schema } from "./schema.ts";
import { UuidQueryCompiler } from "./sqlite_compiler.ts";
import { bytesToUuid } from "./uuid.ts";

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
    return new ImmediateDriver(this.#config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new UuidQueryCompiler();
  }
}

class ImmediateDriver extends SqliteDriver {
  /**
   * Takes the write lock at once (L1). A transaction that reads first and
   * locks later can't wait for a lock, it fails.
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

/** Statements kept per connection: preparing one costs more than running it. */
const CACHED_STATEMENTS = 300;

class CachedDatabase implements SqliteDatabase {
  readonly #connection: DatabaseSync;
  /** In order of use, the one used least recently first. */
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  prepare(text: string): SqliteStatement {
    const statement = this.#statements.get(text) ??
      new NodeStatement(this.#connection.prepare(text));
    this.#statements.delete(text);
    this.#statements.set(text, statement);
    if (this.#statements.size > CACHED_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      this.#statements.delete(oldest!);
    }
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}

type Row = Record<string, unknown>;

class NodeStatement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): Row[] {
    const rows = this.#statement.all(...parameters as SQLInputValue[]);
    for (const row of rows) withUuids(row);
    return rows;
  }

  run(parameters: readonly unknown[]): {
    changes: number | bigint;
    lastInsertRowid: number | bigint;
  } {
    return this.#statement.run(...parameters as SQLInputValue[]);
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<Row> {
    const rows = this.#statement.iterate(...parameters as SQLInputValue[]);
    for (const row of rows) yield withUuids(row as Row);
  }
}

/** All blobs of 16 bytes are UUIDs; nothing else in the schema has that length. */
function withUuids(row: Row): Row {
  for (const column in row) {
    const value = row[column];
    if (value instanceof Uint8Array && value.length === 16) {
      row[column] = bytesToUuid(value);
    }
  }
  return row;
}
