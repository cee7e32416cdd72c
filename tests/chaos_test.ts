import { assertEquals } from "@std/assert";
import { summaryOf } from "../lib/client/delivery_checker.ts";
import { runChaos } from "./chaos/chaos.ts";

Deno.test({
  name:
    "Kills, cuts, stalls and a copied-back database lose, double and mix nothing",
  // The last sockets close behind the last people.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const { report } = await runChaos({ people: 12, kills: 4 });
    assertEquals(
      summaryOf(report),
      "lost 0, doubled 0, reordered 0, invented 0, differing 0",
      report.examples.join("\n"),
    );
  },
});
