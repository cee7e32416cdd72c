/** The main thread's side of a thread that owns a connection. */
import { Refusal } from "../errors.ts";
import type { SqliteOptions } from "./sqlite.ts";
import type {
  ThreadAnswer,
  ThreadCall,
  ThreadRequest,
} from "./thread_protocol.ts";

/** What broke in a database's thread, without any text that people wrote. */
export class ThreadError extends Error {
  override name = "ThreadError";
}

interface Waiting {
  resolve(result: unknown): void;
  reject(reason: Refusal | ThreadError): void;
}

/** Sends calls to a thread, and starts another when one has died. */
export class SqliteThread<Call> {
  readonly #start: () => Worker;
  readonly #options: SqliteOptions;
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #lastRef = 0;
  #closed = false;

  /** Starts nothing yet: the thread starts with the first call. */
  constructor(start: () => Worker, options: SqliteOptions) {
    this.#start = start;
    this.#options = options;
  }

  /** Opens the file; rejects with what is wrong with it. */
  async open(): Promise<void> {
    await this.#send(this.#run(), { call: "open", options: this.#options });
  }

  /** Has the thread do something; rejects with a `Refusal` or a {@link ThreadError}. */
  call(call: Call): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Refusal("stopping"));
    if (this.#worker) return this.#send(this.#worker, call);
    const worker = this.#run();
    // The thread handles calls in order; a failure to open shows in the next.
    this.#send(worker, { call: "open", options: this.#options }).catch(
      () => {},
    );
    return this.#send(worker, call);
  }

  /** Ends the thread in the middle of what it does; the next call starts another. */
  kill(): void {
    if (this.#worker) this.#bury(this.#worker, "stopped");
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

  #run(): Worker {
    const worker = this.#start();
    worker.onmessage = ({ data }) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#bury(worker, `died: ${event.message}`);
    };
    this.#worker = worker;
    return worker;
  }

  #send(worker: Worker, call: Call | ThreadCall): Promise<unknown> {
    const ref = ++this.#lastRef;
    return new Promise((resolve, reject) => {
      worker.postMessage(
        { ...call, ref } satisfies ThreadRequest<Call | ThreadCall>,
      );
      this.#waiting.set(ref, { resolve, reject });
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.ref);
    this.#waiting.delete(answer.ref);
    if ("result" in answer) return waiting?.resolve(answer.result);
    if ("broken" in answer) {
      return waiting?.reject(new ThreadError(answer.broken));
    }
    const { code, wait } = answer.refused;
    waiting?.reject(new Refusal(code, wait));
  }

  #bury(worker: Worker, how: string): void {
    worker.terminate();
    if (this.#worker === worker) this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const error = new ThreadError(`The database's thread ${how}`);
    for (const one of waiting) one.reject(error);
  }
}
