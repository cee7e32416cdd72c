/** Strange input for a real server, and mistakes that it has to bring to light. */
import { assert, assertEquals } from "@std/assert";
import { EXAMPLES, unknownRoutes } from "./fuzz/examples.ts";
import type { Kind } from "./fuzz/findings.ts";
import { type FuzzOptions, runFuzz } from "./fuzz/fuzz.ts";
import { routes } from "./support/routes.ts";

/** The last sockets close behind the people who used them. */
const LOOSE = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name:
    "Frames, bytes and requests that nobody expects break and disturb nothing",
  ...LOOSE,
  fn: async () => {
    const { inputs, findings } = await runFuzz({ inputs: 1_500, seed: 1 });
    assert(inputs >= 1_500);
    assertEquals(
      findings.counts,
      { crashed: 0, errors: 0, leaked: 0, disturbed: 0 },
      findings.examples.join("\n"),
    );
  },
});

Deno.test("The fuzzer knows a body for every route that takes one, and no other", async () => {
  const all = await routes();
  assertEquals(unknownRoutes(all), []);
  assertEquals(Object.keys(EXAMPLES).filter((one) => !all.includes(one)), []);
  assertEquals(unknownRoutes(["POST /new", "GET /new"]), ["POST /new"]);
});

/** Runs until something is found, over a server with a mistake. */
async function finds(
  mistake: string,
  options: Partial<FuzzOptions> = {},
): Promise<Kind[]> {
  const url = new URL(`fuzz/mistakes/${mistake}.ts`, import.meta.url).href;
  const { findings } = await runFuzz({
    ...{ inputs: 400, seed: 1, preload: url, patience: 500, ...options },
  });
  return (Object.keys(findings.counts) as Kind[])
    .filter((kind) => findings.counts[kind] > 0);
}

Deno.test({
  name:
    "The fuzzer notices a server that throws, rejects, exits, keeps or doubles",
  ...LOOSE,
  fn: async () => {
    assertEquals(await finds("throws"), ["errors"]);
    assertEquals(await finds("rejects"), ["errors"]);
    assert((await finds("exits")).includes("crashed"));
    assertEquals(await finds("keeps"), ["leaked"]);
    assertEquals(await finds("doubles"), ["disturbed"]);
  },
});
