/**
 * Time that passes only from event to event. Whatever the product schedules,
 * by the runtime's globals or by a clock that it was given, waits here and is
 * run in order of time, and nothing else ever runs: a seed decides everything.
 */
import timers from "node:timers";
import type { Clock } from "../../lib/client/clock.ts";
import type { Random } from "./random.ts";

/** A process, which takes all it had scheduled with it when it dies. */
export class Life {
  alive = true;
  constructor(readonly name: string) {}
}

interface Task {
  at: number;
  order: number;
  life: Life;
  run: (() => void) | null;
}

/** Milliseconds that a turn takes: whoever waits for something turn by turn must let time pass. */
const TURN = 0.02;
const START = 1_700_000_000_000;
const nextTurn = timers.setImmediate;

export class VirtualTime implements Clock {
  readonly random: Random;
  /** Told of exceptions that nobody caught. */
  onError: (error: unknown) => void = () => {};
  /** Outlives everybody. */
  readonly world = new Life("world");
  /** Whose task is running: what it schedules is its own. */
  life = this.world;
  #now = START;
  #order = 0;
  readonly #heap: Task[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#now);
  }

  get elapsed(): number {
    return this.#now - START;
  }

  after(ms: number, run: () => void, life = this.life): () => void {
    const task = this.#add(ms, run, life);
    return () => task.run = null;
  }

  /** Runs all that falls due within `ms`; promises settle after each task. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let task; (task = this.#heap[0]) && task.at <= end;) {
      this.#pop();
      if (!task.run || !task.life.alive) continue;
      this.#now = task.at;
      this.life = task.life;
      try {
        task.run();
      } catch (error) {
        this.onError(error);
      }
      await new Promise<void>((resolve) => nextTurn(resolve));
    }
    this.#now = end;
  }

  /** Puts this time in place of the runtime's; the result takes that back. */
  install(): () => void {
    const globals = {
      setTimeout: (run: () => void, ms = 0) => this.#add(ms, run, this.life),
      setInterval: (run: () => void, ms = 0) => this.#every(ms, run),
      clearTimeout: cancel,
      clearInterval: cancel,
    };
    const restored = [
      replace(globalThis, globals),
      replace(performance, { now: () => this.elapsed }),
      replace(Date, { now: () => this.now() }),
      replace(timers, {
        setImmediate: (run: () => void) => this.#add(TURN, run, this.life),
      }),
      replace(crypto, {
        getRandomValues: <T extends ArrayBufferView | null>(array: T) =>
          this.random.fill(array),
      }),
    ];
    return () => restored.forEach((restore) => restore());
  }

  #every(ms: number, run: () => void): Task {
    const { life } = this;
    const task = this.#add(ms, () => {
      task.at = this.#now + ms;
      this.#push(task);
      run();
    }, life);
    return task;
  }

  #add(ms: number, run: () => void, life: Life): Task {
    const at = this.#now + Math.max(0, ms);
    const task: Task = { at, order: 0, life, run };
    this.#push(task);
    return task;
  }

  #push(task: Task): void {
    task.order = this.#order++;
    const heap = this.#heap;
    let i = heap.push(task) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(task, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (let child; (child = 2 * i + 1) < heap.length; i = child) {
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
    }
    heap[i] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || a.at === b.at && a.order < b.order;
}

function cancel(task: unknown): void {
  if (typeof task === "object" && task) (task as Task).run = null;
}

function replace(target: object, values: Record<string, unknown>): () => void {
  const own = Object.getOwnPropertyDescriptors(target);
  for (const [key, value] of Object.entries(values)) {
    Object.defineProperty(target, key, {
      ...{ value, configurable: true, writable: true },
    });
  }
  return () => {
    for (const key of Object.keys(values)) {
      const original = own[key as keyof typeof own];
      if (original) Object.defineProperty(target, key, original);
      else delete (target as Record<string, unknown>)[key];
    }
  };
}
