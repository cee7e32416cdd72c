import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { AppendQueue, type Lane } from "../lib/db/append_queue.ts";
import type { PostedDraft } from "../lib/db/drafts.ts";
import { assertRefused } from "./support/log_harness.ts";

const ROOM = uuidv7();

function draft(body: string, author = uuidv7()): PostedDraft {
  return { kind: "posted", room: ROOM, id: uuidv7(), author, body };
}

function newLane(): Lane {
  return { blockedBy: null };
}

const NOTHING = { acts: [], people: [], filesLost: false };

/** A queue over a log that stores nothing and notes every attempt. */
function newQueue(isBroken: (bodies: string[]) => boolean = () => false) {
  const attempts: string[][] = [];
  let seq = 0;
  const queue = new AppendQueue({
    onCommitted: () => {},
    async append(drafts) {
      const bodies = drafts.map((one) => "body" in one ? one.body : "");
      attempts.push(bodies);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (isBroken(bodies)) throw new Error("broken");
      const place = { at: 0, posts: 0, repeated: false };
      const outcomes = drafts.map(({ id }) => ({ id, seq: ++seq, ...place }));
      return {
        outcomes,
        heads: [],
        cursors: [],
        changes: NOTHING,
        entries: new Map(),
      };
    },
  });
  return { queue, attempts };
}

Deno.test("AppendQueue takes together what came while it was busy", async () => {
  const { queue, attempts } = newQueue();
  const first = queue.add(draft("a"));
  while (attempts.length === 0) await Promise.resolve();
  const later = ["b", "c", "d"].map((body) => queue.add(draft(body)));
  await Promise.all([first, ...later]);
  assertEquals(attempts, [["a"], ["b", "c", "d"]]);
});

Deno.test("AppendQueue bounds its batches in entries and in bytes", async () => {
  const { queue, attempts } = newQueue();
  const bodies = Array.from({ length: 1200 }, (_, i) => `${i}`);
  await Promise.all(bodies.map((body) => queue.add(draft(body))));
  assertEquals(attempts.map(({ length }) => length), [500, 500, 200]);
  assertEquals(attempts.flat(), bodies, "in order");
  attempts.length = 0;
  const long = "x".repeat(30_000);
  await Promise.all(bodies.slice(0, 40).map(() => queue.add(draft(long))));
  assertEquals(attempts.map(({ length }) => length), [17, 17, 6]);
  attempts.length = 0;
  await queue.add(draft("x".repeat(2_000_000)));
  assertEquals(attempts.length, 1, "at least one");
});

Deno.test("AppendQueue lets one bad entry of a batch fail alone [L1]", async () => {
  const { queue, attempts } = newQueue((bodies) => bodies.includes("bad"));
  const [a, bad, b] = ["a", "bad", "b"].map((body) => queue.add(draft(body)));
  await assertRefused("unavailable", bad!);
  assertEquals([(await a!).seq, (await b!).seq], [1, 2]);
  assertEquals(attempts, [["a", "bad", "b"], ["a"], ["bad"], ["b"]]);
});

Deno.test("AppendQueue doesn't try each entry where all of them fail", async () => {
  const { queue, attempts } = newQueue(() => true);
  const all = ["a", "b", "c", "d", "e"].map((body) => queue.add(draft(body)));
  await Promise.all(all.map((one) => assertRefused("unavailable", one)));
  assert(attempts.length <= 3, `${attempts.length} attempts`);
});

Deno.test("AppendQueue lets nothing overtake a post that failed [L4]", async () => {
  const { queue, attempts } = newQueue((bodies) => bodies.includes("bad"));
  const author = uuidv7();
  const bad = queue.add(draft("bad", author));
  const behind = queue.add(draft("behind", author));
  while (attempts.length === 0) await Promise.resolve();
  const queued = queue.add(draft("queued", author));
  const other = queue.add(draft("other"));
  await Promise.all([
    assertRefused("unavailable", bad),
    assertRefused("out_of_order", behind),
    assertRefused("out_of_order", queued),
  ]);
  assertEquals((await other).seq, 1);
  assertEquals((await queue.add(draft("next", author))).seq, 2);
});

Deno.test("AppendQueue holds up each connection of an author whose post failed, until it repeats its own [L4]", async () => {
  const { queue } = newQueue((bodies) => bodies.includes("bad"));
  const author = uuidv7();
  const lanes = [newLane(), newLane()] as const;
  const bad = queue.add(draft("bad", author), lanes[0]);
  const behind = draft("behind", author);
  await Promise.all([
    assertRefused("unavailable", bad),
    assertRefused("out_of_order", queue.add(behind, lanes[1])),
  ]);
  const later = draft("later", author);
  await assertRefused("out_of_order", queue.add(later, lanes[1]));
  assertEquals((await queue.add(behind, lanes[1])).seq, 1);
  assertEquals((await queue.add(later, lanes[1])).seq, 2);
});

Deno.test("AppendQueue holds a connection at the first post that it lost, not at a later one refused before [L4]", async () => {
  const { queue } = newQueue((bodies) => bodies.includes("bad"));
  const author = uuidv7();
  const lane = newLane();
  const [first, second, third] = ["first", "second", "third"]
    .map((body) => draft(body, author)) as [
      PostedDraft,
      PostedDraft,
      PostedDraft,
    ];
  // By another connection of theirs.
  const bad = queue.add(draft("bad", author), newLane());
  const lost = [queue.add(first, lane), queue.add(second, lane)];
  // Refused by a check, as one that comes too fast.
  lane.blockedBy = third.id;
  await assertRefused("unavailable", bad);
  for (const one of lost) await assertRefused("out_of_order", one);
  await assertRefused("out_of_order", queue.add(third, lane));
  assertEquals((await queue.add(first, lane)).seq, 1);
  assertEquals((await queue.add(second, lane)).seq, 2);
  assertEquals((await queue.add(third, lane)).seq, 3);
});
