/** Turns single appends into batches. */
import { Refusal } from "../errors.ts";
import { metrics } from "../metrics.ts";
import type { Entry } from "../protocol.ts";
import type { AppendResult } from "./append.ts";
import {
  type Appended,
  bodyOf,
  type Changes,
  type Draft,
  type MovedCursor,
  type Outcome,
  type RoomHead,
} from "./drafts.ts";

/** What a batch may hold: it bounds how long one transaction takes. */
const BATCH = { drafts: 500, bytes: 1024 * 1024 };

/**
 * Milliseconds from the start of one transaction to that of the next: under
 * load several share what each one costs, and its sync. When quiet nobody waits.
 */
const INTERVAL = 10;

/** Failures in a row after which the rest of a batch isn't tried any more. */
const MAX_FAILURES = 2;

/**
 * The posts of one connection to one room (L4): while one of them waits to be
 * repeated, later ones are refused.
 */
export interface Lane {
  /** Id of the draft that was refused with `retry`, or null. */
  blockedBy: string | null;
}

interface Waiting {
  draft: Draft;
  lane: Lane | undefined;
  /** When it was added, by `performance.now()`. */
  since: number;
  resolve(appended: Appended): void;
  reject(refusal: Refusal): void;
}

/** What the queue calls. */
export interface AppendQueueOptions {
  /** Appends in one transaction; rejects when nothing of it was stored. */
  append: (drafts: Draft[]) => Promise<AppendResult>;
  /** Told what moved after each commit, before the appends resolve (L6). */
  onCommitted: (
    heads: RoomHead[],
    cursors: MovedCursor[],
    changes: Changes,
    entries: Map<string, Entry[]>,
  ) => void;
}

/**
 * Where several programs write, a batch is of one room, so that it locks one
 * head (L1), and rooms don't wait for each other; elsewhere one batch has all.
 */
export class AppendQueues {
  readonly #options: AppendQueueOptions & { byRoom: boolean };
  /** Those in which something waits. */
  readonly #queues = new Map<string, AppendQueue>();
  #closed = false;

  /** Makes empty queues. */
  constructor(options: AppendQueueOptions & { byRoom: boolean }) {
    this.#options = options;
  }

  /** As {@link AppendQueue.add}. */
  add(draft: Draft, lane?: Lane): Promise<Appended> {
    if (this.#closed) return Promise.reject(new Refusal("stopping"));
    const key = this.#options.byRoom ? draft.room : "";
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = new AppendQueue(this.#options, () => this.#queues.delete(key));
      this.#queues.set(key, queue);
    }
    return queue.add(draft, lane);
  }

  /** Takes nothing more and resolves when all that was added is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#queues.values()].map((one) => one.close()));
  }
}

/**
 * One transaction for all that arrived while the last one ran, in the order
 * of arrival. A failed batch is retried entry by entry (L1).
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  readonly #onEmpty: () => void;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #startedAt = -Infinity;
  #closed = false;

  /** Makes an empty queue; `onEmpty` is told whenever nothing waits any more. */
  constructor(options: AppendQueueOptions, onEmpty: () => void = () => {}) {
    this.#options = options;
    this.#onEmpty = onEmpty;
  }

  /** Resolves when the draft is in the log for good (L2); rejects with a `Refusal`. */
  add(draft: Draft, lane?: Lane): Promise<Appended> {
    if (this.#closed) return Promise.reject(new Refusal("stopping"));
    if (lane && isBlocked(lane, draft.id)) {
      if (!this.#running) this.#onEmpty();
      return Promise.reject(new Refusal("out_of_order"));
    }
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.#waiting.push({ draft, lane, since, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more and resolves when all that was added is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whatever is added in the same turn still joins the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#gather();
      const batch = this.#waiting.splice(0, batchLength(this.#waiting));
      if (!await this.#append(batch)) await this.#retry(batch);
    }
    this.#running = undefined;
    this.#onEmpty();
  }

  /** Waits until the next transaction is due. */
  async #gather(): Promise<void> {
    const due = this.#startedAt + INTERVAL - performance.now();
    const isFull = this.#waiting.length >= BATCH.drafts;
    if (due > 0 && !isFull && !this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, due));
    }
    this.#startedAt = performance.now();
  }

  /** Whether the batch was stored; if not, nothing of it was. */
  async #append(batch: Waiting[]): Promise<boolean> {
    try {
      const drafts = batch.map((one) => one.draft);
      const { outcomes, heads, cursors, changes, entries } = await this.#options
        .append(drafts);
      if (heads.length > 0) {
        this.#options.onCommitted(heads, cursors, changes, entries);
      }
      batch.forEach((one, i) => settle(one, outcomes[i]!));
      return true;
    } catch {
      return false;
    }
  }

  async #retry(batch: Waiting[]): Promise<void> {
    let failures = 0;
    while (batch.length > 0) {
      const one = batch.shift()!;
      // The disk is full, or the like: trying on would only take time.
      const given = failures < MAX_FAILURES && await this.#append([one]);
      failures = given ? 0 : failures + 1;
      if (given) continue;
      if (one.lane) one.lane.blockedBy = one.draft.id;
      one.reject(new Refusal("unavailable"));
      const held = new Set(one.lane && [one.lane]);
      batch = refuseLater(batch, one.draft, held);
      this.#waiting = refuseLater(this.#waiting, one.draft, held);
    }
  }
}

function batchLength(waiting: Waiting[]): number {
  let bytes = 0;
  for (let i = 0; i < waiting.length && i < BATCH.drafts; i++) {
    bytes += sizeOf(waiting[i]!.draft);
    if (bytes > BATCH.bytes) return Math.max(i, 1);
  }
  return Math.min(waiting.length, BATCH.drafts);
}

function sizeOf(draft: Draft): number {
  return 100 + 2 * bodyOf(draft).length;
}

/** Whether a lane waits for another draft than this one. */
export function isBlocked({ blockedBy }: Lane, id: string): boolean {
  return blockedBy !== null && blockedBy !== id;
}

function settle(one: Waiting, outcome: Outcome): void {
  if (one.lane?.blockedBy === one.draft.id) one.lane.blockedBy = null;
  if ("refused" in outcome) return one.reject(new Refusal(outcome.refused));
  if (!outcome.repeated) {
    metrics.appended.add();
    metrics.append.observe((performance.now() - one.since) / 1_000);
  }
  one.resolve(outcome);
}

/**
 * What its author sent to the room after a failed draft must not overtake it
 * (L4): by another connection neither, which has its own order to keep. Each
 * lane waits for the first that it lost, even if a later one was refused before
 * that was handed in; `held` are those that do so already.
 */
function refuseLater(
  waiting: Waiting[],
  failed: Draft,
  held: Set<Lane>,
): Waiting[] {
  return waiting.filter((one) => {
    const { room, author } = one.draft;
    if (room !== failed.room || author !== failed.author) return true;
    if (one.lane && !held.has(one.lane)) {
      one.lane.blockedBy = one.draft.id;
      held.add(one.lane);
    }
    one.reject(new Refusal("out_of_order"));
    return false;
  });
}
