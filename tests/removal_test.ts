/** Who is sent out of a room gets everything up to then, and nothing behind it. */
import { assert, assertEquals, fail } from "@std/assert";
import { ChatHub } from "../lib/chat_hub.ts";
import type { Atoll } from "../lib/app.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { CONNECTION_LIMITS } from "../lib/connection.ts";
import type { Message } from "../lib/protocol.ts";
import { Guest, withAtoll } from "./support/atoll.ts";
import { FakeLog } from "./support/fake_log.ts";
import { fakeConnection } from "./support/fake_socket.ts";
import { until } from "./support/until.ts";

const WRITERS = 25;
const EACH = 40;
/** More than a room's ring holds. */
const BEFORE = 600;

interface Scene {
  atoll: Atoll;
  room: string;
  ana: Guest;
  bo: Guest;
  writers: Guest[];
  /** Posts so many from each writer, who all write at once; resolves when all are stored. */
  write(each: number): Promise<unknown>;
}

/** A private room with people who write a lot, and Bo who listens. */
async function withScene(test: (scene: Scene) => Promise<void>) {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const bo = await enter("Bo");
    const { id: room } = await atoll.rooms.create(
      ana.session,
      "Plans",
      "private",
    );
    const let_in = (guest: Guest) =>
      atoll.roomChanges.invite(ana.session, room, guest.session.person.id);
    await let_in(bo);
    const writers: Guest[] = [];
    for (let i = 0; i < WRITERS; i++) {
      const writer = await enter(`Writer ${i}`);
      await let_in(writer);
      writers.push(writer);
    }
    const write = (each: number) =>
      Promise.all(writers.map(async ({ session }) => {
        for (let i = 0; i < each; i++) {
          await atoll.messages.post({
            ...{ who: session, room, id: uuidv7() },
            body: `${session.person.name} says ${i}`,
          });
        }
      }));
    await test({ atoll, room, ana, bo, writers, write });
  });
}

/** Another connection of the same person. */
function again(atoll: Atoll, { session }: Guest): Guest {
  return new Guest(atoll, session);
}

/** Every entry from the first to the one that sent them out, in order, then the end. */
function gotExactly(guest: Guest, room: string, first: number, last: number) {
  const { frames, seqs, entries } = guest.socket;
  assertEquals(
    seqs,
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  const end = entries.at(-1)!;
  assert(end.kind === "member" && end.change === "removed");
  const errors = frames.filter((frame) => frame.type === "error");
  assertEquals(errors.map(({ code, room }) => [code, room]), [[
    "removed",
    room,
  ]]);
  const newer = frames.flatMap((frame) =>
    frame.type === "messages" ? frame.messages : []
  ).filter(({ rev }) => rev > last);
  assertEquals(newer, []);
}

Deno.test("Who is sent out amid a thousand messages gets exactly those up to then, live, slow or catching up [D5]", async () => {
  await withScene(async ({ atoll, room, ana, bo, write }) => {
    await write(BEFORE / WRITERS);
    const start = await bo.ask({ type: "join", room });
    assert(start.type === "messages" && start.seq > BEFORE);
    const slow = again(atoll, bo);
    await slow.ask({ type: "join", room });
    slow.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    // It holds the room's first entry, and stops reading on the way.
    const late = again(atoll, bo);
    const { entries } = await firstEntry(atoll, ana, room);
    late.socket.stalled = true;
    const resumed = await late.ask({
      ...{ type: "join", room, epoch: start.epoch },
      ...{ after: entries.seq, afterId: entries.id },
    });
    assertEquals(resumed.type, "entries");
    await until(() => !late.connection.ready, "the late one to stop reading");

    const written = write(EACH);
    await until(() => bo.socket.seqs.length > 100, "some to be delivered");
    await atoll.roomChanges.remove(ana.session, room, bo.session.person.id);
    await written;
    const told = await atoll.messages.page(room, { limit: 1 });
    const sent = (guest: Guest) =>
      guest.socket.frames.some(({ type }) => type === "error");
    await until(() => sent(bo), "the live one to be sent out");
    assert(!sent(slow) && !sent(late));
    slow.socket.bufferedAmount = 0;
    late.socket.stalled = false;
    late.socket.bufferedAmount = 0;
    await until(() => sent(slow) && sent(late), "the others to be sent out");

    const last = bo.socket.seqs.at(-1)!;
    assert(last < told.seq, "messages came behind the removal");
    assert(last > start.seq, "and before it");
    gotExactly(bo, room, start.seq + 1, last);
    gotExactly(slow, room, start.seq + 1, last);
    gotExactly(late, room, entries.seq + 1, last);

    // Nothing comes any more, and nothing can be asked.
    const before = [bo, slow, late].map(({ socket }) => socket.sent.length);
    await write(1);
    const refused = await bo.ask({
      ...{ type: "join", room, after: last, epoch: start.epoch },
    });
    assertEquals(refused.type === "error" && refused.code, "no_room");
    assertEquals(slow.socket.seqs.at(-1), last);
    assertEquals(late.socket.seqs.at(-1), last);
    assertEquals(bo.socket.seqs.at(-1), last);
    assert(before[0]! > 0);

    await atoll.roomChanges.invite(ana.session, room, bo.session.person.id);
    assertEquals(await everything(bo, room), await everything(ana, room));
  });
});

/** The entry that a client holds which joined the room when it was young. */
async function firstEntry(atoll: Atoll, ana: Guest, room: string) {
  const older = again(atoll, ana);
  const page = await older.ask({ type: "history", room, before: 3 });
  assert(page.type === "messages");
  const { seq, id } = page.messages[0]!;
  return { entries: { seq, id } };
}

/** All of a room's messages, page by page. */
async function everything(guest: Guest, room: string): Promise<Message[]> {
  const all: Message[] = [];
  for (let before = Number.MAX_SAFE_INTEGER;;) {
    const page = await guest.ask({
      ...{ type: "history", room, before, limit: 100 },
    });
    assert(page.type === "messages");
    all.unshift(...page.messages);
    if (!page.more) return all;
    before = page.messages[0]!.seq;
  }
}

Deno.test("Who is sent out while joining is refused, or gets what came up to then [D5]", async () => {
  await withScene(async ({ atoll, room, ana, bo, write }) => {
    for (let round = 0; round < 20; round++) {
      const guest = again(atoll, bo);
      const written = write(1);
      const joined = guest.ask({ type: "join", room });
      await atoll.roomChanges.remove(
        ana.session,
        room,
        bo.session.person.id,
      );
      const told = await atoll.messages.page(room, { limit: 50 });
      const { seq } = told.messages.findLast(({ change }) =>
        change === "removed"
      )!;
      await written;
      const answer = await joined;
      const wasSentOut = () =>
        guest.socket.frames.some(({ type }) => type === "error");
      await until(wasSentOut, "the removal to be told");
      const seen = answer.type === "messages" ? answer.seq : 0;
      assert(seen <= seq, `round ${round}: saw ${seen}, sent out at ${seq}`);
      if (guest.socket.seqs.length > 0) {
        assertEquals(guest.socket.seqs.at(-1), seq);
      }
      guest.connection.close(1000, "");
      await atoll.roomChanges.invite(ana.session, room, bo.session.person.id);
    }
  });
});

Deno.test("Who is sent out and at once let in again goes on without a hole [D5]", async () => {
  await withScene(async ({ atoll, room, ana, bo, write }) => {
    const start = await bo.ask({ type: "join", room });
    assert(start.type === "messages");
    bo.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    const { id } = bo.session.person;
    await atoll.roomChanges.remove(ana.session, room, id);
    await atoll.roomChanges.invite(ana.session, room, id);
    await write(2);
    bo.socket.bufferedAmount = 0;
    const { seq } = await atoll.messages.page(room, { limit: 1 });
    await until(() => bo.socket.seqs.at(-1) === seq, "all of it");
    assertEquals(
      bo.socket.seqs,
      Array.from({ length: seq - start.seq }, (_, i) => start.seq + 1 + i),
    );
  });
});

Deno.test("Of a page that is newer than the ring nothing is sent behind the ring's head [D5]", async () => {
  const log = new FakeLog();
  const hub = new ChatHub(log, { onError: (error) => fail(String(error)) });
  for (let i = 0; i < 350; i++) log.post(`${i}`);
  const { connection, socket } = fakeConnection({ name: "Bo" });
  const { person } = connection.session;
  const other = fakeConnection({ name: "Ana" });
  await hub.join(other.connection, { room: "room" });
  // In the log, but no doorbell rang yet.
  const { author, name, posts } = log.post("before");
  log.rooms.get("room")!.push({
    ...{ kind: "member", person, change: "removed" },
    ...{ seq: 352, id: "m352", at: 352, posts, author, name },
  });
  log.post("behind");
  // As after a rename: what the ring held is read from the log again.
  hub.dropEncoded();
  const resume = { after: 1, afterId: "m1", epoch: log.epoch };
  await hub.join(connection, { room: "room", ...resume });
  await until(() => socket.seqs.at(-1) === 350);
  hub.ring("room");
  const isOver = () => socket.frames.at(-1)?.type === "error";
  await until(isOver, "the end");
  assertEquals(socket.seqs.at(-1), 352);
  assertEquals(connection.subscriptions.size, 0);
});
