import { assertEquals } from "@std/assert";
import { summaryOf } from "../lib/client/delivery_checker.ts";
import { runMachines, type SignalsKind } from "./chaos/machines.ts";
import { NATS_SERVER } from "./support/nats_server.ts";
import { POSTGRES_URL } from "./support/postgres_store.ts";

for (const signals of ["nats", "postgres"] satisfies SignalsKind[]) {
  Deno.test({
    name:
      `Three machines with ${signals} that are killed, frozen and cut off lose, double and mix nothing`,
    ignore: POSTGRES_URL === undefined ||
      signals === "nats" && NATS_SERVER === undefined,
    // The last sockets close behind the last people.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const { report } = await runMachines({
        ...{ machines: 3, signals, people: 12, faults: 6 },
      });
      assertEquals(
        summaryOf(report),
        "lost 0, doubled 0, reordered 0, invented 0, differing 0",
        report.examples.join("\n"),
      );
    },
  });
}
