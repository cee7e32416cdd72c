/** The main thread's side of the writer. */
import { Refusal } from "../errors.ts";
import type { SqliteOptions } from "./sqlite.ts";
import type {
  WriterAnswer,
  WriterCall,
  WriterRequest,
} from "./writer_protocol.ts";
import type { WriteArgs, WriteName, WriteResult } from "./writes.ts";

/** What broke in the writer's thread, without any text that people wrote. */
export class WriterError extends Error {
  override name = "WriterError";
}

interface Waiting {
  resolve(result: unknown): void;
  reject(reason: Refusal | WriterError): void;
}

/** Sends calls to the writer's thread, and starts another when one has died. */
export class SqliteWriter {
  readonly #options: SqliteOptions;
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #lastRef = 0;
  #closed = false;

  /** Starts nothing yet: the thread starts with the first call. */
  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  /** Opens the file and migrates it; rejects with what is wrong with it. */
  async open(): Promise<void> {
    await this.#send(this.#start(), { call: "open", options: this.#options });
  }

  /** Runs a write in a transaction; rejects with a `Refusal` or a {@link WriterError}. */
  async write<N extends WriteName>(
    name: N,
    args: WriteArgs<N>,
  ): Promise<WriteResult<N>> {
    return await this.#call({ call: "write", name, args }) as WriteResult<N>;
  }

  /** Moves everything to the main file and empties the write-ahead log; whether it could. */
  async checkpoint(): Promise<boolean> {
    return await this.#call({ call: "checkpoint" }) as boolean;
  }

  /** Finishes what was sent, then ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (!worker) return;
    // A thread that dies while it closes is closed.
    await this.#send(worker, { call: "close" }).catch(() => {});
    worker.terminate();
  }

  #call(call: WriterCall): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Refusal("stopping"));
    if (this.#worker) return this.#send(this.#worker, call);
    const worker = this.#start();
    // The thread handles calls in order; a failure to open shows in the next.
    this.#send(worker, { call: "open", options: this.#options }).catch(
      () => {},
    );
    return this.#send(worker, call);
  }

  #start(): Worker {
    const url = new URL("./sqlite_writer.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "sqlite-writer" });
    worker.onmessage = ({ data }) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#bury(worker, event.message);
    };
    this.#worker = worker;
    return worker;
  }

  #send(worker: Worker, call: WriterCall): Promise<unknown> {
    const ref = ++this.#lastRef;
    return new Promise((resolve, reject) => {
      worker.postMessage({ ...call, ref } satisfies WriterRequest);
      this.#waiting.set(ref, { resolve, reject });
    });
  }

  #settle(answer: WriterAnswer): void {
    const waiting = this.#waiting.get(answer.ref);
    this.#waiting.delete(answer.ref);
    if ("result" in answer) return waiting?.resolve(answer.result);
    if ("broken" in answer) {
      return waiting?.reject(new WriterError(answer.broken));
    }
    const { code, wait } = answer.refused;
    waiting?.reject(new Refusal(code, wait));
  }

  #bury(worker: Worker, message: string): void {
    worker.terminate();
    if (this.#worker === worker) this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const error = new WriterError(`The writer's thread died: ${message}`);
    for (const one of waiting) one.reject(error);
  }
}
