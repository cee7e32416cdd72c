import { assertEquals } from "@std/assert";
import { simulateAll } from "./simulation/pool.ts";
import { type SeedReport, summaryOf, sumOf } from "./simulation/simulate.ts";

Deno.test("Simulated machines, networks and pages lose, double and mix nothing", async () => {
  const reports: SeedReport[] = [];
  await simulateAll({ first: 1, last: 60 }, (one) => reports.push(one));
  assertEquals(
    summaryOf(sumOf(reports)),
    "lost 0, doubled 0, reordered 0, invented 0, differing 0",
    reports.flatMap(({ seed, examples }) =>
      examples.map((example) => `seed ${seed}: ${example}`)
    ).join("\n"),
  );
});
