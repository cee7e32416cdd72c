import { assertEquals } from "@std/assert";
import { simulate, summaryOf, sumOf } from "./simulation/simulate.ts";

Deno.test("Simulated machines, networks and pages lose, double and mix nothing", async () => {
  const reports = [];
  for (let seed = 1; seed <= 60; seed++) reports.push(await simulate(seed));
  assertEquals(
    summaryOf(sumOf(reports)),
    "lost 0, doubled 0, reordered 0, invented 0, differing 0",
    reports.flatMap(({ seed, examples }) =>
      examples.map((example) => `seed ${seed}: ${example}`)
    ).join("\n"),
  );
});
