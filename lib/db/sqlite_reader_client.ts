/** The main thread's side of the reader. */
import { Refusal } from "../errors.ts";
import type { SlowReadOptions } from "./open.ts";
import { SlowReadQueue } from "./slow_read_queue.ts";
import type {
  SlowReadArgs,
  SlowReadName,
  SlowReadResult,
} from "./slow_reads.ts";
import type { SqliteOptions } from "./sqlite.ts";
import { SqliteThread } from "./sqlite_thread.ts";
import type { ReaderCall } from "./thread_protocol.ts";

/** The thread for slow reads; it does one after another. */
export class SqliteReader {
  readonly #thread: SqliteThread<ReaderCall>;
  readonly #queue = new SlowReadQueue();

  /** Starts nothing yet: the thread starts with the first read. */
  constructor(options: SqliteOptions) {
    const url = new URL("./sqlite_reader.ts", import.meta.url);
    this.#thread = new SqliteThread(
      () => new Worker(url, { type: "module", name: "sqlite-reader" }),
      options,
    );
  }

  /**
   * Runs a read when those before it are done; rejects with a `Refusal`,
   * `too_fast` when too many wait, or a `ThreadError`.
   */
  async read<N extends SlowReadName>(
    name: N,
    args: SlowReadArgs<N>,
    { timeout }: SlowReadOptions,
  ): Promise<SlowReadResult<N>> {
    const call: ReaderCall = { call: "read", name, args };
    return await this.#queue.run(() =>
      this.#read(call, timeout)
    ) as SlowReadResult<N>;
  }

  /** Finishes what was asked for, then ends the thread. */
  async close(): Promise<void> {
    await this.#queue.settled();
    await this.#thread.close();
  }

  async #read(call: ReaderCall, timeout: number): Promise<unknown> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#thread.kill();
    }, timeout);
    try {
      return await this.#thread.call(call);
    } catch (error) {
      throw isLate ? new Refusal("too_broad") : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
