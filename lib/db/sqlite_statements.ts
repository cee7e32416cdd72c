/** Prepared statements on `node:sqlite`. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { bytesToUuid } from "./uuid.ts";

/** Statements kept per connection: preparing one costs more than running it. */
const CACHED_STATEMENTS = 300;

/** A connection as Kysely wants it, with a cache of its prepared statements. */
export class CachedDatabase implements SqliteDatabase {
  readonly #connection: DatabaseSync;
  /** In order of use, the one used least recently first. */
  readonly #statements = new Map<string, SqliteStatement>();

  /** Wraps an open connection, which is closed with it. */
  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** The statement for this text, prepared at most once while it is in use. */
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

  /** Closes the connection. */
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
