import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatHub, HUB_LIMITS } from "../lib/chat_hub.ts";
import { Connection, CONNECTION_LIMITS } from "../lib/connection.ts";
import { Refusal } from "../lib/errors.ts";
import { CLOSE } from "../lib/protocol.ts";
import { RING_LIMITS } from "../lib/room_ring.ts";
import { FakeLog } from "./support/fake_log.ts";
import {
  fakeConnection,
  fakeSession,
  FakeSocket,
} from "./support/fake_socket.ts";
import { turns, until } from "./support/until.ts";

/** More than a ring holds. */
const MANY = RING_LIMITS.entries + 50;

function setUp() {
  const log = new FakeLog();
  const errors: unknown[] = [];
  const hub = new ChatHub(log, { onError: (error) => errors.push(error) });
  const connect = (name?: string) => {
    const made = fakeConnection({
      ...(name && { name }),
      onClose: (connection) => hub.remove(connection),
    });
    return {
      ...made,
      join: (request = {}) =>
        hub.join(made.connection, { room: "room", ...request }),
    };
  };
  const post = (body: string) => {
    const entry = log.post(body);
    hub.ring("room");
    return entry;
  };
  return { log, hub, errors, connect, post };
}

Deno.test("ChatHub answers a first join with a snapshot, then delivers what follows [D1]", async () => {
  const { log, connect, post } = setUp();
  log.post("before");
  const ana = connect();
  await ana.join({ ref: 7 });
  const [first] = ana.socket.frames;
  assert(first?.type === "messages" && first.reset);
  assertEquals([first.ref, first.seq, first.id], [7, 1, "m1"]);
  post("after");
  await until(() => ana.socket.seqs.length === 1);
  assertEquals(ana.socket.seqs, [2]);
});

Deno.test("ChatHub replays what a returning connection missed, in order and once [D1]", async () => {
  const { log, connect, post } = setUp();
  for (let i = 0; i < 20; i++) log.post(`${i}`);
  const ana = connect();
  await ana.join({ after: 5, afterId: "m5", epoch: log.epoch, ref: "r" });
  const [answer] = ana.socket.frames;
  assert(answer?.type === "entries" && answer.ref === "r");
  post("live");
  await until(() => ana.socket.seqs.at(-1) === 21);
  assertEquals(ana.socket.seqs, Array.from({ length: 16 }, (_, i) => i + 6));
});

Deno.test("ChatHub replays from the log what is no longer in the ring [D1]", async () => {
  const { log, connect } = setUp();
  for (let i = 0; i < 900; i++) log.post(`${i}`);
  const ana = connect();
  await ana.join({ after: 1, afterId: "m1", epoch: log.epoch });
  await until(() => ana.socket.seqs.at(-1) === 900);
  assertEquals(ana.socket.seqs, Array.from({ length: 899 }, (_, i) => i + 2));
});

Deno.test("ChatHub resets a gap above the replay limit [D2]", async () => {
  const { log, connect } = setUp();
  for (let i = 0; i < HUB_LIMITS.replay + 2; i++) log.post(`${i}`);
  const ana = connect();
  await ana.join({ after: 1, afterId: "m1", epoch: log.epoch });
  const [answer] = ana.socket.frames;
  assert(answer?.type === "messages" && answer.reset);
  assertEquals(ana.socket.seqs, []);
});

Deno.test("ChatHub resets a client of another epoch, another entry or a longer log [L9]", async () => {
  const { log, connect } = setUp();
  log.post("one");
  for (
    const request of [
      { after: 1, afterId: "m1", epoch: "another" },
      { after: 1, afterId: "other", epoch: log.epoch },
      { after: 2, afterId: "m2", epoch: log.epoch },
      { after: 1, epoch: log.epoch },
    ]
  ) {
    const { socket, join } = connect();
    await join(request);
    const [answer] = socket.frames;
    assert(
      answer?.type === "messages" && answer.reset,
      JSON.stringify(request),
    );
  }
});

Deno.test("ChatHub resets a reader below the floor instead of leaving a hole [L8]", async () => {
  const { log, connect } = setUp();
  for (let i = 0; i < 600; i++) log.post(`${i}`);
  const ana = connect();
  log.rooms.set("room", log.rooms.get("room")!.slice(100));
  await ana.join({ after: 0, afterId: "", epoch: log.epoch });
  await until(() => ana.socket.frames.some(({ type }) => type === "messages"));
  assertEquals(ana.socket.seqs, []);
});

Deno.test("ChatHub reads again when the doorbell rings during a read [D1]", async () => {
  const { log, connect, post } = setUp();
  const ana = connect();
  await ana.join();
  const release = log.hold();
  post("one");
  post("two");
  release();
  await until(() => ana.socket.seqs.length === 2);
  assertEquals(ana.socket.seqs, [1, 2]);
});

Deno.test("ChatHub reads again when the doorbell rings during a read that finds nothing [D1]", async () => {
  const { log, connect, hub, post } = setUp();
  const ana = connect();
  await ana.join();
  const release = log.hold();
  hub.ring("room");
  post("one");
  release();
  await until(() => ana.socket.seqs.length === 1);
});

Deno.test("ChatHub that is reading what a client already has throws nobody back to the past [D2]", async () => {
  const { log, connect, post } = setUp();
  const ana = connect();
  await ana.join();
  const release = log.hold();
  post("one");
  log.post("two");
  const ben = connect();
  const joined = ben.join({ after: 2, afterId: "m2", epoch: log.epoch });
  release();
  await joined;
  assertEquals(ben.socket.frames.map(({ type }) => type), ["entries"]);
});

Deno.test("ChatHub takes the entries that a doorbell brings only where they are the next ones [D1]", async () => {
  const { log, connect, hub } = setUp();
  const ana = connect();
  await ana.join();
  const [one, two, three, four] = ["1", "2", "3", "4"].map((body) =>
    log.post(body)
  );
  log.reads.length = 0;
  hub.ring("room", [one!, two!]);
  await until(() => ana.socket.seqs.length === 2);
  assertEquals(log.reads, []);
  // Once more, and with a hole before: the log has the last word.
  hub.ring("room", [two!]);
  hub.ring("room", [four!]);
  await until(() => ana.socket.seqs.length === 4);
  hub.ring("room", [three!, four!]);
  await turns();
  assertEquals(ana.socket.seqs, [1, 2, 3, 4]);
});

Deno.test("ChatHub misses nothing that is posted while a room opens [D1]", async () => {
  const { log, connect, post } = setUp();
  const ana = connect();
  const release = log.hold();
  const joined = ana.join();
  post("while opening");
  release();
  await joined;
  await turns();
  const [snapshot] = ana.socket.frames;
  assert(snapshot?.type === "messages");
  assertEquals(snapshot.seq === 1 ? [] : [1], ana.socket.seqs);
});

Deno.test("ChatHub sends all that a connection lacks in one frame, encoded once [D1]", async () => {
  const { connect, hub, log } = setUp();
  const readers = [connect("Ana"), connect("Omar"), connect("Sanna")];
  for (const { join } of readers) await join();
  for (let i = 0; i < 10; i++) log.post(`${i}`);
  hub.ring("room");
  await until(() => readers.every(({ socket }) => socket.seqs.length === 10));
  const frames = readers.map(({ socket }) => socket.sent.slice(1));
  assertEquals(frames.map((sent) => sent.length), [1, 1, 1]);
  assertEquals(new Set(frames.flat()).size, 1);
});

Deno.test("ChatHub sends nothing more after a leave, even to a read under way [D1]", async () => {
  const { log, connect, hub, post } = setUp();
  for (let i = 0; i < 900; i++) log.post(`${i}`);
  const ana = connect();
  await ana.join();
  const sent = ana.socket.sent.length;
  const release = log.hold();
  const rejoined = ana.join({ after: 1, afterId: "m1", epoch: log.epoch });
  hub.leave(ana.connection, "room");
  release();
  await rejoined;
  post("later");
  await turns();
  assertEquals(ana.socket.sent.length, sent);
  assertEquals(hub.counts, { rooms: 0, subscriptions: 0, slow: 0 });
});

Deno.test("ChatHub sends no page of the log to a reader who left while it was read [D1]", async () => {
  const { log, connect, hub, post } = setUp();
  const slow = connect("Omar");
  const quick = connect("Ana");
  await slow.join();
  await quick.join();
  slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
  for (let i = 0; i < MANY; i++) post(`${i}`);
  await until(() => quick.socket.seqs.length === MANY);
  const { length: sent } = slow.socket.sent;
  const { length: read } = log.reads;
  const release = log.hold();
  slow.socket.bufferedAmount = 0;
  await until(() => log.reads.length > read);
  hub.leave(slow.connection, "room");
  release();
  await turns();
  assertEquals(slow.socket.sent.length, sent);
});

Deno.test("ChatHub reads the newest messages once for all who come before the next entry [D2]", async () => {
  const { log, connect, post } = setUp();
  post("one");
  const [ana, omar, sanna] = [
    connect("Ana"),
    connect("Omar"),
    connect("Sanna"),
  ];
  await ana.join();
  await omar.join({ ref: 7 });
  const pages = () => log.reads.filter((read) => read === "page").length;
  assertEquals(pages(), 1);
  const [frame] = omar.socket.frames;
  assertEquals(frame, { ...ana.socket.frames[0]!, ref: 7 } as typeof frame);
  post("two");
  await until(() => ana.socket.seqs.length === 1);
  await sanna.join();
  assertEquals(pages(), 2);
  const [newest] = sanna.socket.frames;
  assert(newest?.type === "messages");
  assertEquals(newest.messages.length, 2);
});

Deno.test("ChatHub sends no snapshot to a reader who left while it was read [D1]", async () => {
  const { log, connect, hub, post } = setUp();
  log.post("before");
  const omar = connect("Omar");
  await omar.join();
  const ana = connect("Ana");
  // Else the last snapshot would do.
  post("meanwhile");
  await until(() => omar.socket.seqs.length === 1);
  const release = log.hold();
  log.reads.length = 0;
  const joined = ana.join();
  await until(() => log.reads.at(-1) === "page");
  hub.leave(ana.connection, "room");
  release();
  await joined;
  await turns();
  assertEquals(ana.socket.sent, []);
});

Deno.test("ChatHub waits while 64 KiB are buffered, then sends what was missed [D3]", async () => {
  const { connect, post } = setUp();
  const slow = connect("Omar");
  const quick = connect("Ana");
  await slow.join();
  await quick.join();
  slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
  for (let i = 0; i < MANY; i++) post(`${i}`);
  await until(() => quick.socket.seqs.length === MANY);
  assertEquals(slow.socket.seqs, []);
  slow.socket.bufferedAmount = 0;
  await until(() => slow.socket.seqs.length === MANY);
  assertEquals(slow.socket.seqs, quick.socket.seqs);
});

Deno.test("ChatHub keeps the signals that a connection missed until it took each [D3]", async () => {
  const { connect, hub } = setUp();
  const { join, socket } = connect();
  await join();
  socket.bufferedAmount = CONNECTION_LIMITS.mark;
  const size = CONNECTION_LIMITS.mark;
  hub.signal("room", "presence", JSON.stringify("p".repeat(size)));
  hub.signal("room", "typing", '"t"');
  const before = socket.sent.length;
  socket.stalled = true;
  socket.bufferedAmount = 0;
  await until(() => socket.sent.length === before + 1);
  socket.bufferedAmount = 0;
  await until(() => socket.sent.length === before + 2);
  assertEquals(socket.sent.at(-1), '"t"');
});

Deno.test("ChatHub buffers no more than the bound for a peer that stopped reading [D3]", async () => {
  const { connect, post } = setUp();
  const stuck = connect("Omar");
  await stuck.join();
  stuck.socket.stalled = true;
  const witness = connect("Ana");
  await witness.join();
  for (let i = 0; i < 200; i++) {
    post("x".repeat(4_000));
    await turns();
  }
  await until(() => witness.socket.seqs.length === 200);
  assert(stuck.socket.bufferedAmount < CONNECTION_LIMITS.buffered);
  stuck.connection.close(1000, "");
});

Deno.test("Connection closes when answers pile up beyond 256 KiB [D3]", () => {
  const { connect } = setUp();
  const { connection, socket } = connect();
  socket.bufferedAmount = CONNECTION_LIMITS.buffered + 1;
  connection.send({ type: "pong" });
  assertEquals(socket.closed?.code, CLOSE.tooSlow);
  assertEquals(socket.sent, []);
});

Deno.test("ChatHub forgets a connection at once, however often it ends [D4]", async () => {
  const { connect, hub, post } = setUp();
  const ana = connect();
  await ana.join();
  ana.connection.close(CLOSE.restarting, "restarting");
  assertEquals(hub.counts, { rooms: 0, subscriptions: 0, slow: 0 });
  ana.connection.ended();
  ana.connection.ended();
  post("to nobody");
  await turns();
  assertEquals(ana.socket.seqs, []);
});

Deno.test("ChatHub drops deleted text from the ring [L7]", async () => {
  const { log, connect, hub, post } = setUp();
  const ana = connect();
  await ana.join();
  post("secret");
  await until(() => ana.socket.seqs.length === 1);
  log.delete("m1");
  hub.ring("room");
  await until(() => ana.socket.seqs.length === 2);
  const late = connect("Omar");
  await late.join({ after: 0, afterId: "", epoch: log.epoch });
  await until(() => late.socket.seqs.length === 2);
  assert(!late.socket.sent.join().includes("secret"));
});

Deno.test("ChatHub delivers after the log could not be read for a while [L6]", async () => {
  const { log, connect, errors, post } = setUp();
  const ana = connect();
  await ana.join();
  log.failure = new Error("The log can't be read");
  post("one");
  await until(() => errors.length > 0);
  log.failure = undefined;
  await until(() => ana.socket.seqs.length === 1);
});

for (const failure of [new Error("lost"), new Refusal("unavailable")]) {
  Deno.test(`ChatHub reads a page again that could not be read: ${failure.message} [D1, L6]`, async () => {
    const { log, connect, errors } = setUp();
    // More than is read into a ring.
    for (let i = 0; i < 600; i++) log.post(`${i}`);
    await connect("Omar").join();
    log.failure = failure;
    const ana = connect();
    await ana.join({ after: 0, afterId: "", epoch: log.epoch });
    await until(() => errors.length > 0);
    log.failure = undefined;
    await until(() => ana.socket.seqs.length === 600);
    assertEquals(ana.socket.seqs, log.rooms.get("room")!.map(({ seq }) => seq));
  });
}

Deno.test("ChatHub settles though a room that was being opened can't be read", async () => {
  const { log, connect, hub } = setUp();
  const release = log.hold();
  const joined = assertRejects(() => connect().join(), Refusal);
  log.failure = new Error("The log can't be read");
  const settled = hub.settled();
  release();
  await Promise.all([joined, settled]);
});

Deno.test("ChatHub resets who comes no nearer to the head within twenty pages [D1]", async () => {
  const { log, connect, hub } = setUp();
  for (let i = 0; i < HUB_LIMITS.replay; i++) log.post(`${i}`);
  const read = log.read.bind(log);
  log.read = async (room, options) => {
    const page = await read(room, options);
    if (options.limit !== HUB_LIMITS.pageEntries) return page;
    // Meanwhile there comes twice as much as a page has.
    for (let i = 0; i < 2 * HUB_LIMITS.pageEntries; i++) log.post("more");
    hub.ring("room");
    return page;
  };
  const ana = connect();
  await ana.join({ after: 0, afterId: "", epoch: log.epoch });
  await until(() => ana.socket.frames.some(({ type }) => type === "messages"));
  const pages = ana.socket.frames.filter((frame) =>
    frame.type === "entries" && frame.entries.length > 0
  );
  assertEquals(pages.length, HUB_LIMITS.pages);
  ana.connection.close(1000, "");
});

Deno.test("ChatHub keeps below what closes a connection that is caught up by the ring [D3]", async () => {
  const { connect, post } = setUp();
  const slow = connect("Omar");
  const quick = connect("Ana");
  await slow.join();
  await quick.join();
  slow.socket.stalled = true;
  slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
  const body = "x".repeat(RING_LIMITS.size / 100);
  for (let i = 0; i < 90; i++) post(body);
  await until(() => quick.socket.seqs.length === 90);
  slow.socket.bufferedAmount = CONNECTION_LIMITS.mark - 1;
  await until(() => slow.socket.seqs.length > 0);
  slow.connection.send({ type: "pong" });
  assertEquals(slow.socket.closed, undefined);
  slow.socket.stalled = false;
  slow.socket.bufferedAmount = 0;
  await until(() => slow.socket.seqs.length === 90);
});

Deno.test("ChatHub keeps no more in all rings together than their bound", async () => {
  const { log, connect, hub } = setUp();
  const body = "x".repeat(8_000);
  const each = Math.ceil(RING_LIMITS.size / body.length);
  const count = Math.ceil(HUB_LIMITS.rings / RING_LIMITS.size) + 2;
  const rooms = Array.from({ length: count }, (_, index) => `room ${index}`);
  const ana = connect();
  for (const room of rooms) {
    log.rooms.set(room, []);
    await hub.join(ana.connection, { room });
    const entries = Array.from({ length: each }, () => log.post(body, room));
    hub.ring(room, entries, entries.at(-1)!.seq);
  }
  await hub.settled();
  /** How a reader who has all but the newest is served. */
  const readsOf = async (room: string) => {
    log.reads.length = 0;
    const at = { after: each - 1, afterId: `m${each - 1}`, epoch: log.epoch };
    const omar = connect("Omar");
    await hub.join(omar.connection, { room, ...at });
    await until(() => omar.socket.seqs.length === 1);
    return log.reads.length;
  };
  assertEquals(await readsOf(rooms.at(-1)!), 0);
  assert(await readsOf(rooms[0]!) > 0);
});

Deno.test("ChatHub refuses to join a room that isn't there, and keeps nothing of it", async () => {
  const { connect, hub } = setUp();
  const ana = connect();
  const refusal = await assertRejects(
    () => ana.join({ room: "elsewhere" }),
    Refusal,
  );
  assertEquals(refusal.code, "no_room");
  assertEquals(hub.counts, { rooms: 0, subscriptions: 0, slow: 0 });
});

Deno.test("Requests of a connection wait until it has read the answers [D3]", async () => {
  const { hub } = setUp();
  const handled: unknown[] = [];
  const socket = new FakeSocket();
  const connection = new Connection(socket, fakeSession(), {
    handle: (_, { ref }) => Promise.resolve(void handled.push(ref)),
    onClose: (connection) => hub.remove(connection),
    whenReady: (connection) => hub.whenReady(connection),
  });
  socket.bufferedAmount = CONNECTION_LIMITS.mark;
  connection.receive('{"type":"ping","ref":1}');
  connection.receive('{"type":"ping","ref":2}');
  await turns();
  assertEquals(handled, []);
  socket.bufferedAmount = 0;
  await until(() => handled.length === 2);
  socket.bufferedAmount = CONNECTION_LIMITS.mark;
  connection.receive('{"type":"ping","ref":3}');
  await turns();
  connection.ended();
  await turns();
  assertEquals(handled, [1, 2]);
});
