/** `deno task bench [row…] [--seconds=N]`: one table of what Atoll and its peers can do. */
import { parseArgs } from "node:util";
import type { Bench, Row } from "./row.ts";
import { appends } from "./rows/appends.ts";
import { fanOut } from "./rows/fan_out.ts";
import { growth } from "./rows/growth.ts";
import { idle } from "./rows/idle.ts";
import { latency } from "./rows/latency.ts";
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
  "search": search,
  "stuck-readers": stuckReaders,
  "strangers": strangers,
};

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { seconds: { type: "string" } },
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
const seconds = values.seconds === undefined
  ? undefined
  : Number(values.seconds);
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const rows: Row[] = [];
for (const name of names) {
  const log = (line: string) => console.error(`${name}: ${line}`);
  rows.push(...await BENCHES[name]!({ seconds, log }));
}
console.log(table(rows));
Deno.exit(0);

function table(rows: Row[]): string {
  const lines = [
    ["what", "Atoll", "peer", "ratio"],
    ...rows.map((
      { name, atoll, peer = "", ratio = "" },
    ) => [name, atoll, peer, ratio]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
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
