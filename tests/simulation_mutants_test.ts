/** Proves the proofs: each mistake must be noticed, and by whom is told here. */
import { assert, assertEquals } from "@std/assert";
import { choosePackages, packageFlags, ROOT } from "../tasks/packages.ts";
import {
  CONTRACT_MUTANTS,
  type ContractMutant,
} from "./simulation/contract_mutants.ts";
import { MUTANTS } from "./simulation/mutants.ts";
import { FlawedCopy } from "./simulation/mutate.ts";
import { CORES, onAllCores, Simulator } from "./simulation/pool.ts";
import { isWrong } from "./simulation/simulate.ts";

/** Seeds that a mistake may live through. */
const PATIENCE = 150;

/** What a mistake does that is another now, as the product's text has changed. */
const OUTDATED = /\b(Type|Reference|Syntax)Error\b/;

/** A test that failed, in a report as JUnit has it. */
const FAILED = /<(failure|error)\b/;

/** Processes at a time: many that notice a mistake wait, in vain. */
const WAITING = 2 * CORES;

Deno.test("Simulations notice each mistake", async () => {
  const alive: string[] = [];
  await onAllCores(MUTANTS, async (mutants) => {
    using sound = new Simulator();
    await using copy = await FlawedCopy.make();
    const module = `file://${copy.folder}/tests/simulation/simulate.ts`;
    for (const mutant of mutants) {
      await copy.take(mutant);
      using simulator = new Simulator(module);
      // One that is known to notice it, and some for when it does no more.
      let seed = mutant.seed;
      const end = seed + PATIENCE;
      let report = await simulator.simulate(seed);
      while (!isWrong(report) && ++seed < end) {
        report = await simulator.simulate(seed);
      }
      const isOutdated = OUTDATED.test(`${report.examples}`);
      assert(!isOutdated, `${mutant.name}: ${report.examples}`);
      // What is wrong without the mistake, too, says nothing about it.
      const isBlamed = seed < end && !isWrong(await sound.simulate(seed));
      if (!isBlamed) alive.push(mutant.name);
    }
  });
  assertEquals(alive, []);
});

Deno.test("Tests notice each mistake that simulations can't", async () => {
  const packages = packageFlags(await choosePackages());
  const alive: string[] = [];
  await onAllCores([null, ...CONTRACT_MUTANTS], async (mutants) => {
    await using copy = await FlawedCopy.make();
    for (const mutant of mutants) {
      // Tests that fail without a mistake, too, would notice anything.
      if (!mutant) await assertSound(copy, packages);
      else if (!await isNoticed(mutant, copy, packages)) {
        alive.push(mutant.name);
      }
    }
  }, WAITING);
  assertEquals(alive, []);
});

/** All that mistakes are to be noticed by, in one process. */
async function assertSound(
  copy: FlawedCopy,
  packages: string[],
): Promise<void> {
  const rules = CONTRACT_MUTANTS.map(({ rule }) => rule);
  const files = CONTRACT_MUTANTS.map(({ test }) => test);
  const filter = `/${rules.map((rule) => RegExp.escape(rule)).join("|")}/`;
  const report = await runTests(copy, packages, { files, filter });
  assert(!FAILED.test(report), `What fails without a mistake: ${report}`);
  const ran = report.match(/<testcase [^>]*/g) ?? [];
  const missing = rules.filter((rule) =>
    !ran.some((one) => one.includes(asXml(rule)))
  );
  assertEquals(missing, [], "did not run");
}

async function isNoticed(
  mutant: ContractMutant,
  copy: FlawedCopy,
  packages: string[],
): Promise<boolean> {
  const { name, test, rule } = mutant;
  await copy.take(mutant);
  const what = { files: [test], filter: rule };
  const report = await runTests(copy, packages, what);
  assert(!OUTDATED.test(report), `${name}: ${report}`);
  return FAILED.test(report);
}

/** Gives what the runner reports, as JUnit has it. */
async function runTests(
  { folder }: FlawedCopy,
  packages: string[],
  { files, filter }: { files: readonly string[]; filter: string },
): Promise<string> {
  const path = `${folder}/report.xml`;
  await Deno.remove(path).catch(() => {});
  const flags = [`--junit-path=${path}`, `--filter=${filter}`];
  const paths = [...new Set(files)].map((file) => `${folder}/${file}`);
  // What only tests use is named for those beside the configuration.
  const config = [`--config=${folder}/deno.json`, "--node-modules-dir=none"];
  const found = packages.length > 0 ? packages : config;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...found, ...flags, ...paths],
    cwd: ROOT,
    env: { ATOLL_TEST_PATIENCE: "15000" },
  }).output();
  const report = await Deno.readTextFile(path).catch(() => "");
  const told = [stdout, stderr].map((one) => new TextDecoder().decode(one));
  assert(report.includes("<testcase"), `${filter} did not run: ${told}`);
  return report;
}

function asXml(text: string): string {
  return text.replaceAll("'", "&apos;");
}

Deno.test("Each rule of log, delivery and client has a mistake that breaks it", async () => {
  const contracts = await Deno.readTextFile(`${ROOT}docs/contracts.md`);
  const rules = [...contracts.matchAll(/^- \*\*([CDLN]\d+)\*\*/gm)]
    .map(([, rule]) => rule!);
  assert(rules.length > 0);
  const names = [...MUTANTS, ...CONTRACT_MUTANTS].map(({ name }) => name);
  const broken = names.flatMap((name) => name.match(/\b[A-Z]\d+\b/g) ?? []);
  assertEquals(rules.filter((rule) => !broken.includes(rule)), []);
});
