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
import { type SlowReadOptions, SqliteReader } from "./sqlite_reader_client.ts";
import { SqliteWriter } from "./sqlite_writer_client.ts";
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
}

/** An open database. */
export interface Database {
  /** The database's identity; a restored one has another (L9). */
  readonly epoch: string;
  /** For short reads by key; what was written is visible once its write resolved. */
  readonly read: Kysely<Schema>;
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
  /** Reports an error that no caller waits for. */
  report(error: unknown): void;
  /** Finishes what was handed in, then closes. */
  close(): Promise<void>;
}

/** Opens the database, created and migrated as needed; throws an error of one line that says what to do. */
export async function openDatabase(options: OpenOptions): Promise<Database> {
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
    return new SqliteFile({ epoch, read, reader, writer, onError });
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
  if (!NOT_WRITABLE.test(reason)) return text;
  return `${text}; give Atoll's user write access to ${dirname(file)}, ` +
    `or name another folder in ATOLL_DATA`;
}

interface SqliteFileParts {
  epoch: string;
  read: Kysely<Schema>;
  reader: SqliteReader;
  writer: SqliteWriter;
  onError: (error: unknown) => void;
}

class SqliteFile implements Database {
  readonly epoch: string;
  readonly read: Kysely<Schema>;
  onWrite: (name: WriteName) => void = () => {};
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;
  readonly #onError: (error: unknown) => void;

  constructor({ epoch, read, reader, writer, onError }: SqliteFileParts) {
    this.epoch = epoch;
    this.read = read;
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
