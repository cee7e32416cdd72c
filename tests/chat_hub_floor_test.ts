/** The hub where entries are gone from the log (L8). */
import { assert, assertEquals } from "@std/assert";
import { ChatHub } from "../lib/chat_hub.ts";
import { CONNECTION_LIMITS } from "../lib/connection.ts";
import { FakeLog } from "./support/fake_log.ts";
import { fakeConnection, type FakeSocket } from "./support/fake_socket.ts";
import { until } from "./support/until.ts";

/** A hub over a log of so many messages. */
function setUp(messages: number) {
  const log = new FakeLog();
  const errors: unknown[] = [];
  const hub = new ChatHub(log, { onError: (error) => errors.push(error) });
  for (let i = 0; i < messages; i++) log.post(`${i + 1}`);
  const join = async (request = {}) => {
    const { socket, connection } = fakeConnection({
      onClose: (connection) => hub.remove(connection),
    });
    await hub.join(connection, { room: "room", ...request });
    return socket;
  };
  const trim = (floor: number) => {
    log.trim(floor);
    hub.trimmed("room", floor);
  };
  return { log, hub, errors, join, trim };
}

const resume = (after: number) => ({
  after,
  afterId: `m${after}`,
  epoch: "epoch-1",
});

/** Types of all frames, resets as such, and the floors told. */
function story({ frames }: FakeSocket): string[] {
  return frames.map((frame) => {
    if (frame.type === "floor") return `floor ${frame.floor}`;
    return frame.type === "messages" && frame.reset ? "reset" : frame.type;
  });
}

Deno.test("ChatHub tells the floor to those who have the room, and to those who come [L8]", async () => {
  const { join, trim, log, hub } = setUp(10);
  const ana = await join();
  assertEquals(story(ana), ["reset"], "nothing is gone yet");
  trim(4);
  trim(7);
  assertEquals(story(ana), ["reset", "floor 4", "floor 7"]);
  const omar = await join(resume(10));
  assertEquals(story(omar), ["entries", "floor 7"]);
  log.post("live");
  hub.ring("room");
  await until(() => ana.seqs.length === 1 && omar.seqs.length === 1);
  assertEquals([ana.seqs, omar.seqs], [[11], [11]]);
});

Deno.test("ChatHub finds the floor of a room that nobody had on screen [L8]", async () => {
  const { join, log } = setUp(10);
  log.trim(8);
  assertEquals(story(await join()), ["reset", "floor 8"]);
});

Deno.test("ChatHub resets who lacks entries that are gone, and nobody else [D2, L8]", async () => {
  const { join, trim } = setUp(10);
  // The ring of an open room held all of them.
  await join();
  trim(7);
  for (const after of [1, 5, 6]) {
    const socket = await join(resume(after));
    await until(() => story(socket).includes("reset"));
    assertEquals(socket.seqs, [], `after ${after}`);
  }
  const fitting = await join(resume(7));
  await until(() => fitting.seqs.length === 3);
  assertEquals([fitting.seqs, story(fitting)], [
    [8, 9, 10],
    ["entries", "floor 7", "entries"],
  ]);
  const fresh = await join({ after: 0, epoch: "epoch-1" });
  await until(() => story(fresh).includes("reset"));
  assertEquals(fresh.seqs, []);
});

Deno.test("ChatHub sends no entry from before a trim as it was then [L8]", async () => {
  const { join, trim, log } = setUp(10);
  await join();
  const late = log.rooms.get("room")!.at(-1)!;
  assert(late.kind === "posted");
  Object.assign(late, { body: "", deleted: true });
  trim(7);
  const socket = await join(resume(9));
  await until(() => socket.seqs.length === 1);
  assert(!JSON.stringify(socket.entries).includes('"10"'));
});

Deno.test("ChatHub tells a slow connection the floor once it reads again [D3, L8]", async () => {
  const { join, trim, log, hub } = setUp(10);
  const slow = await join();
  slow.bufferedAmount = CONNECTION_LIMITS.mark;
  for (let i = 0; i < 10; i++) log.post("live");
  hub.ring("room");
  await hub.settled();
  trim(15);
  assertEquals(story(slow), ["reset"]);
  slow.bufferedAmount = 0;
  await until(() => story(slow).length === 3);
  assertEquals(story(slow).sort(), ["floor 15", "reset", "reset"]);
  assertEquals(slow.seqs, []);
});

Deno.test("ChatHub goes on where entries went before it read them [L8]", async () => {
  const { join, log, hub, errors } = setUp(3);
  const ana = await join();
  for (let i = 0; i < 5; i++) log.post("unread");
  log.trim(7);
  hub.ring("room");
  await until(() => story(ana).length === 2);
  assertEquals([story(ana), ana.seqs], [["reset", "reset"], []]);
  log.post("live");
  hub.ring("room");
  await until(() => ana.seqs.length === 1);
  assertEquals([ana.seqs, errors], [[9], []]);
});

Deno.test("ChatHub resets all when the newest entries went before it read them [D2, L8]", async () => {
  const { join, trim, log, hub, errors } = setUp(3);
  const ana = await join();
  for (let i = 0; i < 5; i++) log.post("unread");
  const open = log.hold();
  hub.ring("room");
  trim(9);
  open();
  await until(() => story(ana).length === 3);
  assertEquals(story(ana).sort(), ["floor 9", "reset", "reset"]);
  log.post("live");
  hub.ring("room");
  await until(() => ana.seqs.length === 1);
  assertEquals([ana.seqs, errors], [[9], []]);
});

Deno.test("ChatHub knows of a floor that rose while the room was opened [D2, L8]", async () => {
  const { join, trim, log } = setUp(3);
  const open = log.hold();
  const joined = join();
  log.post("unread");
  trim(5);
  open();
  const ana = await joined;
  await until(() => story(ana).at(-1) === "floor 5");
  const omar = await join(resume(3));
  await until(() => story(omar).includes("reset"));
  assertEquals(omar.seqs, []);
});
