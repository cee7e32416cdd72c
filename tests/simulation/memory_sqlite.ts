/** A real SQLite in memory, with the product's schema and compiler of queries. */
import { DatabaseSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
} from "kysely";
import { migrate } from "../../lib/db/migrations/mod.ts";
import { SQLITE_TYPES } from "../../lib/db/migrations/sqlite.ts";
import type { Schema } from "../../lib/db/schema.ts";
import { UuidQueryCompiler } from "../../lib/db/sqlite_compiler.ts";
import { CachedDatabase } from "../../lib/db/sqlite_statements.ts";

/** Runs statements at once, several of them together or not at all. */
export class MemorySqlite {
  /** Queries without any delay, for whoever sets a world up or judges it. */
  readonly kysely: Kysely<Schema>;
  readonly #connection = new DatabaseSync(":memory:");
  readonly #cached = new CachedDatabase(this.#connection);

  constructor() {
    this.kysely = kyselyOn(() => new DirectConnection(this));
  }

  static async open(): Promise<MemorySqlite> {
    const sqlite = new MemorySqlite();
    await migrate(sqlite.kysely, {
      dialect: SQLITE_TYPES,
      now: 0,
      backUp: () => Promise.resolve(),
    });
    sqlite.#connection.exec("begin");
    return sqlite;
  }

  /** Leaves all tables as they were after the migrations, by never committing. */
  empty(): void {
    this.#connection.exec("rollback; begin");
  }

  run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = this.#cached.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  /** Runs all of them in one transaction, and keeps the outcome or not. */
  runAll<R>(queries: readonly CompiledQuery[], keep: boolean): QueryResult<R> {
    let result: QueryResult<R> = { rows: [] };
    this.#connection.exec("savepoint all_or_nothing");
    try {
      for (const query of queries) result = this.run(query);
      if (!keep) this.#connection.exec("rollback to all_or_nothing");
      return result;
    } catch (error) {
      this.#connection.exec("rollback to all_or_nothing");
      throw error;
    } finally {
      this.#connection.exec("release all_or_nothing");
    }
  }
}

/** A connection that a driver can begin, commit and roll back. */
export interface SimulatedConnection extends DatabaseConnection {
  begin(): void;
  commit(): Promise<void>;
  rollback(): void;
}

class DirectConnection implements SimulatedConnection {
  constructor(readonly sqlite: MemorySqlite) {}

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return Promise.resolve(this.sqlite.run<R>(query));
  }

  streamQuery = streamNothing;
  begin(): void {}
  rollback(): void {}

  commit(): Promise<void> {
    return Promise.resolve();
  }
}

/** Nothing in the product streams. */
export function streamNothing(): never {
  throw new Error("Cannot stream from a simulated database");
}

/** A Kysely whose connections are made here. */
export function kyselyOn(connect: () => SimulatedConnection): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SimulatedDriver(connect),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new UuidQueryCompiler(),
    },
  });
}

class SimulatedDriver implements Driver {
  constructor(readonly connect: () => SimulatedConnection) {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.connect());
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SimulatedConnection).begin();
    return Promise.resolve();
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return (connection as SimulatedConnection).commit();
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SimulatedConnection).rollback();
    return Promise.resolve();
  }

  init = () => Promise.resolve();
  releaseConnection = () => Promise.resolve();
  destroy = () => Promise.resolve();
}
