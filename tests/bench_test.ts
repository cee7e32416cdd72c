/** The load that the benchmark makes must count exactly, or its figures mean nothing. */
import { assertEquals, assertRejects } from "@std/assert";
import { Crowd } from "../bench/crowd.ts";
import { markedText } from "../bench/raw_socket.ts";
import type { Target } from "../bench/target.ts";
import { until } from "./support/until.ts";

const WELCOME = "welcome";

/** Sends what it gets to everybody, as `shape` makes frames of it. */
function withRoom(
  shape: (texts: string[]) => string[],
  run: (target: Target) => Promise<void>,
): Promise<void> {
  const sockets = new Set<WebSocket>();
  let waiting: string[] = [];
  const flush = () => {
    for (const frame of shape(waiting)) {
      for (const socket of sockets) socket.send(frame);
    }
    waiting = [];
  };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        sockets.add(socket);
        socket.send(WELCOME);
      };
      socket.onmessage = ({ data }) => {
        if (waiting.push(data) === 1) setTimeout(flush, 5);
      };
      return response;
    },
  );
  const { port } = server.addr;
  return run(targetAt(port)).finally(async () => {
    for (const socket of sockets) socket.close();
    await server.shutdown();
  });
}

function targetAt(port: number): Target {
  return {
    pid: Deno.pid,
    port,
    handshake: () => ({ port, path: "/" }),
    join: undefined,
    isJoined: (head) => new TextDecoder().decode(head) === WELCOME,
    post: markedText,
    stop: () => Promise.resolve(),
  };
}

const frames: Record<string, (texts: string[]) => string[]> = {
  "each in a frame of its own": (texts) => texts,
  "all in one frame": (texts) => [texts.join(",")],
  "in frames longer than a read": (texts) => [
    "x".repeat(70_000) + texts.join("y".repeat(20_000)),
  ],
};

for (const [name, shape] of Object.entries(frames)) {
  Deno.test(`The load counts messages exactly: ${name}`, () =>
    withRoom(shape, async (target) => {
      const crowd = await Crowd.open(target, { size: 8 });
      await crowd.post({ perSecond: 300, seconds: 1, posters: 3, length: 150 });
      await crowd.delivered();
      const { sent, received, excess, open } = crowd.deliveries;
      assertEquals({ sent, received, excess, open }, {
        sent: 300,
        received: 2_400,
        excess: 0,
        open: 0,
      });
      crowd.end();
    }));
}

Deno.test("The load notices a message that is lost, and one that comes twice", () => {
  const lost = markedText(3);
  const doubled = markedText(5);
  const shape = (texts: string[]) =>
    texts.flatMap((text) =>
      text === lost ? [] : text === doubled ? [text, text] : [text]
    );
  return withRoom(shape, async (target) => {
    const crowd = await Crowd.open(target, { size: 4 });
    for (let i = 0; i < 10; i++) crowd.say(0);
    const { deliveries } = crowd;
    await until(() => deliveries.received === 40);
    assertEquals([deliveries.open, deliveries.excess], [1, 4]);
    crowd.end();
  });
});

Deno.test("The load tells of a handshake that is refused", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("No", { status: 401 }),
  );
  const { port } = server.addr;
  await assertRejects(
    () => Crowd.open(targetAt(port), { size: 1 }),
    Error,
    "401",
  );
  await server.shutdown();
});
