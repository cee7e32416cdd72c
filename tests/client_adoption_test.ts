/** What a client does with rows that its outbox keeps, adopts and loses. */
import { assertEquals } from "@std/assert";
import { type Claim, MemoryOutbox } from "../lib/client/outbox.ts";
import type { OutboxRow } from "../lib/client/outbox.ts";
import { me, messages, Stage } from "./support/client_fakes.ts";

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

const row = (id: string, at: number): OutboxRow => ({
  ...{ id, at, room: "r1", kind: "post", body: id },
});

/** An outbox whose writes end, and whose claims bring, what the test says. */
class SharedOutbox extends MemoryOutbox {
  override readonly durable = true;
  readonly claimEvery = 5_000;
  readonly writes: PromiseWithResolvers<void>[] = [];
  claims: Claim[] = [];
  claimed = 0;
  left = 0;
  slow = false;

  override add(row: OutboxRow): void | Promise<void> {
    super.add(row);
    if (!this.slow) return;
    this.writes.push(Promise.withResolvers());
    return this.writes.at(-1)!.promise;
  }

  override claim(): Claim {
    this.claimed++;
    return this.claims.shift() ?? { adopted: [], lost: [] };
  }

  leave(): void {
    this.left++;
  }
}

async function inRoom(outbox: SharedOutbox) {
  const stage = new Stage({ me: me(), outbox });
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  socket.receive(messages(1, 1, { ref: socket.of("join")[0]!.ref! }));
  await stage.clock.tick(0);
  return { stage, socket, state, client: stage.client };
}

Deno.test("ChatClient shows a row at once and sends it when it is stored [C1]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, state, client } = await inRoom(outbox);
  outbox.slow = true;
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  assertEquals(ids(state.pending), [a, b]);
  assertEquals(socket.of("post"), []);
  outbox.writes[0]!.resolve();
  await stage.clock.tick(0);
  assertEquals(ids(socket.of("post")), [a]);
  socket.receive({ type: "posted", ref: a, room: "r1", id: a, seq: 2 });
  assertEquals(ids(socket.of("post")), [a]);
  outbox.writes[1]!.reject(new Error("QuotaExceeded"));
  await stage.clock.tick(0);
  assertEquals(ids(socket.of("post")), [a, b], "what can't be stored goes too");
  assertEquals(client.lastError?.code, "outbox");
});

Deno.test("ChatClient puts adopted rows among its own by time, and sends them once [C1]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, state, client } = await inRoom(outbox);
  socket.drop(1001);
  const now = stage.clock.now();
  const own = client.post("r1", "own");
  const adopted = [row("early", now - 5), row("late", now + 5)];
  outbox.claims = [{ adopted, lost: [] }, { adopted, lost: [] }];
  await stage.clock.tick(5_000);
  client.wake();
  await stage.clock.tick(0);
  assertEquals(ids(state.pending), ["early", own, "late"]);
  stage.socket.accept();
  for (const [i, id] of ["early", own, "late"].entries()) {
    const { socket } = stage;
    assertEquals(ids(socket.of("post")).at(-1), id);
    socket.receive({ type: "posted", ref: id, room: "r1", id, seq: i + 2 });
  }
  assertEquals(stage.socket.of("post").length, 3);
});

Deno.test("ChatClient sends adopted rows after the one for which the server waits [C1, L4]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, client } = await inRoom(outbox);
  const own = client.post("r1", "own");
  socket.receive({
    ...{ type: "error", ref: own, id: own, room: "r1", code: "too_fast" },
    ...{ message: "", retry: true, wait: 6_000 },
  });
  outbox.claims = [{ adopted: [row("early", 1)], lost: [] }];
  await stage.clock.tick(6_000);
  assertEquals(ids(socket.of("post")), [own, own]);
  socket.receive({ type: "posted", ref: own, room: "r1", id: own, seq: 2 });
  assertEquals(ids(socket.of("post")), [own, own, "early"]);
});

Deno.test("ChatClient neither shows nor sends what another tab adopted, and loses nothing else [C1]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, state, client } = await inRoom(outbox);
  socket.drop(1001);
  const [a, b] = [client.post("r1", "a"), client.post("r1", "b")];
  outbox.claims = [{ adopted: [], lost: [a, "unknown"] }];
  await stage.clock.tick(5_000);
  assertEquals(ids(state.pending), [b]);
  assertEquals(ids(outbox.all()), [a, b], "it is not this tab's to remove");
  const next = await stage.reconnect();
  assertEquals(ids(next.of("post")), [b]);
});

Deno.test("ChatClient keeps showing what was acknowledged, though storage has it no more [C1]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, state, client } = await inRoom(outbox);
  const id = client.post("r1", "a");
  socket.receive({ type: "posted", ref: id, room: "r1", id, seq: 2 });
  outbox.claims = [{ adopted: [], lost: [id] }];
  await stage.clock.tick(5_000);
  assertEquals(ids(state.pending), [id]);
});

Deno.test("ChatClient claims every few seconds and when the tab comes back, until it stops", async () => {
  const outbox = new SharedOutbox();
  const { stage, client } = await inRoom(outbox);
  assertEquals(outbox.claimed, 1);
  await stage.clock.tick(10_000);
  assertEquals(outbox.claimed, 3);
  client.wake();
  assertEquals(outbox.claimed, 4);
  client.leave();
  assertEquals(outbox.left, 1);
  client.stop();
  client.wake();
  await stage.clock.tick(20_000);
  assertEquals(outbox.claimed, 4);
});

Deno.test("ChatClient leaves its rows to other tabs when its session ended [C1]", async () => {
  const outbox = new SharedOutbox();
  const { stage, socket, state, client } = await inRoom(outbox);
  const id = client.post("r1", "a");
  socket.drop(4500);
  await stage.clock.tick(20_000);
  assertEquals([outbox.claimed, outbox.left], [1, 1]);
  assertEquals(ids(state.pending), [id], "it stays in sight");
});
