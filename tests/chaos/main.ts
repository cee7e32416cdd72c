/**
 * `deno task chaos [--kills=N] [--people=N]`, or with several machines
 * `--machines=N [--signals=postgres|nats|sweep] [--faults=N] [--people=N]`
 */
import { parseArgs } from "node:util";
import { summaryOf } from "../../lib/client/delivery_checker.ts";
import { runChaos } from "./chaos.ts";
import { runMachines, type SignalsKind } from "./machines.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kills: { type: "string", default: "100" },
    people: { type: "string" },
    machines: { type: "string" },
    signals: { type: "string", default: "postgres" },
    faults: { type: "string", default: "60" },
  },
});
const { report, entries, ...counts } = values.machines === undefined
  ? await runChaos({
    kills: count("kills", values.kills),
    people: count("people", values.people ?? "50"),
    log: console.log,
  })
  : await runSeveral(values.machines);
for (const example of report.examples) console.log(example);
const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
console.log(`${told.join(", ")}; ${entries} entries in the log`);
const line = summaryOf(report);
console.log(line);
Deno.exit(/[1-9]/.test(line) ? 1 : 0);

async function runSeveral(machines: string) {
  const { faults, ...result } = await runMachines({
    machines: count("machines", machines),
    signals: kindOf(values.signals),
    people: count("people", values.people ?? "60"),
    faults: count("faults", values.faults),
    log: console.log,
  });
  return { ...result, ...faults };
}

function kindOf(text: string): SignalsKind {
  if (text === "postgres" || text === "nats" || text === "sweep") return text;
  console.error(
    `--signals must be postgres, nats or sweep: current value is "${text}"`,
  );
  Deno.exit(2);
}

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(
    `--${name} must be a whole number from 1: current value is "${text}"`,
  );
  Deno.exit(2);
}
