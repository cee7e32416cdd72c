/** `deno task check`: format, lint, types and documentation. */
import {
  choosePackages,
  packageFlags,
  type Packages,
  ROOT,
  TESTS,
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

interface Check {
  name: string;
  args: string[];
  /** Drops from the output what is no problem here. */
  filter?: (output: string) => string;
}

/** Runs all checks; each counts as one, and says more only when it fails. */
export async function check(packages: Packages): Promise<Counts> {
  const flags = packageFlags(packages);
  const checks: Check[] = [
    { name: "format", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    { name: "types", args: ["check", ...flags, "."] },
    {
      name: "documentation of lib/",
      args: ["doc", "--lint", ...flags, ...await modules()],
      filter: withoutLibraryRules,
    },
  ];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const one of checks) {
    if (await succeeds(one)) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

async function succeeds({ name, args, filter }: Check): Promise<boolean> {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    // The filter reads plain text.
    ...filter && { env: { NO_COLOR: "1" } },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  const problems = filter ? filter(err!) : out! + err!;
  const isFine = success || problems === "";
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${isFine ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (!isFine) console.error(problems);
  return isFine;
}

/** A data field or an override, as `deno doc` quotes the line. */
const SPEAKS_FOR_ITSELF = /^ *\d+ \| +((readonly )?\w+\??: |.*\boverride )/m;

/**
 * Leaves out two rules made for libraries: every type of a package from npm
 * counts as private to `deno doc`, and a field whose name says all needs no
 * comment that says it again, nor has an override more to say than its base.
 */
function withoutLibraryRules(output: string): string {
  const problems = output.split(/^(?=error\[)/m)
    .filter((text) => text.startsWith("error["));
  if (problems.length === 0) return output;
  return problems
    .filter((text) =>
      !text.startsWith("error[private-type-ref]") &&
      !(text.startsWith("error[missing-jsdoc]") && SPEAKS_FOR_ITSELF.test(text))
    ).join("");
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
  const counts = await check(await choosePackages({ modules: TESTS }));
  console.log(summary(counts));
  Deno.exit(counts.failed > 0 ? 1 : 0);
}
