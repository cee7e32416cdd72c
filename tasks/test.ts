/**
 * `deno task test [part…]`: all checks and all tests, with one summary. A part
 * is some of a test file's path, or else of a test's name, and leaves the
 * checks out.
 */
import { build } from "./build.ts";
import { check, type Counts, summary } from "./check.ts";
import {
  choosePackages,
  packageFlags,
  type Packages,
  ROOT,
  TESTS,
} from "./packages.ts";
import { runDeno } from "./process.ts";
import { PostgresServer, TEST_SERVER } from "./postgres.ts";
import { findTool, TOOLS } from "./tools.ts";

const IS_CI = Deno.env.get("CI") === "true";

/** Names the programs that lack, which a CI must have. */
function checkTools(): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const tool of TOOLS) {
    const path = findTool(tool);
    if (path !== undefined) {
      Deno.env.set(tool.setting, path);
      continue;
    }
    const outcome = IS_CI ? "FAILED" : "skip  ";
    console.log(`${outcome} tests with ${tool.name}: ${tool.help}`);
    counts[IS_CI ? "failed" : "skipped"]++;
  }
  return counts;
}

/** Runs the tests and reads from their reports how many passed. */
async function test(packages: Packages, parts: string[]): Promise<Counts> {
  const chosen = await choose(parts);
  // One for all files: a server takes seconds to make.
  const server = await needsPostgres(chosen) && await PostgresServer.start();
  if (server) Deno.env.set(TEST_SERVER, server.url);
  try {
    // Before files that would both do it.
    await build(packages);
    // Two browsers would wait for each other; all else leaves a core free.
    const browsers = chosen.filter((path) => path.includes("browser"));
    const others = chosen.filter((path) => !browsers.includes(path));
    if (browsers.length === 0) return await runTests(packages, others);
    if (others.length === 0) return await runTests(packages, browsers);
    // Told at their end, so that no line is two halves.
    const told: string[] = [];
    const counts = await Promise.all([
      runTests(packages, browsers),
      runTests(packages, others, (text) => told.push(text))
        .finally(() => console.log(`\n${told.join("")}`)),
    ]);
    return sum(counts);
  } finally {
    if (server) await server.remove();
  }
}

async function runTests(
  packages: Packages,
  chosen: string[],
  onText?: (text: string) => void,
): Promise<Counts> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const flags = [...packageFlags(packages), `--junit-path=${report}`];
    const args = ["test", "-A", "--no-check", ...flags, ...chosen];
    const code = await runDeno(args, { cwd: ROOT }, onText);
    const counts = count(await Deno.readTextFile(report));
    // A module that doesn't load fails without a failed test.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    await Deno.remove(report);
  }
}

/** Files whose path holds one of the parts, or else a filter of test names. */
async function choose(parts: string[]): Promise<string[]> {
  const all = await testFiles("tests");
  const files = parts.length === 0
    ? all
    : all.filter((path) => parts.some((part) => path.includes(part)));
  return files.length > 0 ? files : ["--filter", parts.join(" "), "tests"];
}

/** Whether one of the files, or all of them, use it. */
async function needsPostgres(chosen: string[]): Promise<boolean> {
  const texts = await Promise.all(
    chosen.filter((path) => /_test\.tsx?$/.test(path))
      .map((path) => Deno.readTextFile(ROOT + path)),
  );
  return texts.length === 0 || texts.some((text) => /postgres/i.test(text));
}

async function testFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (isDirectory) found.push(...await testFiles(`${folder}/${name}`));
    else if (/_test\.tsx?$/.test(name)) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** Counts the cases of a JUnit report. */
function count(report: string): Counts {
  const cases = report.match(/<testcase\b/g)?.length ?? 0;
  const skipped = report.match(/<skipped\b/g)?.length ?? 0;
  const failed = report.match(/<(failure|error)\b/g)?.length ?? 0;
  return { passed: cases - skipped - failed, failed, skipped };
}

function sum(all: readonly Counts[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

const packages = await choosePackages({ modules: TESTS });
const results = Deno.args.length === 0
  ? [await check(packages), checkTools()]
  : [checkTools()];
results.push(await test(packages, Deno.args));
const total = sum(results);
console.log(`\n${summary(total)}`);
Deno.exit(total.failed > 0 ? 1 : 0);
