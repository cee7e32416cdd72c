import { assertEquals, assertRejects } from "@std/assert";
import { RecentReads } from "../lib/recent_reads.ts";

function setUp() {
  const clock = { now: 0 };
  const reads = new RecentReads<number>({
    ...{ age: 1_000, size: 2 },
    now: () => clock.now,
  });
  let count = 0;
  const read = (key: string) => reads.get(key, () => Promise.resolve(++count));
  return { clock, reads, read };
}

Deno.test("RecentReads reads again after a second", async () => {
  const { clock, read } = setUp();
  assertEquals(await read("a"), 1);
  clock.now = 999;
  assertEquals(await read("a"), 1);
  clock.now = 1_000;
  assertEquals(await read("a"), 2);
});

Deno.test("RecentReads forgets a read under way, which may be from before a change", async () => {
  const { reads, read } = setUp();
  const before = read("a");
  reads.forget();
  assertEquals(await read("a"), 2);
  assertEquals(await before, 1);
  assertEquals(await read("a"), 2);
});

Deno.test("RecentReads keeps no failure", async () => {
  const { reads, read } = setUp();
  await assertRejects(() => reads.get("a", () => Promise.reject(new Error())));
  assertEquals(await read("a"), 1);
});

Deno.test("RecentReads keeps no more than it may", async () => {
  const { read } = setUp();
  for (const key of ["a", "b", "c"]) await read(key);
  assertEquals(await read("a"), 4);
});
