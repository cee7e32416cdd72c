import { assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Message } from "../lib/protocol.ts";
import { type Guest, withAtoll } from "./support/atoll.ts";

/** The message as the server shows it now. */
async function shown(guest: Guest, id: string): Promise<Message | undefined> {
  const page = await guest.ask({
    ...{ type: "history", room: "lobby", before: 1_000 },
  });
  if (page.type !== "messages") throw new Error(`Expected a page: ${page}`);
  return page.messages.find((message) => message.id === id);
}

function about(type: string, message: string, more: object = {}) {
  return { type, room: "lobby", id: uuidv7(), message, ...more };
}

Deno.test("Reactions add up by emoji, once for each person, and go again", async () => {
  await withAtoll(async (_, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const [a, o] = [ana, omar].map(({ session }) => session.person.id);
    const { id } = await ana.post("hello") as { id: string };
    await omar.ask(about("react", id, { emoji: "👍", on: true }));
    await ana.ask(about("react", id, { emoji: "🎉", on: true }));
    await ana.ask(about("react", id, { emoji: "👍", on: true }));
    await ana.ask(about("react", id, { emoji: "👍", on: true }));
    assertEquals((await shown(ana, id))?.reactions, {
      "👍": [o!, a!],
      "🎉": [a!],
    });
    await omar.ask(about("react", id, { emoji: "👍", on: false }));
    await ana.ask(about("react", id, { emoji: "🎉", on: false }));
    assertEquals((await shown(ana, id))?.reactions, { "👍": [a!] });
    await ana.ask(about("delete", id));
    assertEquals((await shown(ana, id))?.reactions, undefined);
  });
});

Deno.test("A reaction is one emoji, and a message takes 20 kinds of them", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const { id } = await ana.post("hello") as { id: string };
    for (const emoji of ["", "a", "👍👍", "<b>", "👍 ", "\u200d"]) {
      const answer = await ana.ask(about("react", id, { emoji, on: true }));
      const code = answer.type === "error" && answer.code;
      assertEquals(code, "bad_reaction", emoji);
    }
    const kinds = Array.from(
      { length: 21 },
      (_, i) => String.fromCodePoint(0x1f600 + i),
    );
    const answers = [];
    for (const emoji of kinds) {
      answers.push(await ana.ask(about("react", id, { emoji, on: true })));
    }
    assertEquals(
      answers.map((answer) =>
        answer.type === "error" ? answer.code : answer.type
      ),
      [...Array(20).fill("posted"), "too_many_reactions"],
    );
  });
});

Deno.test("An account pins a message and ends that; guests may not", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const { id } = await ana.post("hello") as { id: string };
    const refused = await ana.ask(about("pin", id, { on: true }));
    assertEquals(refused.type === "error" && refused.code, "forbidden");
    ana.session.role = "member";
    await ana.ask(about("pin", id, { on: true }));
    const pinned = await shown(ana, id);
    assertEquals(typeof pinned?.pinnedAt, "number");
    await ana.ask(about("pin", id, { on: false }));
    assertEquals((await shown(ana, id))?.pinnedAt, undefined);
    assertEquals(atoll.isStopping, false);
  });
});

Deno.test("A private room, once left, takes and shows nothing more [D5]", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const { id: room } = await atoll.rooms.create(
      ana.session,
      "Plans",
      "private",
    );
    const base = { kind: "member" as const, room, author: "" };
    const person = omar.session.person;
    const strange = await omar.ask({ type: "join", room });
    assertEquals(strange.type === "error" && strange.code, "no_room");
    await atoll.messages.write(ana.session, {
      ...{ ...base, id: uuidv7(), author: ana.session.person.id },
      ...{ person, change: "joined" },
    });
    assertEquals((await omar.ask({ type: "join", room })).type, "messages");
    await atoll.messages.write(ana.session, {
      ...{ ...base, id: uuidv7(), author: ana.session.person.id },
      ...{ person, change: "removed" },
    });
    const said = await omar.post("still here?", room);
    assertEquals(said.type === "error" && said.code, "no_room");
    await ana.post("gone", room);
    const entries = omar.socket.frames.flatMap((frame) =>
      frame.type === "entries" ? frame.entries : []
    );
    assertEquals(
      entries.map((entry) => entry.kind === "member" && entry.change),
      ["removed"],
    );
  });
});

Deno.test("Who is muted neither writes nor names rooms, and still deletes", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const { id: room } = await atoll.rooms.create(ana.session, "Boats");
    const { id } = await ana.post("hello", room) as { id: string };
    ana.session.mutedUntil = Date.now() + 60_000;
    const author = ana.session.person.id;
    const code = async (run: () => Promise<unknown>) => {
      const error = await run().then(() => null, (error) => error);
      return error?.code ?? "done";
    };
    const base = { room, author };
    const post = () => ana.post("and more", room);
    const answer = await post();
    assertEquals(answer.type === "error" && answer.code, "muted");
    const write = (draft: Parameters<typeof atoll.messages.write>[1]) =>
      code(() => atoll.messages.write(ana.session, draft));
    assertEquals(
      [
        await write({ ...base, id: uuidv7(), kind: "settings", topic: "x" }),
        await write({ ...base, id: uuidv7(), kind: "deleted", message: id }),
      ],
      ["muted", "done"],
    );
  });
});
