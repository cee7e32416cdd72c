/** Kysely on `pg`. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
// @ts-types="./pg.d.ts"
import pg from "pg";
import type { Client, Pool, PoolClient, PoolConfig, Result } from "./pg.d.ts";
import { isLost, LostCommit } from "./postgres_errors.ts";
import { postgresSearch } from "./postgres_search.ts";
import type { PostgresSettings, SslMode } from "./postgres_settings.ts";
import type { Schema } from "./schema.ts";
import type { SearchEngine } from "./search_engine.ts";

/** How a pool treats its connections; times are in milliseconds. */
export interface PoolOptions {
  /** Most connections at once. */
  max: number;
  /** After which a statement is stopped by the server; 0 for never. */
  statementTimeout: number;
  /** Whether statements are sent before those ahead of them are answered. */
  pipeline?: boolean;
  /** Gets what went wrong with connections that nobody uses. */
  onError: (error: unknown) => void;
}

/** Milliseconds. */
const TIMES = {
  /** To connect, or to wait for a connection of the pool. */
  connect: 3_000,
  /** For which a connection is kept that nobody uses. */
  idle: 30_000,
  /** By which the answer may come later than the server stops a statement. */
  grace: 2_000,
  /** After which a transaction ends whose machine says nothing: it holds locks. */
  silence: 5_000,
};

/** Types as this program has them: numbers, and plain bytes. */
const PARSERS: Record<number, (text: string) => unknown> = {
  // int8 and numeric: times, counts and sums are below 2^53.
  20: Number,
  1700: Number,
  // bytea
  17: (text) => Uint8Array.fromHex(text.slice(2)),
};

/** How to connect with these settings. */
export function clientConfig(settings: PostgresSettings): PoolConfig {
  const { host, port, user, password, database, ssl } = settings;
  return {
    ...{ host, port, user, database },
    // As a function: for an empty one it would look into files.
    password: () => password,
    ssl: sslOf(ssl),
    application_name: "atoll",
    keepAlive: true,
    connectionTimeoutMillis: TIMES.connect,
    types: {
      getTypeParser: (oid, format) =>
        PARSERS[oid] ?? pg.types.getTypeParser(oid, format),
    },
  };
}

function sslOf(mode: SslMode): PoolConfig["ssl"] {
  if (mode === "disable") return false;
  return { rejectUnauthorized: mode.startsWith("verify") };
}

/** A connection of its own, which `listen` and the like need. */
export async function connectClient(
  settings: PostgresSettings,
): Promise<Client> {
  const client = new pg.Client(clientConfig(settings));
  // Whoever waits for an answer hears of it; nobody else has to.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** A connection of its own that is not opened yet; `error` events are the caller's. */
export function newClient(
  settings: PostgresSettings,
  options: { query_timeout: number },
): Client {
  return new pg.Client({ ...clientConfig(settings), ...options });
}

/** Whether a connection failed only because the server does not encrypt. */
export function lacksSsl(
  { ssl }: PostgresSettings,
  error: unknown,
): boolean {
  return ssl === "prefer" && String(error).includes("does not support SSL");
}

/** A pool of connections. */
export function openPool(
  settings: PostgresSettings,
  { max, statementTimeout, pipeline = false, onError }: PoolOptions,
): Pool {
  const pool = new pg.Pool({
    ...clientConfig(settings),
    ...{ max, pipeline },
    idleTimeoutMillis: TIMES.idle,
    ...statementTimeout > 0 && {
      query_timeout: statementTimeout + TIMES.grace,
    },
  });
  pool.on("error", onError);
  // Without a listener a cut connection would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** A Kysely whose every statement may take another connection, and is tried twice. */
export function readingKysely(
  pool: Pool,
  options: { statementTimeout: number; explain: (error: unknown) => unknown },
): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: dialect(new ReadingDriver(pool, options)),
  });
}

/** A Kysely for transactions; their statements are stopped after so many milliseconds. */
export function writingKysely(
  pool: Pool,
  { statementTimeout }: { statementTimeout: number },
): Kysely<Schema> {
  const driver = new WritingDriver(pool, statementTimeout);
  return new Kysely<Schema>({ dialect: dialect(driver) });
}

function dialect(driver: Driver): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class Adapter extends PostgresAdapter {
  readonly searchEngine: SearchEngine = postgresSearch;
}

function toQueryResult<R>({ command, rowCount, rows }: Result): QueryResult<R> {
  const changes = /^(INSERT|UPDATE|DELETE)$/.test(command);
  return {
    rows: rows as R[],
    ...changes && { numAffectedRows: BigInt(rowCount ?? 0) },
  };
}

function streamNothing(): never {
  throw new Error("Nothing streams from the database");
}

interface ReadingOptions {
  statementTimeout: number;
  explain: (error: unknown) => unknown;
}

class ReadingDriver implements Driver {
  readonly #pool: Pool;
  readonly #options: ReadingOptions;
  readonly #begin: string;
  /** Which connections lead to a pooler. */
  readonly #pooled = new WeakMap<PoolClient, Promise<boolean>>();

  constructor(pool: Pool, options: ReadingOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#begin = `begin;
      set local statement_timeout = ${options.statementTimeout}`;
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve({
      executeQuery: <R>(query: CompiledQuery) => this.#read<R>(query),
      streamQuery: streamNothing,
    });
  }

  async #read<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return toQueryResult(
        await this.#try(query).catch((error) => {
          if (!isLost(error)) throw error;
          // The server may have come back since the connection was cut.
          return this.#try(query);
        }),
      );
    } catch (error) {
      throw this.#options.explain(error);
    }
  }

  async #try({ sql, parameters }: CompiledQuery): Promise<Result> {
    const client = await this.#pool.connect();
    let isBroken = false;
    try {
      return await this.#isPooled(client)
        ? await this.#readPooled(client, sql, parameters)
        : await client.query(sql, parameters);
    } catch (error) {
      isBroken = isLost(error);
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  /** In a transaction, in one round trip: poolers hand settings of a session on to others. */
  async #readPooled(
    client: PoolClient,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<Result> {
    const answers = [
      client.query(this.#begin),
      client.query(sql, parameters),
      client.query("commit"),
    ] as const;
    await Promise.allSettled(answers);
    return await answers[1];
  }

  /** Found out once in each connection, which is prepared where it stays the same. */
  #isPooled(client: PoolClient): Promise<boolean> {
    let known = this.#pooled.get(client);
    if (!known) {
      known = this.#prepare(client);
      this.#pooled.set(client, known);
      known.catch(() => this.#pooled.delete(client));
    }
    return known;
  }

  async #prepare(client: PoolClient): Promise<boolean> {
    // Poolers make up the number that they tell when one connects.
    const { rows } = await client.query(
      `select set_config('statement_timeout', $1, false)
        where pg_backend_pid() = $2`,
      [String(this.#options.statementTimeout), client.processID],
    );
    return rows.length === 0;
  }

  beginTransaction(): Promise<void> {
    throw new Error("Only writes run in transactions");
  }

  commitTransaction = this.beginTransaction;
  rollbackTransaction = this.beginTransaction;
  init = () => Promise.resolve();
  releaseConnection = () => Promise.resolve();
  destroy = () => this.#pool.end();
}

class WritingConnection implements DatabaseConnection {
  readonly client: PoolClient;
  /** Of the transaction that runs on it. */
  xid = "";
  isBroken = false;

  constructor(client: PoolClient) {
    this.client = client;
  }

  async executeQuery<R>(
    { sql, parameters }: CompiledQuery,
  ): Promise<QueryResult<R>> {
    try {
      return toQueryResult(await this.client.query(sql, parameters));
    } catch (error) {
      this.isBroken ||= isLost(error);
      throw error;
    }
  }

  streamQuery = streamNothing;
}

class WritingDriver implements Driver {
  readonly #pool: Pool;
  readonly #begin: string;

  constructor(pool: Pool, statementTimeout: number) {
    this.#pool = pool;
    // Poolers take settings of a session from others, but not those of a
    // transaction. Several statements without parameters are one round trip.
    this.#begin = `begin;
      set local statement_timeout = ${statementTimeout};
      set local idle_in_transaction_session_timeout = ${TIMES.silence};
      select pg_current_xact_id()::text as xid`;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new WritingConnection(await this.#pool.connect());
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const one = connection as WritingConnection;
    try {
      const results = await one.client.query(
        this.#begin,
      ) as unknown as Result[];
      one.xid = String(results.at(-1)!.rows[0]!.xid);
    } catch (error) {
      one.isBroken = true;
      throw error;
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const one = connection as WritingConnection;
    try {
      const { command } = await one.client.query("commit");
      if (command !== "COMMIT") throw new Error("The commit was refused");
    } catch (error) {
      if (!isLost(error)) throw error;
      one.isBroken = true;
      throw new LostCommit(one.xid, error);
    }
  }

  /** What made it necessary counts, not how the rollback goes. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const one = connection as WritingConnection;
    if (one.isBroken) return;
    await one.client.query("rollback").catch(() => one.isBroken = true);
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    const { client, isBroken } = connection as WritingConnection;
    client.release(isBroken);
    return Promise.resolve();
  }

  init = () => Promise.resolve();
  destroy = () => this.#pool.end();
}
