/** Keeps the search index up with the log, when the writer has nothing better to do. */
import type { Database } from "./db/open.ts";
import type { IndexState } from "./db/search_writes.ts";
import { Refusal } from "./errors.ts";

/** Messages indexed in one transaction: some milliseconds, which a post may have to wait. */
const BATCH = 200;

/** Milliseconds in which messages gather, so that few transactions index many. */
const DELAY = 1_000;

/** Indexes new messages soon, and older ones in the background. */
export class SearchIndexer {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  #state: IndexState | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** Looks soon for what the last run of the program left. */
  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.wake();
  }

  /** Whether all messages are in the index, as far as is known. */
  get isComplete(): boolean {
    const state = this.#state;
    return state !== undefined && state.from === 0 && state.to >= state.newest;
  }

  /** There are new messages. */
  wake(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#running ??= this.#indexAll();
    }, DELAY);
  }

  /** Indexes all new messages that are stored by now, as far as the database can be written. */
  async catchUp(): Promise<void> {
    const row = await this.#db.read.selectFrom("search_docs")
      .select(({ fn }) => fn.max<number | null>("doc").as("newest"))
      .executeTakeFirst();
    const newest = row?.newest ?? 0;
    try {
      let state = this.#state ?? await this.#index();
      while (state.to < newest) state = await this.#index();
    } catch (error) {
      // What is in the index can be searched on a full disk, too.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Stops after the transaction under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #indexAll(): Promise<void> {
    try {
      for (let more = true; more && !this.#closed;) {
        const start = performance.now();
        await this.#index();
        more = !this.isComplete;
        // Half of the writer's time is for those who write.
        if (more) await pause(performance.now() - start);
      }
    } catch (error) {
      // What the database refused, it has reported; the next message tries again.
      if (!(error instanceof Refusal)) this.#onError(error);
    } finally {
      this.#running = undefined;
    }
  }

  async #index(): Promise<IndexState> {
    return this.#state = await this.#db.write("indexMessages", {
      limit: BATCH,
    });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
