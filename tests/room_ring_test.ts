import { assertEquals } from "@std/assert";
import type { Entry } from "../lib/protocol.ts";
import { RoomRing } from "../lib/room_ring.ts";

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
  assertEquals(ring.frameAfter(1).includes("secret"), false);
});
