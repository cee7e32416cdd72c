/** A database, shared by several machines or not: row locks, commits, and bad days. */
import type { CompiledQuery, QueryResult, RootOperationNode } from "kysely";
import type { Database } from "../../lib/db/open.ts";
import { runSlowRead, type SlowReadName } from "../../lib/db/slow_reads.ts";
import { runWrite, type WriteName } from "../../lib/db/writes.ts";
import { Refusal } from "../../lib/errors.ts";
import {
  kyselyOn,
  type MemorySqlite,
  type SimulatedConnection,
  streamNothing,
} from "./memory_sqlite.ts";
import { Life, type VirtualTime } from "./virtual_time.ts";

/** A bad day of the database, as it was planned. */
export class StoreError extends Error {}

/** Answers to all machines, each after a while. */
export class MemoryStore {
  readonly epoch = "epoch-1";
  readonly sqlite: MemorySqlite;
  /** What was to be stored under a key that was taken (L1, L3). */
  readonly violations: string[] = [];
  /**
   * Whether other machines may write: then it is as PostgreSQL, else as SQLite,
   * whose one writer runs transactions of many rooms one after another (L1).
   */
  isShared = true;
  /** All statements fail; where it is shared, nobody knows whether commits did. */
  failing = false;
  /** Whether a read is refused now, as PostgreSQL's are that take too long. */
  refuses: () => boolean = () => false;
  /** Transactions that have ended. */
  ended = 0;
  /** Typical milliseconds of a statement, and of a read where that differs. */
  latency = 1;
  readLatency = 1;
  /** The same of a page of messages. */
  pageLatency = 1;
  /** Whether some statements take a thousand times as long as others. */
  isErratic = false;
  readonly locks = new RoomLocks();
  readonly #time: VirtualTime;
  readonly #life = new Life("store");
  readonly #writing = new Map<StoreConnection, Life>();

  constructor(sqlite: MemorySqlite, time: VirtualTime) {
    this.sqlite = sqlite;
    this.#time = time;
  }

  /** Whether nothing is being written. */
  get isQuiet(): boolean {
    return this.#writing.size === 0;
  }

  /** The database as one machine sees it. */
  connect(life: Life, report: (error: unknown) => void): Database {
    const kysely = kyselyOn(() => new StoreConnection(this, life));
    let last: Promise<unknown> = Promise.resolve();
    const run = (name: WriteName, args: unknown) => {
      const begin = () =>
        kysely.transaction().execute((trx) => runWrite(trx, name, args));
      if (this.isShared) return begin();
      const next = last.then(begin);
      last = next.catch(() => {});
      return next;
    };
    const write = (name: WriteName, args: unknown) =>
      run(name, args)
        .catch((error) => {
          if (error instanceof Refusal) throw error;
          report(this.#known(error));
          throw new Refusal("unavailable");
        }).finally(() => database.onWrite(name));
    const database: Database = {
      isShared: this.isShared,
      epoch: this.epoch,
      read: kysely,
      delivery: kysely,
      write: write as Database["write"],
      onWrite: () => {},
      readSlowly:
        ((name: SlowReadName, args: unknown) =>
          runSlowRead(kysely, name, args)) as Database["readSlowly"],
      changedSince: () => Promise.resolve({ mark: "", rooms: [], persons: [] }),
      size: () => Promise.resolve(0),
      checkpoint: () => Promise.resolve(true),
      report,
      close: () => Promise.resolve(),
    };
    return database;
  }

  begins(connection: StoreConnection, life: Life): void {
    this.#writing.set(connection, life);
  }

  ends(connection: StoreConnection): void {
    this.#writing.delete(connection);
    this.ended++;
    this.locks.release(connection);
  }

  /** A machine died: its transactions are rolled back when that is noticed. */
  abandon(life: Life): void {
    for (const [connection, owner] of this.#writing) {
      if (owner !== life) continue;
      const ms = this.#time.random.latency(50);
      this.#time.after(ms, () => this.ends(connection), this.#life);
    }
  }

  /** What is read is what was there when it was asked for; it arrives later. */
  answer<T>(
    life: Life,
    evaluate: () => T,
    typical: number = this.latency,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let answer: () => void;
      try {
        if (this.failing) throw new StoreError("The database is away");
        const result = evaluate();
        answer = () => resolve(result);
      } catch (error) {
        answer = () => reject(error);
      }
      this.#time.after(this.#latency(typical), answer, life);
    });
  }

  /** Stores it, and perhaps loses the news of it. */
  commit(life: Life, queries: readonly CompiledQuery[]): Promise<void> {
    const isLost = this.failing;
    if (isLost && this.isShared && this.#time.random.chance(0.5)) {
      this.sqlite.runAll(queries, true);
    }
    if (isLost) return this.answer(life, () => {});
    return this.answer(life, () => void this.sqlite.runAll(queries, true));
  }

  #latency(typical: number): number {
    const { random } = this.#time;
    return this.isErratic
      ? typical * 10 ** random.between(-2, 1)
      : random.latency(typical);
  }

  /** A key that was taken is no bad day: whoever numbers has to know (L1). */
  #known(error: unknown): unknown {
    const text = String(error);
    if (!text.includes("UNIQUE constraint failed")) return error;
    this.violations.push(text);
    return new StoreError(text);
  }
}

/**
 * Statements of one machine. What a transaction writes waits for its commit,
 * and is tried out where a later statement needs to see it.
 */
class StoreConnection implements SimulatedConnection {
  #written: CompiledQuery[] = [];
  #isReader = true;

  constructor(readonly store: MemoryStore, readonly life: Life) {}

  streamQuery = streamNothing;

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { store, life } = this;
    if (locks(query.query)) {
      const found = store.sqlite.run<{ id: string }>(query);
      for (const { id } of found.rows) await store.locks.take(id, this);
    }
    if (query.query.kind === "SelectQueryNode" && this.#written.length === 0) {
      const run = () => {
        if (this.#isReader && store.refuses()) throw new Refusal("unavailable");
        return store.sqlite.run<R>(query);
      };
      return await store.answer(life, run, this.#latencyOf(query));
    }
    const all = [...this.#written, query];
    if (query.query.kind !== "SelectQueryNode") this.#written = all;
    return await store.answer(life, () => store.sqlite.runAll<R>(all, false));
  }

  #latencyOf({ sql }: CompiledQuery): number {
    const { store } = this;
    if (!this.#isReader) return store.latency;
    return sql.includes('"messages"') ? store.pageLatency : store.readLatency;
  }

  begin(): void {
    this.#isReader = false;
    this.store.begins(this, this.life);
  }

  async commit(): Promise<void> {
    const committed = this.store.commit(this.life, this.#written);
    this.store.ends(this);
    await committed;
  }

  rollback(): void {
    this.#written = [];
    this.store.ends(this);
  }
}

function locks(node: RootOperationNode): boolean {
  return node.kind === "SelectQueryNode" &&
    (node.endModifiers?.some(({ modifier }) => modifier === "ForUpdate") ??
      false);
}

/** Who has a room locked, and who waits for it. */
class RoomLocks {
  readonly #holders = new Map<string, StoreConnection>();
  #waiting: { room: string; by: StoreConnection; go: () => void }[] = [];

  take(room: string, by: StoreConnection): Promise<void> {
    return new Promise((go) => {
      if (this.#holders.has(room)) this.#waiting.push({ room, by, go });
      else {
        this.#holders.set(room, by);
        go();
      }
    });
  }

  release(by: StoreConnection): void {
    this.#waiting = this.#waiting.filter((one) => one.by !== by);
    for (const [room, holder] of this.#holders) {
      if (holder !== by) continue;
      this.#holders.delete(room);
      const next = this.#waiting.findIndex((one) => one.room === room);
      if (next < 0) continue;
      const { by: heir, go } = this.#waiting.splice(next, 1)[0]!;
      this.#holders.set(room, heir);
      go();
    }
  }
}
