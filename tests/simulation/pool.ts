/** Simulations on several cores. */
import type { SeedReport } from "./simulate.ts";
import type { Answer, Question } from "./worker.ts";

/** As many workers as this machine has use for. */
export const CORES = navigator.hardwareConcurrency;

/** A thread that simulates one seed after the other; disposing ends it. */
export class Simulator implements Disposable {
  readonly #worker: Worker;
  readonly #module: string;

  /** `module` is the address of a `simulate.ts`. */
  constructor(module: string = import.meta.resolve("./simulate.ts")) {
    this.#module = module;
    this.#worker = new Worker(import.meta.resolve("./worker.ts"), {
      type: "module",
    });
  }

  /** Rejects where the simulation itself could not be run. */
  simulate(seed: number): Promise<SeedReport> {
    const question: Question = { module: this.#module, seed };
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ("report" in data) resolve(data.report);
        else reject(new Error(data.error));
      };
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      this.#worker.postMessage(question);
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Takes as many of the items at a time as there are workers, a core each. */
export async function onAllCores<T>(
  items: Iterable<T>,
  work: (items: Iterable<T>) => Promise<void>,
  workers: number = CORES,
): Promise<void> {
  const left = Iterator.from(items);
  // A `for` loop that is left early would end it for the others.
  const shared = { [Symbol.iterator]: () => ({ next: () => left.next() }) };
  await Promise.all(Array.from({ length: workers }, () => work(shared)));
}

/** Runs the seeds from `first` to `last`; `each` gets the reports as they come. */
export function simulateAll(
  { first, last, workers }: { first: number; last: number; workers?: number },
  each: (report: SeedReport) => void,
): Promise<void> {
  const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return onAllCores(seeds, async (seeds) => {
    using simulator = new Simulator();
    for (const seed of seeds) each(await simulator.simulate(seed));
  }, workers);
}
