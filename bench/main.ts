/**
 * `deno task bench [row…] [--seconds=N] [--transport=native|ws]`: one table of
 * what Atoll, on both transports unless one is given, and its peers can do.
 */
import { parseArgs } from "node:util";
import { type Bench, type Row, type Transport, TRANSPORTS } from "./row.ts";
import { appends } from "./rows/appends.ts";
import { fanOut } from "./rows/fan_out.ts";
import { growth } from "./rows/growth.ts";
import { idle } from "./rows/idle.ts";
import { latency } from "./rows/latency.ts";
import { machines } from "./rows/machines.ts";
import { resumes } from "./rows/resumes.ts";
import { search } from "./rows/search.ts";
import { strangers } from "./rows/strangers.ts";
import { stuckReaders } from "./rows/stuck_readers.ts";

const BENCHES: Record<string, Bench> = {
  "fan-out": fanOut,
  "latency": latency,
  "idle": idle,
  "resumes": resumes,
  "appends": appends,
  "growth": growth,
  "machines": machines,
  "search": search,
  "stuck-readers": stuckReaders,
  "strangers": strangers,
};

/** Rows in which nothing goes over a socket, or that take both by themselves. */
const ONCE: ReadonlySet<string> = new Set([
  "appends",
  "machines",
  "search",
  "strangers",
]);

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { seconds: { type: "string" }, transport: { type: "string" } },
});
const unknown = positionals.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  fail(
    `There is no row "${unknown}": choose from ${
      Object.keys(BENCHES).join(", ")
    }`,
  );
}
if (values.seconds !== undefined && !/^[1-9]\d*$/.test(values.seconds)) {
  fail(
    `--seconds must be a whole number from 1: current value is "${values.seconds}"`,
  );
}
const transports = TRANSPORTS.filter((one) =>
  values.transport === undefined || values.transport === one
);
if (transports.length === 0) {
  fail(
    `--transport must be ${
      TRANSPORTS.join(" or ")
    }: current value is "${values.transport}"`,
  );
}
const seconds = values.seconds === undefined
  ? undefined
  : Number(values.seconds);
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const rows: Row[] = [];
for (const name of names) {
  if (ONCE.has(name)) await run(name, transports[0]!);
  else for (const transport of transports) await run(name, transport);
}
console.log(table(rows));
Deno.exit();

/** A row that can't be measured says so, and leaves the others alone. */
async function run(name: string, transport: Transport): Promise<void> {
  const where = ONCE.has(name) ? "" : ` (${transport})`;
  const log = (line: string) => console.error(`${name}${where}: ${line}`);
  try {
    const measured = await BENCHES[name]!({ seconds, transport, log });
    rows.push(...measured.map((row) => ({ ...row, name: row.name + where })));
  } catch (error) {
    log(String(error));
    rows.push({ name: name + where, atoll: "failed: see above" });
    Deno.exitCode = 1;
  }
}

function table(rows: Row[]): string {
  const lines = [
    ["what", "ratio", "Atoll", "peer", "load"],
    ...rows.map((
      { name, ratio = "", atoll, peer = "", load = "" },
    ) => [name, ratio, atoll, peer, load]),
  ];
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length))
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")
      .trimEnd()
  ).join("\n");
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
