/** Proves the proofs: each mistake must be noticed, and by whom is told here. */
import { assert, assertEquals } from "@std/assert";
import { choosePackages, packageFlags, ROOT } from "../tasks/packages.ts";
import { CONTRACT_MUTANTS } from "./simulation/contract_mutants.ts";
import { MUTANTS } from "./simulation/mutants.ts";
import { FlawedCopy } from "./simulation/mutate.ts";
import { onAllCores, Simulator } from "./simulation/pool.ts";
import { isWrong } from "./simulation/simulate.ts";

/** Seeds that a mistake may live through. */
const PATIENCE = 150;

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
      // The product's text has changed so that the mistake is another now.
      const isOutdated = /\b(Type|Reference|Syntax)Error\b/.test(
        `${report.examples}`,
      );
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
  await onAllCores(CONTRACT_MUTANTS, async (mutants) => {
    await using copy = await FlawedCopy.make();
    const report = `${copy.folder}/report.xml`;
    for (const mutant of mutants) {
      const { test, rule } = mutant;
      await copy.take(mutant);
      await Deno.remove(report).catch(() => {});
      const flags = [`--junit-path=${report}`, `--filter=${rule}`];
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["test", "-A", "--no-check", ...packages, ...flags],
          `${copy.folder}/${test}`,
        ],
        cwd: ROOT,
      }).output();
      const text = await Deno.readTextFile(report).catch(() => "");
      const told = [stdout, stderr].map((one) => new TextDecoder().decode(one));
      assert(text.includes("<testcase"), `${rule} did not run: ${told}`);
      if (!/<(failure|error)\b/.test(text)) alive.push(mutant.name);
    }
  });
  assertEquals(alive, []);
});

Deno.test("Each rule of log, delivery and client has a mistake that breaks it", async () => {
  const contracts = await Deno.readTextFile(`${ROOT}docs/contracts.md`);
  const rules = [...contracts.matchAll(/^- \*\*([CDLN]\d+)\*\*/gm)]
    .map(([, rule]) => rule!);
  assert(rules.length > 0);
  const names = [...MUTANTS, ...CONTRACT_MUTANTS].map(({ name }) => name);
  const broken = names.flatMap((name) => name.match(/\b[A-Z]\d+\b/g) ?? []);
  assertEquals(rules.filter((rule) => !broken.includes(rule)), []);
});
