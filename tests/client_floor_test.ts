/** The client where messages are gone from the log (L8). */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RoomState } from "../lib/client/room_state.ts";
import type { MessagesFrame } from "../lib/protocol.ts";
import {
  entries,
  me,
  messages,
  posted,
  settled,
  Stage,
} from "./support/client_fakes.ts";

const seqs = (state: { messages: readonly { seq: number }[] }) =>
  state.messages.map(({ seq }) => seq);

/** A page of the messages from the one to the other, whose room has 20. */
function page(from: number, to: number, more: boolean): MessagesFrame {
  const { reset: _, ...older } = messages(from, to);
  return { ...older, seq: 20, id: "id-20", posts: 20, more };
}

/** A client with r1 on screen, which shows messages 11 to 20 of 20. */
async function inRoom() {
  const stage = new Stage({ me: me() });
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  const { ref } = socket.of("join")[0]!;
  socket.receive({ ...messages(11, 20, { ref: ref! }), more: true });
  const floor = (floor: number) =>
    socket.receive({ type: "floor", room: "r1", floor });
  return { stage, socket, state, floor, client: stage.client };
}

Deno.test("ChatClient forgets the messages below the floor, and no others [L8]", async () => {
  const { state, floor, socket } = await inRoom();
  floor(5);
  assertEquals([seqs(state).length, state.more], [10, true]);
  const { version } = state;
  floor(15);
  assertEquals(seqs(state), [15, 16, 17, 18, 19, 20]);
  assertEquals([state.more, state.version > version], [false, true]);
  floor(12);
  socket.receive(entries([posted(21)]));
  assertEquals(seqs(state), [15, 16, 17, 18, 19, 20, 21]);
  floor(22);
  assertEquals([seqs(state), state.cursor.seq], [[], 21]);
  socket.receive(entries([posted(22)]));
  assertEquals(seqs(state), [22]);
});

Deno.test("ChatClient shows no older page from before the floor rose [L8]", async () => {
  const { state, floor, socket, client } = await inRoom();
  const loaded = client.loadOlder("r1");
  const [history] = socket.of("history");
  floor(8);
  socket.receive({ ...page(4, 10, true), ref: history!.ref! });
  await loaded;
  assertEquals(seqs(state)[0], 8);
  assertEquals(state.more, false);
});

Deno.test("ChatClient ends a wish for older messages when these are gone [L8]", async () => {
  const { stage, state, floor, socket, client } = await inRoom();
  let isDone = false;
  const loaded = client.loadOlder("r1").then(() => isDone = true);
  const [history] = socket.of("history");
  floor(15);
  socket.receive({ ...page(1, 0, false), ref: history!.ref! });
  await stage.clock.tick(60_000);
  await loaded;
  assertEquals([isDone, seqs(state)[0]], [true, 15]);
});

Deno.test("ChatClient counts what is unread without what is gone [L8]", async () => {
  const { state, floor } = await inRoom();
  floor(15);
  await settled();
  assertEquals(state.postsAt(3), 14, "below all that is kept");
  assertEquals(state.postsAt(16), 16);
  floor(21);
  assertEquals(state.postsAt(3), 20);
});

Deno.test("ChatClient forgets the floor of another history [L8, L9]", async () => {
  const { state, floor, socket } = await inRoom();
  floor(15);
  socket.receive({ ...messages(1, 3), epoch: "e2" });
  assertEquals(seqs(state), [1, 2, 3]);
});

Deno.test("RoomState holds nothing below the floor, whatever arrives in whatever order [L8]", () => {
  const happening = fc.record({
    what: fc.constantFrom("entries", "older", "reset", "floor"),
    seq: fc.integer({ min: 1, max: 20 }),
  });
  const law = fc.property(fc.array(happening), (happenings) => {
    const state = new RoomState("r1");
    state.applyMessages(messages(1, 1));
    let floor = 1;
    for (const { what, seq } of happenings) {
      const { cursor } = state;
      if (what === "floor") state.applyFloor(floor = Math.max(floor, seq));
      else if (what === "reset" && seq >= cursor.seq) {
        state.applyMessages(messages(Math.max(1, seq - 4), seq));
      } else if (what === "entries") {
        const frame = entries([posted(cursor.seq + 1)]);
        if (frame.type === "entries") state.applyEntries(frame);
      } else if (what === "older") {
        const to = (state.messages[0]?.seq ?? cursor.seq + 1) - 1;
        state.applyMessages(page(Math.max(1, to - 3), to, to > 4));
      }
      const [first] = state.messages;
      const expected = Math.max(floor, first?.seq ?? 1);
      const kept = Array.from(
        { length: Math.max(0, state.cursor.seq + 1 - expected) },
        (_, i) => expected + i,
      );
      assertEquals(seqs(state), kept);
    }
  });
  fc.assert(law);
});
