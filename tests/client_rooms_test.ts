import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ROOMS_KEPT } from "../lib/client/held_rooms.ts";
import {
  entries,
  me,
  messages,
  posted,
  settled,
  Stage,
} from "./support/client_fakes.ts";

/** A connected client with room r1 on screen and messages 1 to `count`. */
async function inRoom(count: number, from = 1) {
  const stage = new Stage({ me: me() });
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  socket.receive(messages(from, count, { ref: socket.of("join")[0]!.ref! }));
  return { ...stage, stage, socket, state, client: stage.client };
}

const seqs = (state: { messages: readonly { seq: number }[] }) =>
  state.messages.map(({ seq }) => seq);

Deno.test("ChatClient joins the rooms on screen and shows their logs [C2]", async () => {
  const { socket, state, client } = await inRoom(3);
  assertEquals(socket.of("join"), [{ type: "join", ref: 1, room: "r1" }]);
  socket.receive(entries([posted(4), posted(5)]));
  assertEquals(seqs(state), [1, 2, 3, 4, 5]);
  assertStrictEquals(client.rooms.get("r1"), state);
  assertStrictEquals(client.open("r1"), state);
  assertEquals(socket.of("join").length, 1);
});

Deno.test("ChatClient resumes behind what the server rendered [L9]", async () => {
  const stage = new Stage();
  const state = stage.client.open("r1", messages(1, 3));
  assertEquals(seqs(state), [1, 2, 3]);
  const socket = await stage.connect();
  assertEquals(socket.of("join"), [{
    ...{ type: "join", ref: 1, room: "r1" },
    ...{ after: 3, afterId: "id-3", epoch: "e1" },
  }]);
  socket.receive(entries([], 1));
  socket.receive(entries([posted(4)]));
  assertEquals(seqs(state), [1, 2, 3, 4]);
});

Deno.test("ChatClient rejoins every room on screen from its cursor after a reconnect [C2, L9]", async () => {
  const { stage, socket, state } = await inRoom(3);
  socket.drop();
  const next = await stage.reconnect();
  const [join] = next.of("join");
  assertEquals([join!.after, join!.afterId, join!.epoch], [3, "id-3", "e1"]);
  next.receive(entries([posted(4)], join!.ref as number));
  assertEquals(seqs(state), [1, 2, 3, 4]);
});

Deno.test("ChatClient takes a reset in place of what it holds [D2]", async () => {
  const { stage, socket, state } = await inRoom(3);
  socket.drop();
  const next = await stage.reconnect();
  const { ref } = next.of("join")[0]!;
  next.receive(messages(90, 99, { ref: ref!, epoch: "e2" }));
  assertEquals(seqs(state), [90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
});

Deno.test("ChatClient resumes from its cursor when an entry is missing [C2]", async () => {
  const { socket, state } = await inRoom(3);
  socket.receive(entries([posted(5)]));
  socket.receive(entries([posted(6)]));
  const joins = socket.of("join");
  assertEquals(joins.length, 2, "one join at a time");
  assertEquals(joins[1]!.after, 3);
  const missed = [posted(4), posted(5), posted(6)];
  socket.receive(entries(missed, joins[1]!.ref as number));
  assertEquals(seqs(state), [1, 2, 3, 4, 5, 6]);
});

Deno.test("ChatClient asks for a reset, then leaves a server whose answers keep a gap [C2]", async () => {
  const { stage, socket } = await inRoom(3);
  for (let i = 0; i < 10; i++) {
    const { ref } = socket.of("join").at(-1)!;
    socket.receive(entries([posted(9 + i)], ref as number));
  }
  const afters = socket.of("join").map(({ after }) => after);
  assertEquals(afters, [undefined, 3, undefined, undefined, undefined]);
  assert(socket.closedByClient);
  assert(stage.client.retryAt! > stage.clock.now(), "with a back-off");
});

Deno.test("ChatClient finds a room's id by its slug, from me or from the join's answer", async () => {
  const known = new Stage({ me: me() });
  const state = known.client.open("lobby");
  assertEquals(state.room, "r1");
  const stage = new Stage();
  const socket = await stage.connect();
  const opened = stage.client.open("lobby");
  socket.receive(messages(1, 2, { ref: socket.of("join")[0]!.ref! }));
  assertStrictEquals(stage.client.rooms.get("r1"), opened);
  assertEquals(opened.room, "r1");
  assertEquals([...stage.client.rooms.keys()], ["r1"]);
  stage.client.post("lobby", "hi");
  assertEquals(socket.of("post")[0]!.room, "r1");
  assertEquals(opened.pending.length, 1);
});

Deno.test("ChatClient says why a room can't be opened, and tries again where that helps", async () => {
  const stage = new Stage();
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  const error = { type: "error", message: "" } as const;
  const ref = socket.of("join")[0]!.ref!;
  socket.receive({ ...error, ref, code: "too_fast", retry: true, wait: 700 });
  await stage.clock.tick(700);
  const second = socket.of("join")[1]!;
  socket.receive({ ...error, ref: second.ref!, code: "no_room", retry: false });
  assertEquals(state.error, "no_room");
  await stage.clock.tick(20_000);
  assertEquals(socket.of("join").length, 2);
});

Deno.test("ChatClient keeps a few rooms that left the screen for a fast return", async () => {
  const { stage, socket, client, state } = await inRoom(3);
  client.close("r1");
  assertEquals(socket.of("leave").length, 1);
  assertStrictEquals(client.open("r1"), state);
  assertEquals(socket.of("join")[1]!.after, 3);
  for (let i = 0; i < 30; i++) {
    client.open(`room${i}`);
    client.close(`room${i}`);
  }
  assertEquals(client.rooms.size, ROOMS_KEPT + 1);
  assert(client.rooms.has("r1"), "a room on screen stays");
  stage.client.stop();
});

Deno.test("ChatClient loads older messages once for all who ask", async () => {
  const { socket, state, client } = await inRoom(20, 11);
  const asked = client.loadOlder("r1");
  assertStrictEquals(client.loadOlder("r1"), asked);
  assert(state.loadingOlder);
  const [history] = socket.of("history");
  assertEquals([history!.room, history!.before], ["r1", 11]);
  const page = messages(1, 10, { ref: history!.ref!, seq: 20, id: "id-20" });
  const { reset: _, ...older } = page;
  socket.receive(older);
  await asked;
  assertEquals(state.messages.length, 20);
  assertEquals([state.more, state.loadingOlder], [false, false]);
  await client.loadOlder("r1");
  assertEquals(socket.of("history").length, 1);
});

Deno.test("ChatClient asks again for older messages after a reconnect or a reset [C2]", async () => {
  const { stage, socket, state, client } = await inRoom(20, 11);
  const asked = client.loadOlder("r1");
  socket.drop();
  const next = await stage.reconnect();
  assertEquals(next.of("history").length, 0, "the join comes first");
  next.receive(messages(91, 99, { ref: next.of("join")[0]!.ref! }));
  const [history] = next.of("history");
  assertEquals(history!.before, 91);
  // Another reset while the page is under way: the page no longer fits.
  next.receive(messages(96, 99));
  const { reset: _, ...page } = messages(81, 90, { ref: history!.ref! });
  next.receive({ ...page, seq: 99, id: "id-99" });
  assertEquals(seqs(state)[0], 96);
  await stage.clock.tick(2_000);
  const again = next.of("history")[1]!;
  assertEquals(again.before, 96);
  const { reset: __, ...fits } = messages(86, 95, { ref: again.ref! });
  next.receive({ ...fits, seq: 99, id: "id-99" });
  await asked;
  assertEquals(seqs(state)[0], 86);
});

Deno.test("ChatClient tells when older messages are refused, and is done when stopped", async () => {
  const { socket, client } = await inRoom(20, 11);
  const asked = client.loadOlder("r1");
  const ref = socket.of("history")[0]!.ref!;
  const error = { type: "error", message: "No such room" } as const;
  socket.receive({ ...error, ref, code: "no_room", retry: false });
  await assertRejects(() => asked, Error, "No such room");
  const again = client.loadOlder("r1");
  client.stop();
  await again;
});

Deno.test("ChatClient holds back history and typing while much is buffered [D3]", async () => {
  const { stage, socket, client } = await inRoom(20, 11);
  socket.bufferedAmount = 70_000;
  client.loadOlder("r1");
  client.sendTyping("r1");
  client.post("r1", "hi");
  assertEquals(socket.sent.map(({ type }) => type), ["join"]);
  socket.bufferedAmount = 0;
  await stage.clock.tick(100);
  const types = socket.sent.map(({ type }) => type);
  assertEquals(types.toSorted(), ["history", "join", "post"]);
  stage.client.stop();
});

Deno.test("ChatClient takes me by version, within one epoch [D6]", async () => {
  const stage = new Stage({ me: me({ version: 5 }) });
  const socket = await stage.connect();
  socket.receive(me({ version: 4, person: { id: "p1", name: "Old" } }));
  assertEquals(stage.client.person?.name, "Ada");
  socket.receive(me({ version: 6, person: { id: "p1", name: "Eva" } }));
  assertEquals(stage.client.person?.name, "Eva");
  socket.receive(me({ version: 1, epoch: "e2" }));
  assertEquals(stage.client.me?.epoch, "e2");
});

Deno.test("ChatClient counts unread messages and moves the cursor forward only [D6]", async () => {
  const { stage, socket, client } = await inRoom(3);
  socket.receive(me({ version: 2 }, 3, 0));
  assertEquals(client.unread("r1"), 3);
  socket.receive(entries([posted(4)]));
  assertEquals(client.unread("r1"), 4);
  client.markRead("r1", 2);
  assertEquals([client.unread("r1"), client.lastRead("lobby")], [2, 2]);
  client.markRead("r1", 1);
  assertEquals(client.unread("r1"), 2);
  client.markRead("r1", 999);
  assertEquals([client.unread("r1"), client.lastRead("r1")], [0, 4]);
  await stage.clock.tick(1_000);
  assertEquals(socket.of("read").map(({ seq }) => seq), [4]);
  // One's own post moves it without a word.
  socket.receive(entries([posted(5, { author: "p1" })]));
  assertEquals(client.unread("r1"), 0);
  await stage.clock.tick(5_000);
  client.flush();
  assertEquals(socket.of("read").length, 1);
});

Deno.test("ChatClient does not move the cursor back for a post of one's own that comes twice [D6]", async () => {
  const { socket, client } = await inRoom(1);
  const own = posted(2, { author: "p1" });
  socket.receive(entries([own, posted(3), posted(4)]));
  client.markRead("r1", 4);
  socket.receive(entries([own, posted(3), posted(4), posted(5)]));
  assertEquals(client.lastRead("r1"), 4);
});

Deno.test("ChatClient does not take the end of another page for the room's [C2]", async () => {
  const { stage, socket, state, client } = await inRoom(20, 11);
  client.loadOlder("r1");
  const [history] = socket.of("history");
  socket.receive(messages(91, 99));
  const { reset: _, ...empty } = messages(1, 0, { ref: history!.ref! });
  socket.receive({ ...empty, seq: 99, id: "id-99", posts: 99 });
  assert(state.more);
  stage.client.stop();
});

Deno.test("ChatClient sends read cursors at most once a second, and again if they got lost [D6]", async () => {
  const { stage, socket, client } = await inRoom(9);
  for (let seq = 1; seq <= 9; seq++) {
    client.markRead("r1", seq);
    await stage.clock.tick(200);
  }
  const sent = socket.of("read").map(({ seq }) => seq);
  assert(sent.length <= 3, `sent ${sent}`);
  await stage.clock.tick(1_000);
  assertEquals(socket.of("read").at(-1)!.seq, 9);
  socket.drop();
  const next = await stage.reconnect();
  next.receive(me({ version: 3 }, 9, 4));
  await stage.clock.tick(1_000);
  assertEquals(next.of("read").map(({ seq }) => seq), [9]);
  assertEquals(client.unread("r1"), 0);
});

Deno.test("ChatClient sends read cursors before a room leaves the screen or the tab goes", async () => {
  const { socket, client } = await inRoom(9);
  client.markRead("r1", 5);
  client.flush();
  client.markRead("r1", 6);
  client.close("r1");
  assertEquals(socket.of("read").map(({ seq }) => seq), [5, 6]);
});

Deno.test("ChatClient shows who is there and who writes, until that changes", async () => {
  const { stage, socket, client, state } = await inRoom(3);
  const people = [{ id: "p1", name: "Ada" }, { id: "other", name: "Renamed" }];
  socket.receive({ type: "presence", room: "r1", count: 2, people });
  assertEquals(client.presence("r1")?.count, 2);
  assertEquals(state.messages[0]!.name, "Renamed");
  socket.receive({ type: "typing", room: "r1", people });
  assertEquals(client.typing("r1").map(({ id }) => id), ["other"]);
  assertStrictEquals(client.typing("r1"), client.typing("r1"));
  socket.receive(entries([posted(4)]));
  assertEquals(client.typing("r1"), []);
  socket.receive({ type: "typing", room: "r1", people });
  await stage.clock.tick(60_000);
  assertEquals(client.typing("r1"), []);
});

Deno.test("ChatClient forgets who is there when the connection is lost", async () => {
  const { socket, client } = await inRoom(3);
  const people = [{ id: "other", name: "Other" }];
  socket.receive({ type: "presence", room: "r1", count: 1, people });
  socket.receive({ type: "typing", room: "r1", people });
  socket.drop();
  await settled();
  assertEquals([client.presence("r1"), client.typing("r1")], [null, []]);
});

Deno.test("ChatClient tells at most every three seconds that one is writing", async () => {
  const { stage, socket, client } = await inRoom(3);
  for (let i = 0; i < 40; i++) {
    client.sendTyping("r1");
    await stage.clock.tick(100);
  }
  assertEquals(socket.of("typing").length, 2);
  client.post("r1", "done");
  client.sendTyping("r1");
  assertEquals(socket.of("typing").length, 3, "a new message begins");
});
