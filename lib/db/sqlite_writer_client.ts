/** The main thread's side of the writer. */
import type { SqliteOptions } from "./sqlite.ts";
import { SqliteThread } from "./sqlite_thread.ts";
import type { WriterCall } from "./thread_protocol.ts";
import type { WriteArgs, WriteName, WriteResult } from "./writes.ts";

/** The thread that writes, as long as it is open. */
export class SqliteWriter {
  readonly #thread: SqliteThread<WriterCall>;

  /** Starts nothing yet: the thread starts with the first call. */
  constructor(options: SqliteOptions) {
    const url = new URL("./sqlite_writer.ts", import.meta.url);
    this.#thread = new SqliteThread(
      () => new Worker(url, { type: "module", name: "sqlite-writer" }),
      options,
    );
  }

  /** Opens the file and migrates it; rejects with what is wrong with it. */
  open(): Promise<void> {
    return this.#thread.open();
  }

  /** Runs a write in a transaction; rejects with a `Refusal` or a `ThreadError`. */
  async write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    const call = { call: "write" as const, name, args };
    return await this.#thread.call(call) as WriteResult<N>;
  }

  /** Moves everything to the main file and empties the write-ahead log; whether it could. */
  async checkpoint(): Promise<boolean> {
    return await this.#thread.call({ call: "checkpoint" }) as boolean;
  }

  /** Finishes what was sent, then ends the thread. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
