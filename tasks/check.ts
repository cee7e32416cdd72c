/** `deno task check`: format, lint, types and documentation. */
import {
  choosePackages,
  packageFlags,
  type Packages,
  ROOT,
} from "./packages.ts";

/** What was counted, as the last line says it. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The last line of a run: `12 passed, 1 failed, 2 skipped`. */
export function summary({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** Runs all checks; each counts as one, and says more only when it fails. */
export async function check(packages: Packages): Promise<Counts> {
  const flags = packageFlags(packages);
  const checks: [name: string, args: string[]][] = [
    ["format", ["fmt", "--check"]],
    ["lint", ["lint"]],
    ["types", ["check", ...flags, "."]],
    ["documentation of lib/", ["doc", "--lint", ...flags, ...await modules()]],
  ];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, args] of checks) {
    if (await succeeds(name, args)) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

async function succeeds(name: string, args: string[]): Promise<boolean> {
  const started = performance.now();
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (!success) {
    for (const output of [stdout, stderr]) await Deno.stderr.write(output);
    console.error(`\nRun again: deno ${args.join(" ")}\n`);
  }
  return success;
}

async function modules(folder = "lib"): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(ROOT + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await modules(path));
    else if (/\.tsx?$/.test(path)) found.push(path);
  }
  return found.sort();
}

if (import.meta.main) {
  const counts = await check(await choosePackages());
  console.log(summary(counts));
  Deno.exit(counts.failed > 0 ? 1 : 0);
}
