/**
 * Prints how often the blocks of code of the message parser are run for hostile
 * bodies of one length and of some times that, as V8 counts them.
 */
import inspector from "node:inspector";
import { parseBody } from "../../components/body_parser.ts";
import { bombs } from "../fixtures/bombs.ts";

const session = new inspector.Session();
session.connect();
await ask("Profiler.enable");
await ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

const large = bombs(8_000);
const counts = [];
for (const [index, body] of bombs(2_000).entries()) {
  const longer = large[index]!;
  counts.push({
    body: body.slice(0, 20),
    lengths: [body.length, longer.length],
    steps: [await stepsFor(body), await stepsFor(longer)],
  });
}
console.log(JSON.stringify(counts));

async function stepsFor(body: string): Promise<number> {
  await ask("Profiler.takePreciseCoverage");
  parseBody(body, {
    mentions: [{ id: "ana", name: "Ana" }],
    rooms: new Map([["boats", "Boats"]]),
  });
  const { result } = await ask("Profiler.takePreciseCoverage");
  let steps = 0;
  for (const { url, functions } of result) {
    if (!url.includes("/components/body_")) continue;
    for (const { ranges } of functions) {
      for (const { count } of ranges) steps += count;
    }
  }
  return steps;
}

// deno-lint-ignore no-explicit-any
function ask(method: string, params = {}): Promise<any> {
  return new Promise((resolve, reject) =>
    session.post(
      method,
      params,
      (error: unknown, result: unknown) =>
        error ? reject(error) : resolve(result),
    )
  );
}
