/** Runs seeds, and says what went wrong in them. */
import {
  type DeliveryReport,
  type Finding,
  FINDINGS,
  summaryOf,
} from "../../lib/client/delivery_checker.ts";
import { heal, judge, sayGoodbye } from "./judge.ts";
import { MemorySqlite } from "./memory_sqlite.ts";
import { plan } from "./scenario.ts";
import { shrinkLimits, type Trace, World } from "./world.ts";

/** What came of one seed. */
export interface SeedReport extends DeliveryReport {
  seed: number;
}

/** One for all worlds, one after the other. */
let open: Promise<MemorySqlite> | undefined;

/** Runs one seed. */
export async function simulate(
  seed: number,
  trace?: Trace,
): Promise<SeedReport> {
  const sqlite = await (open ??= MemorySqlite.open());
  sqlite.empty();
  const world = new World(sqlite, seed, trace);
  const { time, checker } = world;
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    world.failed(event.reason);
  };
  time.onError = (error) => world.failed(error);
  const restoreTime = time.install();
  const restoreLimits = shrinkLimits(world.random);
  addEventListener("unhandledrejection", rejected);
  try {
    await time.pass(await plan(world));
    heal(world);
    await sayGoodbye(world);
    await judge(world);
    return { seed, ...checker.report() };
  } finally {
    removeEventListener("unhandledrejection", rejected);
    restoreLimits();
    restoreTime();
  }
}

/** Whether anything went wrong. */
export function isWrong(report: Record<Finding, number>): boolean {
  return FINDINGS.some((finding) => report[finding] > 0);
}

/** All counts of several reports together. */
export function sumOf(
  reports: readonly Record<Finding, number>[],
): Record<Finding, number> {
  const sums = FINDINGS.map((finding) => [
    finding,
    reports.reduce((sum, report) => sum + report[finding], 0),
  ]);
  return Object.fromEntries(sums);
}

export { summaryOf };
