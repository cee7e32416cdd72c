/** `deno task chaos [--kills=N] [--people=N]` */
import { parseArgs } from "node:util";
import { summaryOf } from "../../lib/client/delivery_checker.ts";
import { runChaos } from "./chaos.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kills: { type: "string", default: "100" },
    people: { type: "string", default: "50" },
  },
});
const { report, entries, ...counts } = await runChaos({
  kills: count("kills", values.kills),
  people: count("people", values.people),
  log: console.log,
});
for (const example of report.examples) console.log(example);
const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
console.log(`${told.join(", ")}; ${entries} entries in the log`);
const line = summaryOf(report);
console.log(line);
Deno.exit(/[1-9]/.test(line) ? 1 : 0);

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(
    `--${name} must be a whole number from 1: current value is "${text}"`,
  );
  Deno.exit(2);
}
