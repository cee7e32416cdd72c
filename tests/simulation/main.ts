/**
 * `deno task simulate [--seeds=N] [--from=S] [--seed=S]`: N seeds from S on; a
 * single seed tells all that happens.
 */
import { parseArgs } from "node:util";
import { simulateAll } from "./pool.ts";
import { isWrong, simulate, summaryOf, sumOf } from "./simulate.ts";
import type { SeedReport } from "./simulate.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const single = values.seed === undefined
  ? undefined
  : count("seed", values.seed);
const first = single ?? count("from", values.from);
const last = single ?? first + count("seeds", values.seeds) - 1;
const reports: SeedReport[] = [];
if (single === undefined) await simulateAll({ first, last }, take);
else take(await simulate(single, console.log));
const sums = sumOf(reports);
console.log(`${reports.length} seeds`);
console.log(summaryOf(sums));
Deno.exit(isWrong(sums) ? 1 : 0);

function take(report: SeedReport): void {
  const { seed, examples } = report;
  reports.push(report);
  if (!isWrong(report)) return;
  console.log(`Seed ${seed}: again with deno task simulate --seed=${seed}`);
  for (const example of examples) console.log(`  ${example}`);
}

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(
    `--${name} must be a whole number from 1: current value is "${text}"`,
  );
  Deno.exit(2);
}
