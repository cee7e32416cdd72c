/**
 * `deno task simulate [--seeds=N] [--from=S] [--workers=N] [--seed=S]`: N seeds
 * from S on, as many at a time as there are workers; a single seed tells all that
 * happens.
 */
import { parseArgs } from "node:util";
import { CORES, simulateAll } from "./pool.ts";
import { isWrong, simulate, summaryOf, sumOf } from "./simulate.ts";
import type { SeedReport } from "./simulate.ts";

/** A long run tells how far it is after so many seeds. */
const PROGRESS = 500;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: `${CORES}` },
    seed: { type: "string" },
  },
});
const began = performance.now();
const single = values.seed === undefined
  ? undefined
  : count("seed", values.seed);
const first = single ?? count("from", values.from);
const last = single ?? first + count("seeds", values.seeds) - 1;
const reports: SeedReport[] = [];
const workers = count("workers", values.workers);
if (single === undefined) await simulateAll({ first, last, workers }, take);
else take(await simulate(single, console.log));
const sums = sumOf(reports);
console.log(`${reports.length} seeds`);
console.log(summaryOf(sums));
Deno.exit(isWrong(sums) ? 1 : 0);

function take(report: SeedReport): void {
  const { seed, examples } = report;
  reports.push(report);
  if (reports.length % PROGRESS === 0) {
    console.error(`${reports.length} seeds, ${rate()} a second`);
  }
  if (!isWrong(report)) return;
  console.log(`Seed ${seed}: again with deno task simulate --seed=${seed}`);
  for (const example of examples) console.log(`  ${example}`);
}

function rate(): string {
  return (reports.length / (performance.now() - began) * 1_000).toFixed(1);
}

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(
    `--${name} must be a whole number from 1: current value is "${text}"`,
  );
  Deno.exit(2);
}
