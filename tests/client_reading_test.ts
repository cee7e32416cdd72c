/** Marking as unread, and peeking, in the client. */
import { assertEquals } from "@std/assert";
import type { FollowedRoom } from "../lib/protocol.ts";
import { countNew } from "../components/reading/use_unread.ts";
import {
  entries,
  me,
  messages,
  posted,
  Stage,
} from "./support/client_fakes.ts";

/** A `me` that says this of room r1. */
function told(version: number, over: Partial<FollowedRoom>) {
  const base = me({ version }, 9, 9);
  return { ...base, rooms: [{ ...base.rooms[0]!, ...over }] };
}

async function inRoom() {
  const stage = new Stage({ me: told(1, {}) });
  const socket = await stage.connect();
  stage.client.open("r1");
  socket.receive(messages(1, 9, { ref: socket.of("join")[0]!.ref! }));
  await stage.clock.tick(0);
  return { stage, socket, client: stage.client };
}

Deno.test("ChatClient tells of a mark behind what it read, and reads nothing until released [D6]", async () => {
  const { stage, socket, client } = await inRoom();
  socket.receive(told(2, { head: 12, posts: 12 }));
  client.markRead("r1", 11);
  client.markUnread("r1", 5);
  const sent = socket.sent.filter(({ type }) => /^(un)?read$/.test(type));
  assertEquals(sent.map(({ type }) => type), ["read", "unread"]);
  assertEquals(socket.of("unread")[0]!.seq, 5);
  const marked = { unreadFrom: 5, unreadFromPosts: 4, mentions: 2 };
  socket.receive(
    told(3, {
      ...{ head: 12, posts: 12, lastRead: 11, lastReadPosts: 11 },
      ...marked,
    }),
  );
  assertEquals([client.unread("r1"), client.mentions("r1")], [8, 2]);
  assertEquals(client.lastRead("r1"), 4);
  client.markRead("r1", 12);
  await stage.clock.tick(2_000);
  assertEquals(socket.of("read").length, 1);
  client.readAgain("r1");
  client.markRead("r1", 12);
  await stage.clock.tick(2_000);
  assertEquals(socket.of("read").map(({ seq }) => seq), [11, 12]);
  socket.receive(
    told(4, { head: 12, posts: 12, lastRead: 12, lastReadPosts: 12 }),
  );
  assertEquals([client.unread("r1"), client.mentions("r1")], [0, 0]);
});

Deno.test("ChatClient reads a marked room again when it comes back to it, though its cursor stays [D6]", async () => {
  const { stage, socket, client } = await inRoom();
  client.markUnread("r1", 5);
  const marked = { unreadFrom: 5, unreadFromPosts: 4 };
  socket.receive(told(2, { ...marked, head: 9, posts: 9 }));
  client.close("r1");
  client.open("r1");
  client.markRead("r1", 9);
  await stage.clock.tick(2_000);
  assertEquals(socket.of("read").map(({ seq }) => seq), [9]);
  // It got lost: the server still has the mark.
  socket.drop();
  const again = await stage.reconnect();
  again.receive(told(3, { ...marked, head: 9, posts: 9 }));
  await stage.clock.tick(2_000);
  assertEquals(again.of("read").map(({ seq }) => seq), [9]);
});

Deno.test("ChatClient tells of a mark that was made without a connection [D6]", async () => {
  const { stage, socket, client } = await inRoom();
  socket.drop();
  client.markUnread("r1", 5);
  const again = await stage.reconnect();
  assertEquals(again.of("unread").map(({ seq }) => seq), [5]);
});

Deno.test("ChatClient peeks into a room without keeping what it sees", async () => {
  const { socket, client } = await inRoom();
  const peeked = client.peek("r2", 7, 2);
  const { ref, room, before, limit } = socket.of("history")[0]!;
  assertEquals([room, before, limit], ["r2", 7, 2]);
  const answer = messages(5, 6, { ref: ref!, room: "r2" });
  const { reset: _, ...page } = answer;
  socket.receive(page);
  assertEquals((await peeked).map(({ seq }) => seq), [5, 6]);
  assertEquals([...client.rooms.keys()], ["r1"]);
  const refused = client.peek("r3", 7, 2);
  const [, second] = socket.of("history");
  socket.receive({
    ...{ type: "error", ref: second!.ref!, code: "no_room" },
    ...{ message: "", retry: false },
  });
  assertEquals(await refused, []);
  const cut = client.peek("r2", 7, 2);
  socket.drop();
  assertEquals(await cut, []);
  assertEquals(await client.peek("r2", 7, 2), []);
});

Deno.test("What one sent from another device is not new, unless one marked it oneself", async () => {
  const { socket, client } = await inRoom();
  const count = (posts: number, marked = false) =>
    countNew(client, "r1", { after: 9, marked, posts });
  socket.receive(entries([posted(10, { author: "p1" })]));
  assertEquals([count(1), count(1, true)], [0, 1]);
  socket.receive(entries([posted(11)]));
  assertEquals([count(2), count(2, true)], [1, 2]);
});
