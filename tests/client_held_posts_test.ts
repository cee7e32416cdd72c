/** Posts that wait for their files, in a real implementation of IndexedDB. */
import { assertEquals } from "@std/assert";
import { HeldPosts } from "../lib/client/held_posts.ts";
import type { OutboxRow } from "../lib/client/outbox.ts";
import { Browser } from "./support/client_tabs.ts";

const row = (id: string, attached?: unknown): OutboxRow => ({
  ...{ id, room: "r1", kind: "post", body: id, at: 1 },
  ...attached === undefined ? {} : { attached: attached as File[] },
});

const NOTHING = { adopted: [], lost: [] };

Deno.test("HeldPosts hands what waits to the run after a reload, and nobody else's to anyone [C1]", async () => {
  new Browser();
  const first = new HeldPosts({ id: "one", account: "ana" });
  assertEquals(await first.keep(row("a", ["a file"])), true);
  assertEquals(await first.keep(row("b", ["a file"])), true);
  // What is uploaded meanwhile waits without its files.
  assertEquals(await first.keep(row("a")), true);
  assertEquals(await first.claim(), NOTHING);
  const tab = { id: "two", before: "one", replaces: true };
  const other = new HeldPosts({ ...tab, account: "omar" });
  assertEquals(await other.claim(), NOTHING);
  assertEquals((await other.leftBy("ana")).length, 2);
  const next = new HeldPosts({ ...tab, id: "three", account: "ana" });
  assertEquals(await next.claim(), {
    adopted: [row("b", ["a file"]), row("a")],
    lost: [],
  });
  assertEquals(await first.claim(), { adopted: [], lost: ["a", "b"] });
  next.forget("a");
  next.forget("b");
  assertEquals(await next.leftBy("ana"), []);
});

Deno.test("HeldPosts says what it can't keep, tries it no more and keeps the rest", async () => {
  new Browser();
  const held = new HeldPosts({ id: "one", account: "ana" });
  // What can't be stored fails as a disk without room does: in its transaction.
  assertEquals(await held.keep(row("big", [() => {}])), false);
  assertEquals(await held.keep(row("small", ["a file"])), true);
  assertEquals(await held.claim(), NOTHING);
  assertEquals(
    (await held.leftBy("ana")).map(({ id }) => id),
    ["small"],
  );
});

Deno.test("HeldPosts goes on without storage", async () => {
  new Browser();
  const open = indexedDB.open;
  indexedDB.open = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  const held = new HeldPosts({ id: "one", account: "ana" });
  assertEquals(await held.keep(row("a", ["a file"])), false);
  assertEquals(await held.claim(), NOTHING);
  held.leave();
  indexedDB.open = open;
  assertEquals(await held.keep(row("a", ["a file"])), true);
});
