/** One message, what it said before, pins, and a place in the past: over HTTP. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Draft } from "../lib/db/drafts.ts";
import type { Session } from "../lib/sessions.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { withAtoll } from "./support/atoll.ts";

/** Someone who writes to rooms and asks over HTTP. */
async function visit({ atoll, request, enter }: RunningApp, name: string) {
  const cookie = await enter(name);
  const who = (await atoll.sessions.find(cookie.split("=")[1]!))! as Session;
  const write = async (room: string, draft: Record<string, unknown>) => {
    const base = { room, id: uuidv7(), author: who.person.id };
    const written = { ...base, ...draft } as Draft;
    const { seq } = await atoll.messages.write(who, written);
    return { id: written.id, seq };
  };
  const get = async (path: string) => {
    const response = await request(path, { headers: { cookie } });
    const text = await response.text();
    const { status, headers } = response;
    return { status, text, at: headers.get("location") };
  };
  const ask = async (path: string) => {
    const { status, text } = await get(path);
    return { status, body: JSON.parse(text) };
  };
  return { who, write, get, ask };
}

Deno.test("A message tells its state, who reacted, and what it said before", async () => {
  await withApp(async (app) => {
    const ana = await visit(app, "Ana");
    const omar = await visit(app, "Omar");
    const { id: lobby } = (await app.atoll.rooms.find("lobby"))!;
    const { id } = await ana.write(lobby, { kind: "posted", body: "One" });
    const about = { message: id };
    await ana.write(lobby, { kind: "edited", ...about, body: "Two @Omar" });
    const on = { kind: "reacted", ...about, emoji: "👍", on: true };
    await omar.write(lobby, on);
    const found = await omar.ask(`/api/rooms/lobby/messages/${id}`);
    const { message, seq, people } = found.body;
    assertEquals([found.status, seq, message.body], [200, 3, "Two @Omar"]);
    assertEquals(message.reactions, { "👍": [omar.who.person.id] });
    assertEquals(people, [omar.who.person]);

    const path = `/api/rooms/lobby/messages/${id}/versions`;
    const { body } = await omar.ask(path);
    const said = body.versions.map((one: { body: string }) => one.body);
    assertEquals([said, body.more], [["Two @Omar", "One"], false]);
    assertEquals(body.versions[0].mentions, [omar.who.person]);

    await ana.write(lobby, { kind: "deleted", ...about });
    const gone = await omar.ask(path);
    assertEquals([gone.status, gone.body.error.code], [410, "deleted"]);
    const blank = (await omar.ask(`/api/rooms/lobby/messages/${id}`)).body;
    assertEquals([blank.message.body, blank.message.deleted], ["", true]);
    const none = await omar.ask(`/api/rooms/lobby/messages/${uuidv7()}`);
    assertEquals([none.status, none.body.error.code], [404, "no_message"]);
  });
});

Deno.test("Pins come the last first, without those that were deleted or taken back", async () => {
  await withApp(async (app) => {
    const ana = await visit(app, "Ana");
    // Pinning in an open room takes an account: the room here is Ana's own.
    const room = await app.atoll.rooms.create(ana.who, "Crew", "private");
    const ids: string[] = [];
    for (const body of ["a", "b", "c", "d"]) {
      const { id } = await ana.write(room.id, { kind: "posted", body });
      await ana.write(room.id, { kind: "pinned", message: id, on: true });
      ids.push(id);
    }
    const [, b, c] = ids;
    await ana.write(room.id, { kind: "deleted", message: b });
    await ana.write(room.id, { kind: "pinned", message: c, on: false });
    const { body } = await ana.ask(`/api/rooms/${room.slug}/pins`);
    const pinned = body.messages.map((one: { body: string }) => one.body);
    assertEquals([pinned.sort(), body.more], [["a", "d"], false]);
  });
});

Deno.test("What is looked up is only for those who may read the room", async () => {
  await withApp(async (app) => {
    const ana = await visit(app, "Ana");
    const omar = await visit(app, "Omar");
    const room = await app.atoll.rooms.create(ana.who, "Crew", "private");
    const { id } = await ana.write(room.id, { kind: "posted", body: "Hush" });
    await ana.write(room.id, { kind: "pinned", message: id, on: true });
    const rest = [`messages/${id}`, `messages/${id}/versions`, "pins"];
    for (const path of rest) {
      const own = await ana.ask(`/api/rooms/${room.slug}/${path}`);
      assertEquals(own.status, 200, path);
      const other = await omar.ask(`/api/rooms/${room.slug}/${path}`);
      assertEquals([other.status, other.body.error.code], [404, "no_room"]);
      const missing = await omar.ask(`/api/rooms/${uuidv7()}/${path}`);
      assertEquals(other, missing);
      const stranger = await app.request(`/api/rooms/${room.slug}/${path}`);
      assertEquals(stranger.status, 401);
      await stranger.body?.cancel();
      // Of another room it is no message, even for who may read both.
      if (path === "pins") continue;
      const elsewhere = await ana.ask(`/api/rooms/lobby/${path}`);
      assertEquals(elsewhere.body.error.code, "no_message");
    }
  });
});

Deno.test("A reply answers a message of the same room, whatever becomes of that", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const id = uuidv7();
    await ana.post("Who comes?", "lobby", id);
    const room = await atoll.rooms.create(ana.session, "Boats");
    const reply = (room: string, parent: string) =>
      ana.ask({ type: "post", room, id: uuidv7(), body: "I do", parent });
    const codeOf = async (room: string, parent: string) => {
      const answer = await reply(room, parent);
      return answer.type === "error" ? answer.code : answer.type;
    };
    assertEquals(await codeOf("lobby", id), "posted");
    assertEquals(await codeOf(room.id, id), "no_message");
    assertEquals(await codeOf("lobby", uuidv7()), "no_message");
    const gone = { type: "delete", room: "lobby", id: uuidv7(), message: id };
    await ana.ask(gone);
    assertEquals(await codeOf("lobby", id), "posted");
  });
});

Deno.test("A link to a message leads to it near and far, without scripts too", async () => {
  await withApp(async (app) => {
    const ana = await visit(app, "Ana");
    const { id: lobby } = (await app.atoll.rooms.find("lobby"))!;
    const posted: { id: string; seq: number }[] = [];
    for (let i = 1; i <= 90; i++) {
      posted.push(await ana.write(lobby, { kind: "posted", body: `no. ${i}` }));
    }
    const [first] = posted as [typeof posted[0]];
    const near = await ana.get(`/rooms/lobby?at=${first.seq}`);
    assertEquals(near.status, 200);
    // The live page finds it; without scripts another page has it.
    const there = `/rooms/lobby?around=${first.seq}#m-${first.id}`;
    assertStringIncludes(near.text, `content="0;url=${there}"`);
    const byId = await ana.get(`/rooms/lobby?at=${first.id}`);
    assertStringIncludes(byId.text, `content="0;url=${there}"`);
    const newest = await ana.get(`/rooms/lobby?at=${posted.at(-1)!.seq}`);
    assertEquals(newest.text.includes("http-equiv"), false);

    const around = await ana.get("/rooms/lobby?around=60");
    for (const seq of [36, 60, 85]) {
      assertStringIncludes(around.text, `data-seq="${seq}"`);
    }
    assertEquals(around.text.includes('data-seq="35"'), false);
    assertEquals(around.text.includes('data-seq="86"'), false);
    assertStringIncludes(around.text, 'href="/rooms/lobby?before=36"');
    assertStringIncludes(around.text, 'href="/rooms/lobby?after=85"');
    const after = await ana.get("/rooms/lobby?after=85");
    assertStringIncludes(after.text, 'data-seq="86"');
    assertStringIncludes(after.text, 'data-seq="90"');
    assertStringIncludes(after.text, 'href="/rooms/lobby?before=86"');
    assertEquals(after.text.includes("?after="), false);
    const start = await ana.get("/rooms/lobby?after=0");
    assertEquals(start.text.includes("?before="), false);
    const gone = await ana.get("/rooms/lobby?at=999");
    assertStringIncludes(gone.text, "This message is gone");
  });
});
