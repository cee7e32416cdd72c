/** Simulates in a thread of its own: its time is not that of other threads. */
import type { SeedReport } from "./simulate.ts";

/** What a worker is asked, and what it answers. */
export interface Question {
  /** Address of the `simulate.ts` to run: the product's, or one with a mistake. */
  module: string;
  seed: number;
}

/** An error here means that the simulation itself could not be run. */
export type Answer = { report: SeedReport } | { error: string };

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage: (answer: Answer) => void;
};

scope.onmessage = async ({ data: { module, seed } }) => {
  try {
    const { simulate } = await import(module);
    scope.postMessage({ report: await simulate(seed) });
  } catch (error) {
    const text = error instanceof Error ? error.stack : undefined;
    scope.postMessage({ error: text ?? String(error) });
  }
};
