/** Posts that wait for their files, and all that is unsent, in a real implementation of IndexedDB. */
import { assertEquals } from "@std/assert";
import { HeldPosts } from "../lib/client/held_posts.ts";
import type { OutboxRow } from "../lib/client/outbox.ts";
import { RoomState } from "../lib/client/room_state.ts";
import { unsentIn, unsentOf } from "../lib/client/unsent.ts";
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

Deno.test("A page that sends nothing knows what waits, with and without files, and where [C1]", async () => {
  const browser = new Browser();
  const NOW = 10_000;
  const nothing = { messages: 0, changes: 0, room: null };
  assertEquals(await unsentOf("ana", NOW), nothing);
  const outbox = browser.open("one");
  const held = new HeldPosts({ id: "one", account: "ana" });
  await outbox.add({ ...row("a"), room: "r2" });
  await outbox.add({ id: "e", room: "r2", kind: "edit", message: "m", at: 2 });
  // A page beside this one is about to send it.
  await outbox.add({ ...row("b"), at: NOW - 1 });
  await held.keep(row("f", ["a file"]));
  // There is no way to it any more.
  await outbox.add({ ...row("gone"), failed: "no_room" });
  // While its uploads are handed over a post is in both.
  await held.keep({ ...row("a"), room: "r2" });
  const found = await unsentOf("ana", NOW);
  assertEquals([found.messages, found.changes], [2, 1]);
  assertEquals(await unsentOf("omar", NOW), nothing);
  for (const id of ["a", "e", "b", "gone"]) await outbox.remove(id);
  for (const id of ["a", "f"]) held.forget(id);
  await held.claim();
  assertEquals(await unsentOf("ana", NOW), nothing);
  indexedDB.open = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  assertEquals(await unsentOf("ana", NOW), nothing);
});

Deno.test("A room's page counts what waits: messages, and edits, deletions and reactions", () => {
  const state = new RoomState("r1");
  const waits = (id: string, kind: OutboxRow["kind"], message?: string) =>
    state.putRow({ id, room: "r1", kind, at: 1, ...message && { message } });
  waits("a", "post");
  assertEquals(unsentIn(state, 1), { messages: 2, changes: 0 });
  waits("b", "edit", "m1");
  waits("c", "delete", "m2");
  waits("d", "react", "m3");
  waits("e", "pin", "m3");
  assertEquals(unsentIn(state, 0), { messages: 1, changes: 4 });
  state.failRow("b", "too_long");
  assertEquals(unsentIn(state, 0), { messages: 1, changes: 3 });
});
