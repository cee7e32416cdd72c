/** The checker that looks on in pages while Atoll is developed. */
import { assertEquals, assertMatch } from "@std/assert";
import { ChatClient } from "../lib/client/chat_client.ts";
import { DeliveryWatch } from "../lib/client/delivery_watch.ts";
import { entries, messages, posted } from "./support/client_fakes.ts";
import { until } from "./support/until.ts";

/** What is told of a server that answers a join, then sends these frames. */
async function toldOf(frames: unknown[]): Promise<string[]> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol: "atoll.v1",
      });
      socket.onmessage = ({ data }) => {
        const { type, ref } = JSON.parse(data);
        if (type !== "join") return;
        socket.send(JSON.stringify({ ...messages(0, 0), ref }));
        for (const frame of frames) socket.send(JSON.stringify(frame));
      };
      return response;
    },
  );
  const told: string[] = [];
  const watch = new DeliveryWatch({ id: "p1", name: "Ada" }, (finding) => {
    told.push(finding);
  });
  const client = new ChatClient({
    url: `ws://127.0.0.1:${server.addr.port}/`,
    createSocket: (...args) => watch.createSocket(...args),
  });
  client.subscribe(() => watch.look(client.rooms.values()));
  client.open("r1");
  client.start();
  await until(() => client.rooms.get("r1")?.cursor.seq === 2);
  client.stop();
  return told;
}

Deno.test("DeliveryWatch tells nothing of what came once and in order", async () => {
  assertEquals(await toldOf([entries([posted(1), posted(2)])]), []);
});

Deno.test("DeliveryWatch tells once what came twice", async () => {
  const [finding, ...others] = await toldOf([
    entries([posted(1)]),
    entries([posted(1)]),
    entries([posted(2)]),
  ]);
  assertMatch(finding!, /^doubled: Ada got 1 of r1/);
  assertEquals(others, []);
});
