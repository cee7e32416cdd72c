/** Reactions, pins, replies and quoted messages in the client. */
import { assertEquals } from "@std/assert";
import { KEPT_CHANGES } from "../lib/client/message_list.ts";
import { withMarks } from "../lib/client/message_fold.ts";
import { MemoryOutbox } from "../lib/client/outbox.ts";
import type { Entry, ErrorCode, Message } from "../lib/protocol.ts";
import {
  entries,
  type FakeSocket,
  me,
  messages,
  posted,
  Stage,
} from "./support/client_fakes.ts";

async function inRoom(count: number, outbox = new MemoryOutbox()) {
  const stage = new Stage({ me: me(), outbox });
  const socket = await stage.connect();
  const state = stage.client.open("r1");
  socket.receive(messages(1, count, { ref: socket.of("join")[0]!.ref! }));
  await stage.clock.tick(0);
  const shown = (id: string) =>
    withMarks(state.get(id)!, state.marks.get(id) ?? [], "p1");
  return { stage, socket, state, client: stage.client, outbox, shown };
}

const ack = (socket: FakeSocket, id: string, seq: number) =>
  socket.receive({ type: "posted", ref: id, room: "r1", id, seq });

function refuse(socket: FakeSocket, id: string, code: ErrorCode) {
  const error = { type: "error", ref: id, id, room: "r1", code } as const;
  socket.receive({ ...error, message: "", retry: false });
}

function about(seq: number, message: string, fields: object): Entry {
  const base = { seq, at: seq, posts: 1, author: "p1", name: "Ana", message };
  return { id: `e-${seq}`, ...base, ...fields } as Entry;
}

Deno.test("ChatClient shows a reaction and a pin at once, until the log does [C1]", async () => {
  const { socket, state, client, outbox, shown, stage } = await inRoom(1);
  const id = client.react("r1", "id-1", "👍", true);
  const pin = client.pin("r1", "id-1", true);
  assertEquals(shown("id-1").reactions, { "👍": ["p1"] });
  assertEquals(typeof shown("id-1").pinnedAt, "number");
  assertEquals(state.changes.size, 0, "they are no edits");
  const [sent] = socket.of("react");
  assertEquals([sent!.id, sent!.emoji, sent!.on], [id, "👍", true]);
  ack(socket, id, 2);
  socket.receive(
    entries([about(2, "id-1", { id, kind: "reacted", emoji: "👍", on: true })]),
  );
  ack(socket, pin, 3);
  socket.receive(
    entries([about(3, "id-1", { id: pin, kind: "pinned", on: true })]),
  );
  assertEquals(state.marks.size, 0);
  assertEquals(state.get("id-1")!.reactions, { "👍": ["p1"] });
  assertEquals(state.get("id-1")!.pinnedAt, 3);
  await stage.clock.tick(0);
  assertEquals(outbox.all(), []);
});

Deno.test("ChatClient sends a reaction again under its id, after a reload too [C1]", async () => {
  const outbox = new MemoryOutbox();
  const { stage, client } = await inRoom(1, outbox);
  const id = client.react("r1", "id-1", "👍", true);
  stage.clock.tick(0);
  const later = new Stage({ me: me(), outbox });
  later.client.open("r1");
  const socket = await later.connect();
  await later.clock.tick(0);
  assertEquals(socket.of("react").map((frame) => frame.id), [id]);
  ack(socket, id, 2);
  await later.clock.tick(0);
  assertEquals(outbox.all(), []);
});

Deno.test("ChatClient takes a reaction back that is still under way, in order", async () => {
  const { socket, client, shown } = await inRoom(1);
  const on = client.react("r1", "id-1", "👍", true);
  client.react("r1", "id-1", "👍", false);
  assertEquals(shown("id-1").reactions, undefined);
  ack(socket, on, 2);
  assertEquals(socket.of("react").map((frame) => frame.on), [true, false]);
});

Deno.test("ChatClient undoes what was refused, and says so", async () => {
  const { socket, client, state, shown, outbox, stage } = await inRoom(1);
  const edit = client.edit("r1", "id-1", "Other");
  refuse(socket, edit, "not_yours");
  const pin = client.pin("r1", "id-1", true);
  refuse(socket, pin, "forbidden");
  assertEquals(shown("id-1").pinnedAt, undefined);
  assertEquals(state.undone, { kind: "pin", code: "forbidden" });
  assertEquals(state.changes.get("id-1")!.state, "failed", "the edit stays");
  await stage.clock.tick(0);
  assertEquals(outbox.all().map(({ id }) => id), [edit]);
  client.forgetUndone("r1");
  assertEquals(state.undone, null);
});

Deno.test("ChatClient sends with a reply what it answers", async () => {
  const { socket, client, state } = await inRoom(1);
  client.post("r1", "Yes", { parent: "id-1" });
  assertEquals(socket.of("post")[0]!.parent, "id-1");
  assertEquals(state.pending[0]!.parent, "id-1");
});

Deno.test("A quoted message follows the log, though the list doesn't hold it [C2, L7]", async () => {
  const { socket, client, state } = await inRoom(3);
  const old: Message = {
    ...{ id: "old", seq: 1, rev: 1, at: 1, posts: 1 },
    ...{ author: "p2", name: "Omar", body: "Then" },
  };
  assertEquals(state.original("old"), undefined);
  // A change that came before the answer counts, too.
  socket.receive(entries([about(4, "old", { kind: "edited", body: "Now" })]));
  assertEquals(
    client.keepOriginal("r1", "old", { message: old, seq: 3 }),
    true,
  );
  assertEquals(state.original("old")!.body, "Now");
  assertEquals(state.messages.map(({ id }) => id), ["id-1", "id-2", "id-3"]);
  socket.receive(entries([about(5, "old", { kind: "deleted" })]));
  assertEquals(state.original("old")!.deleted, true);
  assertEquals(state.original("old")!.body, "");
  client.keepOriginal("r1", "none", null);
  assertEquals(state.original("none"), null);
});

Deno.test("A quoted message read too long ago is read again [C2]", async () => {
  const { socket, client } = await inRoom(1);
  const changes = Array.from(
    { length: KEPT_CHANGES + 1 },
    (_, i) => about(i + 2, `m-${i}`, { kind: "edited", body: "x" }),
  );
  socket.receive(entries(changes));
  const message = { ...posted(1), rev: 1, body: "a" } as unknown as Message;
  const found = (seq: number) => ({ message, seq });
  assertEquals(client.keepOriginal("r1", "old", found(1)), false);
  assertEquals(client.keepOriginal("r1", "old", found(changes.length)), true);
});
