import { assertEquals } from "@std/assert";
import type { Entry } from "../lib/protocol.ts";
import { FRAME_SIZE, RoomRing } from "../lib/room_ring.ts";

const base = { at: 1, posts: 1, author: "p1", name: "Ana" };

Deno.test("RoomRing drops a text as soon as anything tells that it was deleted [L7]", () => {
  const text: Entry = {
    ...{ ...base, seq: 1, id: "m1", kind: "posted", body: "secret" },
  };
  // Read after the deletion, which itself comes with the next reading.
  const blanked: Entry = {
    ...{ ...base, seq: 2, id: "e1", kind: "edited", message: "m1" },
    ...{ body: "", deleted: true },
  };
  const ring = new RoomRing("r1", "epoch", 0);
  ring.push([text]);
  assertEquals(ring.covers(0), true);
  ring.push([blanked]);
  assertEquals([ring.covers(0), ring.covers(1)], [false, true]);
  assertEquals(ring.frameAfter(1).text.includes("secret"), false);
});

Deno.test("RoomRing ends a frame before it is too big, but never without an entry [D3]", () => {
  const ring = new RoomRing("r1", "epoch", 0);
  const body = (size: number) => "x".repeat(size);
  const sizes = [100, FRAME_SIZE / 2, FRAME_SIZE, 200, 300];
  ring.push(sizes.map((size, index): Entry => ({
    ...{ ...base, seq: index + 1, id: `m${index}`, kind: "posted" },
    body: body(size),
  })));
  const lasts: number[] = [];
  for (let cursor = 0; cursor < ring.head;) {
    const { text, last } = ring.frameAfter(cursor);
    const { entries } = JSON.parse(text);
    assertEquals(entries.length, last - cursor);
    lasts.push(cursor = last);
  }
  assertEquals(lasts, [2, 3, 5]);
});
