import { assertEquals } from "@std/assert";
import { CONNECTION_LIMITS } from "../lib/connection.ts";
import { CLOSE, LIMITS } from "../lib/protocol.ts";
import { fakeConnection } from "./support/fake_socket.ts";
import { turns } from "./support/until.ts";

Deno.test("Connection handles frames one after another [L4]", async () => {
  const order: string[] = [];
  const { connection } = fakeConnection({
    handle: async (_, { ref }) => {
      order.push(`begin ${ref}`);
      await turns();
      order.push(`end ${ref}`);
    },
  });
  connection.receive('{"type":"ping","ref":1}');
  connection.receive('{"type":"ping","ref":2}');
  while (order.length < 4) await turns();
  assertEquals(order, ["begin 1", "end 1", "begin 2", "end 2"]);
});

Deno.test("Connection answers what it can't understand, and lives on", async () => {
  const { connection, socket } = fakeConnection();
  const bad = [
    "not json",
    "[]",
    '{"type":"dance","ref":1}',
    '{"type":"post","ref":2,"room":"r"}',
    new Uint8Array(3),
  ];
  for (const data of bad) connection.receive(data);
  await turns();
  const answers = socket.frames.map((frame) =>
    frame.type === "error" ? [frame.code, frame.ref] : frame
  );
  assertEquals(answers.sort(), [
    ["bad_frame", 2],
    ["bad_json", undefined],
    ["bad_json", undefined],
    ["bad_json", undefined],
    ["unknown_type", 1],
  ]);
  assertEquals(connection.closed, false);
});

Deno.test("Connection closes after ten bad frames", async () => {
  const { connection, socket } = fakeConnection();
  for (let i = 0; i < LIMITS.badFrames; i++) connection.receive("?");
  await turns();
  assertEquals(socket.closed?.code, CLOSE.badFrames);
});

Deno.test("Connection closes at once on a frame above 64 KiB", () => {
  const { connection, socket } = fakeConnection();
  connection.receive("x".repeat(LIMITS.frameBytes + 1));
  assertEquals(socket.closed?.code, 1009);
});

Deno.test("Connection closes when frames come faster than they are handled", () => {
  const { connection, socket } = fakeConnection({
    handle: () => new Promise(() => {}),
  });
  for (let i = 0; i < CONNECTION_LIMITS.queuedFrames + 2; i++) {
    connection.receive('{"type":"ping"}');
  }
  assertEquals(socket.closed?.code, CLOSE.tooFast);
});

Deno.test("Connection tells its end once [D4]", () => {
  let ends = 0;
  const { connection } = fakeConnection({ onClose: () => ends++ });
  connection.ended();
  connection.close(1000, "");
  connection.ended();
  assertEquals(ends, 1);
});
