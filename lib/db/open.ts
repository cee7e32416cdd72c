/** Opens the database. */
import { dirname, join, resolve } from "node:path";
import type { Kysely } from "kysely";
import { Refusal } from "../errors.ts";
import type { Schema } from "./schema.ts";
import type {
  SlowReadArgs,
  SlowReadName,
  SlowReadResult,
} from "./slow_reads.ts";
import { openSqlite, type Synchronous } from "./sqlite.ts";
import { SqliteReader } from "./sqlite_reader_client.ts";
import { SqliteWriter } from "./sqlite_writer_client.ts";
import type { LogHead } from "./log_queries.ts";
import type { PostgresSettings } from "./postgres_settings.ts";
import type { WriteArgs, WriteName, WriteResult } from "./writes.ts";

/** Where the data is, and how safely it is kept. */
export interface OpenOptions {
  /** A folder, or a file that ends in `.db`; made if missing. */
  path: string;
  /** FULL unless given: what was acknowledged survives a loss of power (L2). */
  synchronous?: Synchronous;
  /** How many pages of 4 KiB the file may grow to; without it, no limit. */
  maxPages?: number;
  /** Gets what went wrong behind every `unavailable`; no text of messages. */
  onError: (error: unknown) => void;
  /** The server that has the data; without it a SQLite file at `path`. */
  postgres?: PostgresSettings | null;
}

/** How to start a slow read. */
export interface SlowReadOptions {
  /** Milliseconds after which it is broken off, with `too_broad`. */
  timeout: number;
}

/** What changed since a mark. */
export interface Changed {
  /** To be given the next time. */
  mark: string;
  /** Rooms with new entries, a risen floor or new settings; some are told again. */
  rooms: ChangedRoom[];
  /** People whose head rose (D6); some are told again. */
  persons: ChangedPerson[];
}

/** A room as it is now. */
export interface ChangedRoom extends LogHead {
  floorPosts: number;
  slug: string;
  name: string;
  topic: string;
  archived: boolean;
}

/** A person as they are now. */
export interface ChangedPerson {
  id: string;
  head: number;
  name: string;
  picture: string | null;
}

/** An open database. */
export interface Database {
  /** Whether other machines may write to it, whose doorbells can get lost (L6). */
  readonly isShared: boolean;
  /** The database's identity; a restored one has another (L9). */
  readonly epoch: string;
  /** For short reads by key; what was written is visible once its write resolved. */
  readonly read: Kysely<Schema>;
  /** The same for what delivery waits for: whoever looks at pages is not in its way. */
  readonly delivery: Kysely<Schema>;
  /**
   * Runs a read in a thread of its own, one after another; rejects with a
   * `Refusal`, `unavailable` if anything broke.
   */
  readSlowly<N extends SlowReadName>(
    name: N,
    args: SlowReadArgs<N>,
    options: SlowReadOptions,
  ): Promise<SlowReadResult<N>>;
  /** Runs a write in a transaction; rejects with a `Refusal`, `unavailable` if anything broke. */
  write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>>;
  /** Called after each write, before its caller goes on. */
  onWrite: (name: WriteName) => void;
  /**
   * Wipes deleted text from the write-ahead log, which keeps it until then
   * (L7). False when another reader's snapshot still needs it: try later.
   */
  checkpoint(): Promise<boolean>;
  /**
   * What changed since a mark, whoever changed it, also what is committed late
   * (L6); nothing but a mark for none. A database that isn't shared tells
   * nothing: its one program knows.
   */
  changedSince(mark: string | null): Promise<Changed>;
  /** Bytes that the data takes. */
  size(): Promise<number>;
  /** Reports an error that no caller waits for. */
  report(error: unknown): void;
  /** Finishes what was handed in, then closes. */
  close(): Promise<void>;
}

/** Opens the database, created and migrated as needed; throws an error of one line that says what to do. */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { postgres, onError } = options;
  if (!postgres) return await openFile(options);
  // Who uses SQLite loads nothing of it.
  const { openPostgres } = await import("./postgres_database.ts");
  return await openPostgres({ postgres, onError });
}

async function openFile(options: OpenOptions): Promise<Database> {
  const file = fileOf(options.path);
  const { synchronous, maxPages } = options;
  const writer = new SqliteWriter({
    file,
    readOnly: false,
    ...synchronous && { synchronous },
    ...maxPages && { maxPages },
  });
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await writer.open();
    const read = openSqlite({ file, readOnly: true });
    const epoch = await readEpoch(read);
    const reader = new SqliteReader({ file, readOnly: true });
    const { onError } = options;
    return new SqliteFile({ file, epoch, read, reader, writer, onError });
  } catch (error) {
    await writer.close();
    throw new Error(cannotOpen(file, error), { cause: error });
  }
}

function fileOf(path: string): string {
  return resolve(path.endsWith(".db") ? path : join(path, "atoll.db"));
}

async function readEpoch(read: Kysely<Schema>): Promise<string> {
  const row = await read.selectFrom("meta").select("value")
    .where("key", "=", "epoch").executeTakeFirstOrThrow();
  return row.value;
}

const NOT_WRITABLE =
  /readonly|read-only|unable to open|denied|requires (read|write)|not a directory|exists/i;

/** One line that says what is wrong with a database's file and what to do. */
export function cannotOpen(file: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // What Deno advises is to give up its sandbox.
  const reason = error instanceof Deno.errors.NotCapable
    ? "access denied"
    : message;
  const text = `Can't open the database ${file}: ${reason}`;
  if (/is full/i.test(reason)) return `${text}; free some space on its disk`;
  if (!NOT_WRITABLE.test(reason)) return text;
  return `${text}; give Atoll's user write access to ${dirname(file)}, ` +
    `or name another folder in ATOLL_DATA`;
}

interface SqliteFileParts {
  file: string;
  epoch: string;
  read: Kysely<Schema>;
  reader: SqliteReader;
  writer: SqliteWriter;
  onError: (error: unknown) => void;
}

class SqliteFile implements Database {
  readonly isShared = false;
  readonly #file: string;
  readonly epoch: string;
  readonly read: Kysely<Schema>;
  readonly delivery: Kysely<Schema>;
  onWrite: (name: WriteName) => void = () => {};
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;
  readonly #onError: (error: unknown) => void;

  constructor(
    { file, epoch, read, reader, writer, onError }: SqliteFileParts,
  ) {
    this.#file = file;
    this.epoch = epoch;
    this.read = read;
    this.delivery = read;
    this.#reader = reader;
    this.#writer = writer;
    this.#onError = onError;
  }

  async readSlowly<N extends SlowReadName>(
    name: N,
    args: SlowReadArgs<N>,
    options: SlowReadOptions,
  ): Promise<SlowReadResult<N>> {
    try {
      return await this.#reader.read(name, args, options);
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  async write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    try {
      return await this.#writer.write(name, args);
    } catch (error) {
      throw this.#refusal(error);
    } finally {
      this.onWrite(name);
    }
  }

  async checkpoint(): Promise<boolean> {
    try {
      return await this.#writer.checkpoint();
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  changedSince(): Promise<Changed> {
    return Promise.resolve({ mark: "", rooms: [], persons: [] });
  }

  async size(): Promise<number> {
    let size = 0;
    for (const file of [this.#file, `${this.#file}-wal`]) {
      const info = await Deno.stat(file).catch(() => null);
      size += info?.size ?? 0;
    }
    return size;
  }

  report(error: unknown): void {
    this.#onError(error);
  }

  async close(): Promise<void> {
    // The connection closed last empties the write-ahead log: that must be the writer's.
    await this.#reader.close();
    await this.read.destroy();
    await this.#writer.close();
  }

  #refusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.report(error);
    return new Refusal("unavailable");
  }
}
