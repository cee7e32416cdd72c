import { assert, assertEquals } from "@std/assert";
import { backoff, namedDelay } from "../lib/client/backoff.ts";
import { CLOSE } from "../lib/protocol.ts";
import { messages, settled, Stage } from "./support/client_fakes.ts";

Deno.test("ChatClient offers the subprotocol, and a program's token as a second [C3]", async () => {
  const stage = new Stage({ token: "abc" });
  await stage.connect();
  assertEquals(stage.socket.protocols, ["atoll.v1", "atoll.token.abc"]);
});

Deno.test("ChatClient shows each state of its socket [C3]", async () => {
  const { client, clock, ...stage } = new Stage();
  assertEquals([client.status, client.readyState], ["connecting", 3]);
  client.start();
  assertEquals([client.status, client.readyState], ["connecting", 0]);
  const first = stage.sockets[0]!;
  first.accept();
  assertEquals([client.status, client.readyState], ["connected", 1]);
  first.readyState = 2;
  assertEquals([client.status, client.readyState], ["reconnecting", 2]);
  first.drop(1001);
  assertEquals([client.status, client.readyState], ["reconnecting", 3]);
  assertEquals(client.retryAt, clock.now() + 250);
  await clock.tick(250);
  assertEquals([client.status, client.readyState], ["reconnecting", 0]);
  client.stop();
  assertEquals([client.status, client.readyState], ["offline", 3]);
  assertEquals(clock.pending, 0);
});

Deno.test("ChatClient waits longer after each failure, 5 s at first and later half a minute, with jitter [C3]", () => {
  const bounds = [0, 1, 2, 3, 4, 23, 24, 50].map((n) => backoff(n, 1));
  const expected = [500, 1000, 2000, 4000, 5000, 5000, 30000, 30000];
  assertEquals(bounds, expected);
  assertEquals(backoff(6, 0.1), 500);
  assertEquals(backoff(6, 0), 0);
});

Deno.test("ChatClient waits as long as the server's close reason says [C3]", async () => {
  assertEquals(namedDelay("restarting 830"), 830);
  assertEquals(namedDelay("restarting"), null);
  assertEquals(namedDelay("restarting -5"), null);
  assertEquals(namedDelay("restarting 9999999"), 60_000);
  const stage = new Stage();
  (await stage.connect()).drop(CLOSE.restarting, "restarting 830");
  assertEquals(stage.client.retryAt, stage.clock.now() + 830);
  await stage.clock.tick(829);
  assertEquals(stage.sockets.length, 1);
  await stage.clock.tick(1);
  assertEquals(stage.sockets.length, 2);
});

Deno.test("ChatClient backs off from a server that accepts and closes at once [C3]", async () => {
  const stage = new Stage();
  (await stage.connect()).drop();
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    waits.push(stage.client.retryAt! - stage.clock.now());
    (await stage.reconnect()).drop();
  }
  assertEquals(waits, [250, 500, 1000]);
  await stage.reconnect();
  await stage.clock.tick(6_000);
  stage.socket.drop();
  assertEquals(stage.client.retryAt! - stage.clock.now(), 250);
});

Deno.test("ChatClient does not come back after close codes from 4500 [C3]", async () => {
  const stage = new Stage();
  (await stage.connect()).drop(CLOSE.sessionEnded, "session_ended");
  assertEquals(stage.client.status, "ended");
  assertEquals(stage.client.endedCode, CLOSE.sessionEnded);
  stage.client.wake();
  await stage.clock.tick(100_000);
  assertEquals(stage.sockets.length, 1);
  stage.client.start();
  assertEquals(stage.sockets.length, 2);
});

Deno.test("ChatClient asks for the session after a handshake that never opened [C3]", async () => {
  let answer: "valid" | "ended" | "unreachable" = "unreachable";
  let asked = 0;
  const checkSession = () => (asked++, Promise.resolve(answer));
  const stage = new Stage({ checkSession });
  stage.client.start();
  stage.socket.fail();
  stage.socket.drop();
  await settled();
  assertEquals([asked, stage.client.status], [1, "reconnecting"]);
  assertEquals(stage.client.lastError?.code, "handshake");
  answer = "ended";
  await stage.clock.tick(1000);
  stage.socket.drop();
  await settled();
  assertEquals([asked, stage.client.status], [2, "ended"]);
  assertEquals(stage.client.endedCode, CLOSE.sessionEnded);
});

Deno.test("ChatClient tells that the server lets in no more, and goes on trying [C3]", async () => {
  const checkSession = () => Promise.resolve("full" as const);
  const stage = new Stage({ checkSession });
  stage.client.start();
  stage.socket.drop();
  await settled();
  assertEquals([stage.client.status, stage.client.isFull], [
    "reconnecting",
    true,
  ]);
  await stage.clock.tick(1000);
  stage.socket.accept();
  assertEquals([stage.client.status, stage.client.isFull], [
    "connected",
    false,
  ]);
});

Deno.test("ChatClient ignores a session check that comes after a new attempt", async () => {
  let answer: (result: "ended") => void = () => {};
  const checkSession = () =>
    new Promise<"ended">((resolve) => answer = resolve);
  const stage = new Stage({ checkSession });
  stage.client.start();
  stage.socket.drop();
  stage.client.wake();
  stage.socket.accept();
  answer("ended");
  await settled();
  assertEquals(stage.client.status, "connected");
});

Deno.test("ChatClient comes back at once when the network or the tab does [C3]", async () => {
  const stage = new Stage();
  (await stage.connect()).drop();
  stage.client.wake();
  assertEquals(stage.sockets.length, 2);
  stage.socket.accept();
  stage.client.setOnline(false);
  assertEquals(stage.client.status, "connected", "a local server may be there");
  stage.socket.drop();
  await settled();
  assertEquals(stage.client.status, "offline");
  const { length } = stage.sockets;
  stage.client.setOnline(true);
  assertEquals(stage.sockets.length, length + 1);
  assertEquals(stage.client.status, "reconnecting");
});

Deno.test("ChatClient leaves a socket that fell silent, and ignores its late events [C3]", async () => {
  const stage = new Stage();
  const dead = await stage.connect();
  await stage.clock.tick(24_999);
  assertEquals(dead.of("ping").length, 0);
  await stage.clock.tick(1);
  assertEquals(dead.of("ping").length, 1);
  const { onclose, onmessage } = dead;
  await stage.clock.tick(10_000);
  assertEquals(stage.sockets.length, 2);
  assert(dead.closedByClient);
  stage.client.open("r1");
  stage.socket.accept();
  onclose!.call(dead, { code: 4500, reason: "" } as CloseEvent);
  onmessage!.call(
    dead,
    new MessageEvent("message", { data: JSON.stringify(messages(1, 3)) }),
  );
  assertEquals(stage.client.status, "connected");
  assertEquals(stage.client.rooms.get("r1")!.messages.length, 0);
});

Deno.test("ChatClient takes any frame for a sign of life", async () => {
  const stage = new Stage();
  const socket = await stage.connect();
  for (let i = 0; i < 10; i++) {
    await stage.clock.tick(25_000);
    socket.receive({ type: "pong" });
  }
  await stage.clock.tick(9_000);
  assertEquals(stage.sockets.length, 1);
  assertEquals(stage.client.status, "connected");
  assert(socket.of("ping").length >= 9);
});

Deno.test("ChatClient finds out soon after waking up whether its socket is alive", async () => {
  const stage = new Stage();
  const socket = await stage.connect();
  stage.client.wake();
  assertEquals(socket.of("ping").length, 1);
  await stage.clock.tick(4_000);
  assertEquals(stage.sockets.length, 2);
});

Deno.test("ChatClient gives up a handshake, an error or a closing that leads nowhere [C3]", async () => {
  const stage = new Stage();
  stage.client.start();
  await stage.clock.tick(15_000);
  assert(stage.sockets[0]!.closedByClient);
  await stage.clock.tick(1_000);
  assertEquals(stage.sockets.length, 2);
  stage.socket.accept();
  stage.socket.fail();
  await stage.clock.tick(2_000);
  assertEquals(stage.sockets.length, 3);
  stage.socket.accept();
  stage.socket.readyState = 2;
  await stage.clock.tick(35_000);
  assertEquals(stage.sockets.length, 4);
});

Deno.test("ChatClient survives a runtime that refuses to make a socket", async () => {
  const stage = new Stage({
    createSocket: () => {
      throw new SyntaxError("bad url");
    },
  });
  stage.client.start();
  assertEquals(stage.client.status, "reconnecting");
  assertEquals(stage.client.lastError?.code, "handshake");
  await stage.clock.tick(5_000);
  stage.client.stop();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("ChatClient counts a frame it can't read as an error and lives on", async () => {
  const stage = new Stage();
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  for (const bad of ["{", "null", "[]", '{"type":"entries"}', new Blob()]) {
    socket.receiveText(bad);
  }
  socket.receiveText(
    '{"type":"entries","room":"r1","epoch":"e","entries":[null]}',
  );
  assertEquals(stage.client.lastError?.code, "bad_server_frame");
  socket.receiveText('{"type":"reacted","room":"r1"}');
  socket.receive(messages(1, 2, { ref: socket.of("join")[0]!.ref! }));
  assertEquals(state.messages.length, 2);
  assertEquals(stage.client.status, "connected");
});

Deno.test("ChatClient tells its listeners once for all changes of a turn", async () => {
  const stage = new Stage();
  await stage.connect();
  stage.client.open("r1");
  await settled();
  let calls = 0;
  const end = stage.client.subscribe(() => calls++);
  for (let i = 0; i < 5; i++) stage.client.post("r1", `hi ${i}`);
  assertEquals(calls, 0);
  await settled();
  assertEquals(calls, 1);
  end();
  stage.client.post("r1", "hi");
  await settled();
  assertEquals(calls, 1);
});
