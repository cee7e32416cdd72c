/** `deno task fuzz [--inputs=N] [--seed=S] [--visit=V] [--transport=T]` */
import { parseArgs } from "node:util";
import { runFuzz } from "./fuzz.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    inputs: { type: "string", default: "100000" },
    seed: { type: "string" },
    visit: { type: "string" },
    transport: { type: "string" },
  },
});
const seed = count("seed", values.seed) ?? Math.floor(Math.random() * 1e9);
const visit = count("visit", values.visit);
console.log(`seed ${seed}`);
const { inputs, findings, levels } = await runFuzz({
  inputs: visit === undefined ? count("inputs", values.inputs)! : 1,
  seed,
  ...visit !== undefined && { visit },
  ...values.transport && { transport: values.transport },
  log: console.log,
});
for (const example of findings.examples) console.log(example);
if (levels) console.log(levels);
console.log(findings.summary(inputs));
Deno.exit(findings.isClean ? 0 : 1);

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) {
    return text ? Number(text) : undefined;
  }
  console.error(
    `--${name} must be a whole number: current value is "${text}"`,
  );
  Deno.exit(2);
}
