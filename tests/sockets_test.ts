/** Live sockets, with clients that nobody here wrote. */
import { assert, assertEquals } from "@std/assert";
import { WebSocket as NpmWebSocket } from "ws";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { ServerFrame } from "../lib/protocol.ts";
import { type RunningApp, testOnTransports } from "./support/app.ts";
import { exampleClient } from "./support/doc_example.ts";
import { FakeSocket } from "./support/fake_socket.ts";
import { until } from "./support/until.ts";

interface Opened {
  frames: ServerFrame[];
  protocol: string;
  send(frame: unknown): void;
  raw: NpmWebSocket;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a socket with npm's `ws`, or gives the status of the refusal. */
function open(
  { url }: RunningApp,
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<Opened | number> {
  const raw = new NpmWebSocket(
    `${url.replace("http", "ws")}/api/ws`,
    protocols,
    {
      headers,
    },
  );
  const frames: ServerFrame[] = [];
  raw.on("message", (data: unknown) => frames.push(JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    raw.on(
      "close",
      (code: number, reason: unknown) =>
        resolve({ code, reason: String(reason) }),
    )
  );
  return new Promise((resolve, reject) => {
    raw.on("error", reject);
    raw.on(
      "unexpected-response",
      (_: unknown, { statusCode }: { statusCode: number }) =>
        resolve(statusCode),
    );
    raw.on("open", () =>
      resolve({
        frames,
        protocol: raw.protocol,
        send: (frame) => raw.send(JSON.stringify(frame)),
        raw,
        closed,
      }));
  });
}

async function opened(...args: Parameters<typeof open>): Promise<Opened> {
  const result = await open(...args);
  assert(typeof result !== "number", `refused with ${result}`);
  return result;
}

async function tokenFor({ atoll }: RunningApp, name: string): Promise<string> {
  return (await atoll.accounts.enter(name)).token;
}

testOnTransports(
  "The example in docs/protocol.md gets in and chats, with the runtime's WebSocket",
  async (app) => {
    const watcher = await opened(app, {
      authorization: `Bearer ${await tokenFor(app, "Ana")}`,
    });
    watcher.send({ type: "join", room: "lobby" });
    await until(() => watcher.frames.some(({ type }) => type === "messages"));

    const lines: string[] = [];
    const code = (await exampleClient(app.url, "Robin"))
      .replaceAll("console.log", "print") + "\nreturn socket;";
    const AsyncFunction = (async () => {}).constructor as new (
      ...args: string[]
    ) => (print: (...words: unknown[]) => void) => Promise<WebSocket>;
    const socket = await new AsyncFunction("print", code)(
      (...words) => lines.push(words.join(" ")),
    );
    await until(() => lines.includes("Robin: Hello!"));
    await until(() =>
      watcher.frames.some((frame) =>
        frame.type === "entries" && frame.entries[0]?.name === "Robin"
      )
    );
    const gone = new Promise((resolve) =>
      socket.addEventListener("close", resolve)
    );
    socket.close();
    await gone;
    watcher.raw.terminate();
  },
);

testOnTransports(
  "npm's ws gets in with a header, a subprotocol or the cookie of an allowed page",
  async (app) => {
    const token = await tokenFor(app, "Ana");
    const cookie = `atoll_session=${token}`;
    const ways: [Record<string, string>, string[], string][] = [
      [{ authorization: `Bearer ${token}` }, [], ""],
      [{ authorization: `Bearer ${token}` }, ["atoll.v1"], "atoll.v1"],
      [{}, ["atoll.v1", `atoll.token.${token}`], "atoll.v1"],
      [{ cookie, origin: app.url }, ["atoll.v1"], "atoll.v1"],
      [{ cookie, origin: "https://allowed.example" }, [], ""],
    ];
    for (const [headers, protocols, echoed] of ways) {
      const socket = await opened(app, headers, protocols);
      assertEquals(socket.protocol, echoed);
      await until(() => socket.frames[0]?.type === "me");
      socket.raw.terminate();
    }
  },
  { origins: ["https://allowed.example"] },
);

testOnTransports(
  "Handshakes without a session or from a foreign page are refused",
  async (app) => {
    const cookie = `atoll_session=${await tokenFor(app, "Ana")}`;
    assertEquals(await open(app, {}), 401);
    assertEquals(await open(app, { origin: app.url }), 401);
    assertEquals(await open(app, { authorization: "Bearer forged" }), 401);
    const forged = `atoll_session=${"A".repeat(43)}`;
    assertEquals(await open(app, { cookie: forged, origin: app.url }), 401);
    assertEquals(await open(app, { cookie }), 403);
    assertEquals(
      await open(app, { cookie, origin: "https://evil.example" }),
      403,
    );
    assertEquals(await open(app, { cookie, origin: "null" }), 403);
  },
);

testOnTransports(
  "A message of 1 MB closes the connection; what was sent before is stored",
  async (app) => {
    const headers = { authorization: `Bearer ${await tokenFor(app, "Ana")}` };
    const socket = await opened(app, headers);
    const id = uuidv7();
    socket.send({ type: "post", room: "lobby", id, body: "before" });
    await until(() => socket.frames.some(({ type }) => type === "posted"));
    socket.raw.send("x".repeat(1024 * 1024));
    assertEquals((await socket.closed).code, 1009);
    const again = await opened(app, headers);
    again.send({ type: "join", room: "lobby" });
    await until(() =>
      again.frames.some((frame) =>
        frame.type === "messages" && frame.messages[0]?.id === id
      )
    );
    again.raw.terminate();
  },
);

testOnTransports(
  "Nonsense is answered and the connection lives; ten times nonsense ends it",
  async (app) => {
    const headers = { authorization: `Bearer ${await tokenFor(app, "Ana")}` };
    const socket = await opened(app, headers);
    const nonsense = [
      "?",
      "null",
      "{}",
      '{"type":"__proto__"}',
      '{"type":"post"}',
      '{"type":"post","room":"lobby","id":"x","body":"y"}',
      '{"type":"join","room":7}',
      '{"type":"history","room":"lobby","before":-1}',
    ];
    for (const text of nonsense) socket.raw.send(text);
    socket.raw.send(new Uint8Array([1, 2, 3]));
    socket.send({ type: "ping", ref: "alive" });
    await until(() => socket.frames.some(({ type }) => type === "pong"));
    const errors = socket.frames.filter(({ type }) => type === "error");
    assertEquals(errors.length, nonsense.length + 1);
    socket.raw.send("once more");
    assertEquals((await socket.closed).code, 4501);
  },
);

testOnTransports(
  "A session that ends closes all its sockets, and only its",
  async (app) => {
    const token = await tokenFor(app, "Ana");
    const headers = { authorization: `Bearer ${token}` };
    const tabs = [await opened(app, headers), await opened(app, headers)];
    const other = await opened(app, {
      authorization: `Bearer ${await tokenFor(app, "Omar")}`,
    });
    await app.request("/api/session", { method: "DELETE", headers });
    for (const { closed } of tabs) assertEquals((await closed).code, 4500);
    assertEquals(other.raw.readyState, NpmWebSocket.OPEN);
    assertEquals(await open(app, headers), 401);
    other.raw.terminate();
  },
);

testOnTransports(
  "A session that ends during the handshake leaves no connection behind [D5]",
  async (app) => {
    const token = await tokenFor(app, "Ana");
    const session = (await app.atoll.sessions.find(token))!;
    await app.atoll.sessions.end(session);
    const late = new FakeSocket();
    app.atoll.connect(late, session);
    await until(() => late.closed?.code === 4500);
  },
);

testOnTransports(
  "A handshake without its key is the client's fault",
  async (app) => {
    const token = await tokenFor(app, "Ana");
    const headers = { authorization: `Bearer ${token}`, upgrade: "websocket" };
    assertEquals((await app.request("/api/ws", { headers })).status, 426);
  },
);
