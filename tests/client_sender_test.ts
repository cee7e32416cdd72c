import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryOutbox, type OutboxRow } from "../lib/client/outbox.ts";
import {
  type ClientFrame,
  type Entry,
  type ErrorCode,
  LIMITS,
} from "../lib/protocol.ts";
import {
  type FakeSocket,
  me,
  messages,
  posted,
  Stage,
} from "./support/client_fakes.ts";
import { entries } from "./support/client_fakes.ts";

/** A connected client with room r1 on screen and `count` messages. */
async function inRoom(count: number, outbox = new MemoryOutbox()) {
  const stage = new Stage({ me: me(), outbox });
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  socket.receive(messages(1, count, { ref: socket.of("join")[0]!.ref! }));
  await stage.clock.tick(0);
  return { stage, socket, state, client: stage.client, outbox };
}

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

function refuse(
  socket: FakeSocket,
  id: string,
  code: ErrorCode,
  retry: boolean,
  wait?: number,
): void {
  socket.receive({
    ...{ type: "error", ref: id, id, room: "r1", code, message: "", retry },
    ...(wait === undefined ? {} : { wait }),
  });
}

const ack = (socket: FakeSocket, id: string, seq: number) =>
  socket.receive({ type: "posted", ref: id, room: "r1", id, seq });

Deno.test("ChatClient shows a post at once, sends it and replaces it by its message [C1]", async () => {
  const { stage, socket, state, client, outbox } = await inRoom(1);
  const id = client.post("r1", "hello \r\n");
  assertEquals(ids(state.pending), [id]);
  const [post] = socket.of("post");
  assertEquals([post!.id, post!.body], [id, "hello"]);
  ack(socket, id, 2);
  assertEquals(ids(state.pending), [id], "shown until its entry comes");
  socket.receive(entries([posted(2, { id, author: "p1" })]));
  assertEquals(state.pending, []);
  assertEquals(ids(state.messages), ["id-1", id]);
  await stage.clock.tick(0);
  assertEquals(outbox.all(), []);
});

Deno.test("ChatClient has one post under way in each room, in order [C1]", async () => {
  const { socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  const other = client.post("r2", "c");
  assertEquals(ids(socket.of("post")), [a, other]);
  ack(socket, a, 2);
  assertEquals(ids(socket.of("post")), [a, other, b]);
});

Deno.test("ChatClient posts while offline and sends when connected [C1]", async () => {
  const stage = new Stage();
  const state = stage.client.open("r1");
  const id = stage.client.post("r1", "early");
  assertEquals(ids(state.pending), [id]);
  const socket = await stage.connect();
  await stage.clock.tick(0);
  assertEquals(ids(socket.of("post")), [id]);
});

Deno.test("ChatClient sends again what was not acknowledged, after the joins [C1, L3]", async () => {
  const { stage, socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  socket.drop(1001);
  const next = await stage.reconnect();
  assertEquals(next.sent.map(({ type }) => type), ["join", "post"]);
  ack(next, a, 2);
  assertEquals(ids(next.of("post")), [a, b]);
});

Deno.test("ChatClient does not send again what the log shows, acknowledged or not [C1]", async () => {
  const { stage, socket, client, outbox } = await inRoom(1);
  const id = client.post("r1", "a");
  socket.receive(entries([posted(2, { id })]));
  socket.drop(1001);
  const next = await stage.reconnect();
  assertEquals(next.of("post"), []);
  await stage.clock.tick(0);
  assertEquals(outbox.all(), []);
});

Deno.test("ChatClient takes over what an earlier run left in the outbox, in order [C1]", async () => {
  const outbox = new MemoryOutbox();
  const row: OutboxRow = {
    id: "a",
    room: "lobby",
    kind: "post",
    body: "a",
    at: 1,
  };
  outbox.add(row);
  outbox.add({ ...row, id: "bad", failed: "too_long" });
  outbox.add({ id: "d", room: "r1", kind: "delete", message: "id-1", at: 2 });
  const stage = new Stage({ me: me(), outbox });
  const state = stage.client.open("r1");
  const fresh = stage.client.post("r1", "b");
  const socket = await stage.connect();
  await stage.clock.tick(0);
  assertEquals(ids(state.pending), ["a", "bad", fresh]);
  assertEquals(state.pending.map((row) => row.state), [
    "pending",
    "failed",
    "pending",
  ]);
  ack(socket, "a", 1);
  ack(socket, "d", 2);
  const sent = socket.sent.filter((frame) => "id" in frame);
  assertEquals(sent.map(({ type }) => type), ["post", "delete", "post"]);
  assertEquals(ids(sent as { id: string }[]), ["a", "d", fresh]);
});

Deno.test("ChatClient keeps every row where a slug turns out to be a room it holds, failed ones too [C1]", async () => {
  const outbox = new MemoryOutbox();
  const row = { room: "r1", kind: "post", body: "a", at: 1 } as const;
  outbox.add({ ...row, id: "bad", failed: "muted" });
  outbox.add({ ...row, id: "worse", at: 2, failed: "muted" });
  outbox.add({ ...row, id: "a", at: 3 });
  const stage = new Stage({ outbox });
  const { client } = stage;
  const socket = await stage.connect();
  await stage.clock.tick(0);
  const state = client.open("lobby");
  socket.receive(messages(1, 1, { ref: socket.of("join")[0]!.ref! }));
  assertEquals(client.rooms.get("r1"), state);
  assertEquals(state.pending.map(({ id, state, code }) => [id, state, code]), [
    ["bad", "failed", "muted"],
    ["worse", "failed", "muted"],
    ["a", "pending", undefined],
  ]);
  assertEquals(ids(socket.of("post")), ["a"], "it is under way already");
  ack(socket, "a", 2);
  socket.receive(entries([posted(2, { id: "a" })]));
  client.retry("r1", "bad");
  client.cancel("r1", "worse");
  assertEquals(ids(socket.of("post")), ["a", "bad"]);
  ack(socket, "bad", 3);
  socket.receive(entries([posted(3, { id: "bad" })]));
  assertEquals([state.pending, outbox.all()], [[], []]);
  assertEquals(client.rooms.size, 1);
});

Deno.test("ChatClient waits for what was refused under a slug before it sends by the room's id [L4]", async () => {
  const stage = new Stage();
  const { client } = stage;
  const socket = await stage.connect();
  await stage.clock.tick(0);
  const state = client.open("r1");
  socket.receive(messages(1, 1, { ref: socket.of("join")[0]!.ref! }));
  const a = client.post("lobby", "a");
  const bad = client.post("lobby", "x".repeat(LIMITS.bodyCodePoints + 1));
  refuse(socket, a, "too_fast", true, 3_000);
  socket.receive(me());
  const b = client.post("r1", "b");
  assertEquals(ids(state.pending), [a, bad, b]);
  await stage.clock.tick(2_999);
  assertEquals(ids(socket.of("post")), [a]);
  await stage.clock.tick(1);
  assertEquals(ids(socket.of("post")), [a, a]);
  ack(socket, a, 2);
  assertEquals(ids(socket.of("post")), [a, a, b]);
});

Deno.test("ChatClient sends nothing again whose acknowledgement tells the room's id [C1]", async () => {
  const outbox = new MemoryOutbox();
  const stage = new Stage({ outbox });
  const socket = await stage.connect();
  await stage.clock.tick(0);
  const state = stage.client.open("r1");
  socket.receive(messages(1, 1, { ref: socket.of("join")[0]!.ref! }));
  const a = stage.client.post("lobby", "a");
  ack(socket, a, 2);
  await stage.clock.tick(20_000);
  assertEquals(ids(socket.of("post")), [a]);
  assertEquals(ids(state.pending), [a], "shown until its entry comes");
  socket.receive(entries([posted(2, { id: a })]));
  assertEquals([state.pending, outbox.all()], [[], []]);
});

Deno.test("ChatClient repeats a refused post before later ones, after the wait it was given [L4]", async () => {
  const { stage, socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  refuse(socket, a, "too_fast", true, 3000);
  await stage.clock.tick(2_999);
  assertEquals(ids(socket.of("post")), [a]);
  await stage.clock.tick(1);
  assertEquals(ids(socket.of("post")), [a, a]);
  refuse(socket, a, "unavailable", true);
  await stage.clock.tick(500);
  assertEquals(ids(socket.of("post")), [a, a, a]);
  ack(socket, a, 2);
  assertEquals(ids(socket.of("post")), [a, a, a, b]);
});

Deno.test("ChatClient shows what was refused for good as failed and goes on [C1]", async () => {
  const { stage, socket, state, client, outbox } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  refuse(socket, a, "not_yours", false);
  assertEquals(ids(socket.of("post")), [a, b]);
  assertEquals([state.pending[0]!.state, state.pending[0]!.code], [
    "failed",
    "not_yours",
  ]);
  assertEquals(client.lastError?.code, "not_yours");
  await stage.clock.tick(0);
  assertEquals(outbox.all()[0]!.failed, "not_yours");
  ack(socket, b, 2);
  client.retry("r1", a);
  assertEquals(ids(socket.of("post")), [a, b, a]);
  assertEquals(state.pending.map(({ state }) => state), ["pending", "pending"]);
  refuse(socket, a, "not_yours", false);
  client.cancel("r1", a);
  assertEquals(ids(state.pending), [b]);
  await stage.clock.tick(0);
  assertEquals(outbox.all(), []);
});

Deno.test("ChatClient fails a post that is too long without sending it", async () => {
  const { socket, state, client } = await inRoom(1);
  client.post("r1", "x".repeat(8_001));
  assertEquals(state.pending[0]!.code, "too_long");
  assertEquals(socket.of("post"), []);
});

Deno.test("ChatClient withdraws a refused post that arrived by another way [L4]", async () => {
  const { socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  refuse(socket, a, "too_fast", true, 60_000);
  socket.receive(entries([posted(2, { id: a, author: "p1" })]));
  assertEquals(ids(socket.of("withdraw")), [a]);
  assertEquals(socket.of("post").at(-1)!.id, b);
});

Deno.test("ChatClient withdraws a post that arrived by another way and is refused only then [L4]", async () => {
  const { socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  socket.receive(entries([posted(2, { id: a, author: "p1" })]));
  assertEquals(socket.of("post").at(-1)!.id, b);
  refuse(socket, a, "internal", true);
  assertEquals(ids(socket.of("withdraw")), [a]);
});

Deno.test("ChatClient withdraws a refused post that is given up, so that later ones go [L4]", async () => {
  const { socket, state, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  refuse(socket, a, "too_fast", true, 60_000);
  client.cancel("r1", a);
  const tail = socket.sent.slice(-2).map((
    frame,
  ) => [frame.type, (frame as { id: string }).id]);
  assertEquals(tail, [["withdraw", a], ["post", b]]);
  assertEquals(ids(state.pending), [b]);
});

Deno.test("ChatClient lets a given up post have its answer before the next goes [L4]", async () => {
  const { socket, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  client.cancel("r1", a);
  assertEquals(ids(socket.of("post")), [a]);
  refuse(socket, a, "too_fast", true, 60_000);
  assertEquals(socket.of("withdraw").length, 1);
  assertEquals(ids(socket.of("post")), [a, b]);
});

Deno.test("ChatClient marks edits and deletes until their entries come [C1, C2]", async () => {
  const { socket, state, client } = await inRoom(2);
  const edit = client.edit("r1", "id-1", "new");
  assertEquals(state.changes.get("id-1")?.body, "new");
  assertEquals(state.messages[0]!.body, "body 1");
  assertEquals(socket.of("edit")[0]!.message, "id-1");
  ack(socket, edit, 3);
  assert(state.changes.has("id-1"));
  socket.receive(entries([{
    ...{ kind: "edited", seq: 3, id: edit, at: 3, posts: 2, author: "p1" },
    ...{ name: "Ada", message: "id-1", body: "new" },
  }]));
  assertEquals([state.changes.size, state.messages[0]!.body], [0, "new"]);
  const gone = client.delete("r1", "id-2");
  refuse(socket, gone, "not_yours", false);
  assertEquals(state.changes.get("id-2")?.state, "failed");
  client.delete("r1", "id-2");
  const again = socket.of("delete").at(-1)!.id;
  refuse(socket, again, "deleted", false);
  assertEquals(state.changes.size, 0, "somebody deleted it already");
});

Deno.test("ChatClient gives up a message at which the server complains, and sends the rest [C1]", async () => {
  for (const code of [1002, 1003, 1007, 1008, 1009, 1010]) {
    const { stage, socket, state, client } = await inRoom(1);
    const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
    socket.drop(code);
    const next = await stage.reconnect();
    assertEquals(ids(next.of("post")), [b]);
    assertEquals([state.pending[0]!.id, state.pending[0]!.code], [a, "poison"]);
  }
});

Deno.test("ChatClient gives up a message right after which the connection broke twice [C1]", async () => {
  const { stage, socket, state, client } = await inRoom(1);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  socket.drop(1006);
  const second = await stage.reconnect();
  assertEquals(ids(second.of("post")), [a]);
  second.drop(1006);
  const third = await stage.reconnect();
  assertEquals(ids(third.of("post")), [b]);
  assertEquals(state.pending[0]!.code, "poison");
});

Deno.test("ChatClient blames no message for restarts, silence or a break much later [C1]", async () => {
  const { stage, socket, state, client } = await inRoom(1);
  client.post("r1", "a");
  socket.drop(4000, "restarting 100");
  (await stage.reconnect()).drop(1012);
  await stage.reconnect();
  await stage.clock.tick(40_000);
  for (let i = 0; i < 4; i++) {
    await stage.reconnect();
    await stage.clock.tick(3_500);
    stage.socket.drop(1006);
  }
  const last = await stage.reconnect();
  assertEquals(last.of("post").length, 1);
  assertEquals(state.pending[0]!.state, "pending");
});

Deno.test("ChatClient finds the one to blame among posts to several rooms [C1]", async () => {
  const { stage, socket, state, client } = await inRoom(1);
  const good = client.post("r1", "good");
  const bad = client.post("r2", "bad");
  socket.drop(1009);
  const next = await stage.reconnect();
  assertEquals(ids(next.of("post")), [good], "one at a time");
  ack(next, good, 2);
  assertEquals(ids(next.of("post")), [good, bad]);
  next.drop(1009);
  assertEquals(client.rooms.get("r2")!.pending[0]!.code, "poison");
  assertEquals(state.pending.map(({ state }) => state), ["pending"]);
});

Deno.test("ChatClient sends again what a restored database no longer knows [C1, L9]", async () => {
  const { stage, socket, state, client } = await inRoom(1);
  const id = client.post("r1", "a");
  ack(socket, id, 2);
  socket.drop(1001);
  const next = await stage.reconnect();
  next.receive(messages(1, 1, { ref: next.of("join")[0]!.ref!, epoch: "e2" }));
  assertEquals(ids(next.of("post")), [id]);
  assertEquals(ids(state.pending), [id]);
});

Deno.test("ChatClient posts to a room that is not on screen and forgets it afterwards", async () => {
  const { socket, client } = await inRoom(1);
  const id = client.post("r2", "hi");
  socket.receive({ type: "posted", ref: id, room: "r2", id, seq: 7 });
  assertEquals(client.rooms.get("r2")!.pending, []);
});

Deno.test("ChatClient keeps no acknowledged row of a room that left the screen", async () => {
  const { socket, state, client } = await inRoom(1);
  ack(socket, client.post("r1", "a"), 2);
  assertEquals(state.pending.length, 1);
  client.close("r1");
  assertEquals(state.pending, []);
});

Deno.test("ChatClient reports an outbox that fails, and sends nevertheless", async () => {
  const { socket, client, stage } = await inRoom(
    1,
    Object.assign(new MemoryOutbox(), {
      add: () => Promise.reject(new Error("QuotaExceeded")),
    }),
  );
  client.post("r1", "a");
  await stage.clock.tick(0);
  assertEquals(socket.of("post").length, 1);
  assertEquals(client.lastError?.code, "outbox");
});

Deno.test("ChatClient refuses to keep more than a thousand rows in one room", () => {
  const { client } = new Stage();
  for (let i = 0; i < 1_000; i++) client.post("r1", "x");
  assertThrows(() => client.post("r1", "x"), RangeError);
});

// --- The law, with a server that follows L1, L3 and L4 --------------------------

type Misfortune = "none" | "lose request" | "lose answer" | "refuse" | "skip";

class ModelServer {
  readonly log: Entry[] = [];
  misfortune: Misfortune = "none";
  #sent = 0;
  #joined = false;
  #blocked: string | null = null;
  #others = 0;

  constructor(readonly stage: Stage) {}

  accept(): void {
    const { socket } = this.stage;
    this.#joined = false;
    this.#blocked = null;
    socket.onFrame = (frame) => this.#handle(socket, frame);
    socket.accept();
  }

  write(id: string, author: string): Entry {
    const known = this.log.find((entry) => entry.id === id);
    if (known) return known;
    const entry = posted(this.log.length + 1, { id, author });
    this.log.push(entry);
    return entry;
  }

  writeOther(): void {
    this.write(`other-${this.#others++}`, "other");
    this.deliver();
  }

  deliver(): void {
    const { socket } = this.stage;
    if (!this.#joined || socket.readyState !== 1) return;
    const all = this.log.slice(this.#sent);
    this.#sent = this.log.length;
    if (this.misfortune === "skip") return;
    if (all.length > 0) socket.receive(entries(all));
  }

  #handle(socket: FakeSocket, frame: ClientFrame): void {
    if (this.misfortune === "lose request") return;
    if (frame.type === "join") {
      this.#join(socket, frame.ref as number, frame.after);
    }
    if (frame.type === "post") this.#post(socket, frame.id);
    if (frame.type === "withdraw" && this.#blocked === frame.id) {
      this.#blocked = null;
    }
  }

  #join(socket: FakeSocket, ref: number, after?: number): void {
    this.#joined = true;
    this.#sent = this.log.length;
    if (after !== undefined) {
      return socket.receive(entries(this.log.slice(after), ref));
    }
    const { log } = this;
    const list = log.map(({ kind: _, ...entry }) => ({
      ...entry,
      rev: entry.seq,
    }));
    socket.receive(messages(1, log.length, {
      ...{ ref, id: log.at(-1)?.id ?? "", more: false },
      messages: list as never,
    }));
  }

  #post(socket: FakeSocket, id: string): void {
    const blocked = this.#blocked !== null && this.#blocked !== id;
    assert(!blocked, "the client repeats the refused post first");
    if (this.misfortune === "refuse" && !this.log.some((e) => e.id === id)) {
      this.#blocked = id;
      return refuse(socket, id, "too_fast", true, 500);
    }
    this.#blocked = null;
    const { seq } = this.write(id, "p1");
    if (this.misfortune === "lose answer") return;
    if (seq % 2) this.deliver();
    ack(socket, id, seq);
    this.deliver();
  }
}

const misfortunes = [
  "none",
  "lose request",
  "lose answer",
  "refuse",
  "skip",
] as const;

Deno.test("ChatClient brings every post into the log once and in order, whatever gets lost [C1, C2, L3]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          what: fc.constantFrom(
            "post",
            "post",
            "post",
            "other",
            "break",
            "wait",
            "fate",
          ),
          fate: fc.constantFrom<Misfortune>(...misfortunes),
        }),
        { maxLength: 40 },
      ),
      async (steps) => {
        const stage = new Stage({ me: me() });
        const server = new ModelServer(stage);
        const state = stage.client.open("r1");
        stage.client.start();
        await stage.clock.tick(0);
        server.accept();
        const mine: string[] = [];
        const reconnect = async () => {
          const { retryAt } = stage.client;
          if (retryAt !== null) {
            await stage.clock.tick(retryAt - stage.clock.now());
          }
          server.accept();
        };
        for (const { what, fate } of steps) {
          if (what === "post") mine.push(stage.client.post("r1", "x"));
          if (what === "other") server.writeOther();
          if (what === "fate") server.misfortune = fate;
          if (what === "wait") await stage.clock.tick(700);
          if (what === "break") {
            stage.socket.drop(1001);
            await reconnect();
          }
          await stage.clock.tick(0);
          const shown = [...ids(state.messages), ...ids(state.pending)];
          assertEquals(new Set(shown).size, shown.length, "nothing is doubled");
          for (const id of mine) assert(shown.includes(id), "nothing vanishes");
        }
        server.misfortune = "none";
        stage.socket.drop(1001);
        await reconnect();
        server.writeOther();
        await stage.clock.tick(2_000);
        server.writeOther();
        await stage.clock.tick(2_000);
        const own = ids(server.log).filter((id) => mine.includes(id));
        assertEquals(own, mine);
        assertEquals(ids(state.messages), ids(server.log));
        assertEquals(state.pending, []);
        stage.client.stop();
        assertEquals(stage.clock.pending, 0);
      },
    ),
    { numRuns: 200 },
  );
});
