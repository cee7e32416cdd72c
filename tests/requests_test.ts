import FakeTimers from "@sinonjs/fake-timers";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { CONNECTION_LIMITS } from "../lib/connection.ts";
import { Presence } from "../lib/presence.ts";
import { LIMITS } from "../lib/protocol.ts";
import { Guest, withAtoll } from "./support/atoll.ts";
import { until } from "./support/until.ts";

/** Code of an error answer, or the answer's type. */
function outcome(frame: { type: string; code?: string }): string {
  return frame.code ?? frame.type;
}

async function codeOf(guest: Guest, frame: Record<string, unknown>) {
  return outcome(await guest.ask(frame));
}

Deno.test("A post reaches everyone in the room, and its sender's answer names its place", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await ana.ask({ type: "join", room: "lobby" });
    await omar.ask({ type: "join", room: "lobby" });
    const id = uuidv7();
    const answer = await ana.post("Hello", "lobby", id);
    assert(answer.type === "posted");
    assertEquals([answer.id, answer.seq], [id, 1]);
    for (const { socket } of [ana, omar]) {
      await until(() => socket.seqs.length === 1);
      const [entry] = socket.entries;
      assert(entry?.kind === "posted");
      assertEquals(
        [entry.id, entry.name, entry.body, entry.posts],
        [id, "Ana", "Hello", 1],
      );
    }
  });
});

Deno.test("The same id is answered again and stored once; for another body it is taken [L3]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    const id = uuidv7();
    const first = await ana.post("Hello", "lobby", id);
    const again = await ana.post("Hello", "lobby", id);
    assert(first.type === "posted" && again.type === "posted");
    assertEquals(again.seq, first.seq);
    assertEquals(outcome(await ana.post("Other", "lobby", id)), "id_taken");
    assertEquals(outcome(await omar.post("Hello", "lobby", id)), "id_taken");
  });
});

Deno.test("A repeated id is answered even when the sender writes too fast [L3]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const id = uuidv7();
    await ana.post("first", "lobby", id);
    // All at once, however long each takes to be stored.
    const posts = Array.from({ length: 200 }, (_, i) => ana.post(`${i}`));
    const codes = (await Promise.all(posts)).map(outcome);
    assert(codes.includes("too_fast"));
    assertEquals(outcome(await ana.post("first", "lobby", id)), "posted");
  });
});

Deno.test("A repeated id is answered after its sender left the room, and doesn't bring them back [L3]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    const room = await atoll.rooms.create(omar.session, "Tea");
    const id = uuidv7();
    const first = await ana.post("Hello", room.id, id);
    const follows = async () =>
      (await atoll.rooms.see(ana.session, room.id)).inside;
    assert(await follows());
    await atoll.rooms.leave(ana.session.person.id, room.id);
    const again = await ana.post("Hello", room.id, id);
    assert(first.type === "posted" && again.type === "posted");
    assertEquals([again.seq, await follows()], [first.seq, false]);
    assertEquals(outcome(await ana.post("Back", room.id)), "posted");
    assert(await follows());
  });
});

Deno.test("After a post refused with retry, later ones wait for it or its withdrawal [L4]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const held = uuidv7();
    let answer;
    let id: string;
    do {
      id = uuidv7();
      answer = await ana.post("again", "lobby", id);
    } while (answer.type === "posted");
    assert(answer.type === "error" && answer.retry && answer.wait! > 0);
    assertEquals(
      outcome(await ana.post("later", "lobby", held)),
      "out_of_order",
    );
    ana.send({ type: "withdraw", room: "lobby", id });
    await until(() => true);
    const after = outcome(await ana.post("later", "lobby", held));
    assert(after === "posted" || after === "too_fast", after);
  });
});

Deno.test("Only the author edits and deletes a message; both reach everyone", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await omar.ask({ type: "join", room: "lobby" });
    const message = uuidv7();
    await ana.post("Helo", "lobby", message);
    const edit = (guest: Guest, body: string) =>
      codeOf(guest, {
        type: "edit",
        room: "lobby",
        id: uuidv7(),
        message,
        body,
      });
    assertEquals(await edit(omar, "Bye"), "not_yours");
    assertEquals(await edit(ana, " "), "empty");
    assertEquals(await edit(ana, "Hello"), "posted");
    const remove = (guest: Guest) =>
      codeOf(guest, { type: "delete", room: "lobby", id: uuidv7(), message });
    assertEquals(await remove(omar), "not_yours");
    assertEquals(await remove(ana), "posted");
    assertEquals(await edit(ana, "Once more"), "deleted");
    await until(() => omar.socket.seqs.length === 3);
    assertEquals(omar.socket.entries.map(({ kind }) => kind), [
      "posted",
      "edited",
      "deleted",
    ]);
  });
});

Deno.test("What can't be posted is refused with its reason, and the connection lives", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const cases: [string, string][] = [
      ["", "empty"],
      [" \n\t ", "empty"],
      ["\u200b\u2060\u3164", "empty"],
      ["x".repeat(LIMITS.bodyCodePoints + 1), "too_long"],
      ["漢".repeat(LIMITS.bodyCodePoints), "posted"],
      ["😀".repeat(LIMITS.bodyCodePoints), "posted"],
      ["x".repeat(LIMITS.bodyCodePoints), "posted"],
    ];
    for (const [body, expected] of cases) {
      assertEquals(outcome(await ana.post(body)), expected, body.slice(0, 10));
    }
    assertEquals(outcome(await ana.post("Hi", "no-such-room")), "no_room");
    assertEquals(
      await codeOf(ana, { type: "join", room: "nowhere" }),
      "no_room",
    );
    assertEquals(await codeOf(ana, { type: "ping" }), "pong");
  });
});

Deno.test("History gives older messages with their present state", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const ids = Array.from({ length: 5 }, () => uuidv7());
    for (const [i, id] of ids.entries()) await ana.post(`${i}`, "lobby", id);
    const change = { room: "lobby", message: ids[1]! };
    await ana.ask({ type: "edit", id: uuidv7(), body: "one", ...change });
    const page = await ana.ask({
      type: "history",
      room: "lobby",
      before: 4,
      limit: 2,
    });
    assert(page.type === "messages" && !page.reset);
    assertEquals(page.messages.map(({ body }) => body), ["one", "2"]);
    assertEquals([page.more, page.seq], [true, 6]);
  });
});

Deno.test("Whoever stops reading what their rooms tell is waited for, as whoever has one on screen [D3]", async () => {
  await withAtoll(async (atoll, enter) => {
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    await until(() => ana.last("me") !== undefined);
    ana.socket.bufferedAmount = CONNECTION_LIMITS.mark;
    await omar.post("A ferry");
    await until(() => /^atoll_connections_slow 1$/m.test(atoll.metrics));
    ana.socket.bufferedAmount = 0;
    const posts = () => ana.last("me")!.rooms[0]!.posts;
    await until(() => posts() === 1);
    assertMatch(atoll.metrics, /^atoll_connections_slow 0$/m);
  });
});

Deno.test("Rooms that are not on screen are told with unread counts [D6]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    const boats = await atoll.rooms.create(ana.session, "Boats");
    const unread = (guest: Guest) => {
      const room = guest.last("me")?.rooms.find(({ room }) =>
        room === boats.id
      );
      return room && room.posts - room.lastReadPosts;
    };
    await until(() => unread(ana) === 0);
    await omar.post("A ferry", boats.id);
    await omar.post("Another", boats.id);
    await until(() => unread(ana) === 2);
    await until(() => unread(omar) === 0);
    ana.send({ type: "read", room: boats.id, seq: 1 });
    const second = new Guest(atoll, ana.session);
    await until(() => unread(second) === 1);
    second.send({ type: "read", room: boats.id, seq: 2 });
    await until(() => unread(ana) === 0);
    ana.send({ type: "read", room: boats.id, seq: 1 });
    await ana.ask({ type: "ping" });
    assertEquals(unread(ana), 0);
  });
});

Deno.test("Read cursors are kept when the last connection closes [D6]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await ana.ask({ type: "join", room: "lobby" });
    await omar.post("Hi");
    const { room } = ana.last("me")!.rooms[0]!;
    ana.send({ type: "read", room, seq: 1 });
    await ana.ask({ type: "ping" });
    ana.connection.ended();
    const { id } = ana.session.person;
    let lastRead = 0;
    while (lastRead < 1) {
      const me = await atoll.rooms.followed(id);
      lastRead = me.rooms[0]!.lastRead;
    }
  });
});

Deno.test("People on screen are told, and who is writing", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await ana.ask({ type: "join", room: "lobby" });
    await omar.ask({ type: "join", room: "lobby" });
    await until(() => ana.last("presence")?.count === 2);
    await until(() => omar.last("presence")?.count === 2);
    omar.send({ type: "typing", room: "lobby" });
    await until(() => ana.last("typing")?.people[0]?.name === "Omar");
    await omar.post("Done");
    await until(() => ana.last("typing")?.people.length === 0);
  });
});

Deno.test("Who reloads is told at once who is there", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    await ana.ask({ type: "join", room: "lobby" });
    await until(() => ana.last("presence")?.count === 1);
    ana.connection.ended();
    const reloaded = new Guest(atoll, ana.session);
    await reloaded.ask({ type: "join", room: "lobby" });
    await until(() => reloaded.last("presence")?.count === 1);
    const secondTab = new Guest(atoll, ana.session);
    await secondTab.ask({ type: "join", room: "lobby" });
    await until(() => secondTab.last("presence")?.count === 1);
  });
});

Deno.test("A rename shows everywhere at once", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await omar.ask({ type: "join", room: "lobby" });
    await ana.ask({ type: "join", room: "lobby" });
    await ana.post("before");
    await atoll.accounts.rename(ana.session.person.id, "Anna");
    await until(() => ana.last("me")?.person.name === "Anna");
    await until(() =>
      omar.last("presence")?.people?.some(({ name }) => name === "Anna") ===
        true
    );
    await ana.post("after");
    await until(() => omar.socket.entries.at(-1)?.name === "Anna");
  });
});

Deno.test("Signing out ends the session's connections and no others [D5]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await atoll.sessions.end(ana.session);
    await until(() => ana.socket.closed !== undefined, "the close");
    assertEquals(ana.socket.closed?.code, 4500);
    assertEquals(omar.socket.closed, undefined);
  });
});

Deno.test("Stopping stores and delivers what was accepted, then closes with a delay each", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await ana.ask({ type: "join", room: "lobby" });
    await omar.ask({ type: "join", room: "lobby" });
    for (let i = 0; i < 20; i++) {
      ana.send({ type: "post", room: "lobby", id: uuidv7(), body: `${i}` });
    }
    await until(() => ana.last("posted") !== undefined);
    await atoll.close();
    const acknowledged = ana.socket.frames.filter(({ type }) =>
      type === "posted"
    );
    assertEquals(omar.socket.seqs.length, acknowledged.length);
    assertEquals(ana.socket.closed?.code, 4000);
    assert(/^restarting \d+$/.test(omar.socket.closed!.reason));
  });
});

Deno.test("A page of long messages stays below what a connection may buffer [D3]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    for (let i = 0; i < 40; i++) await ana.post("漢".repeat(8_000));
    const page = await ana.ask({ type: "join", room: "lobby" });
    assert(page.type === "messages");
    assertEquals([page.messages.length, page.more], [4, true]);
    assertEquals(page.messages.at(-1)?.seq, 40);
    const [oldest] = page.messages;
    const older = await ana.ask({
      type: "history",
      room: "lobby",
      before: oldest!.seq,
    });
    assert(older.type === "messages");
    assertEquals(older.messages.at(-1)?.seq, oldest!.seq - 1);
  });
});

Deno.test("Someone who left and still writes harms nobody", () => {
  const time = FakeTimers.install();
  const frames: string[] = [];
  const presence = new Presence((_room, type, text) => {
    if (type === "typing") frames.push(text);
  });
  const [ana, omar] = [{ id: "1", name: "Ana" }, { id: "2", name: "Omar" }];
  presence.enter("lobby", ana);
  presence.enter("lobby", omar);
  presence.leave("lobby", ana.id);
  time.tick(9_000);
  presence.typing("lobby", ana.id);
  time.tick(1_500);
  presence.typing("lobby", omar.id);
  time.tick(1_500);
  presence.close();
  time.uninstall();
  assertEquals(JSON.parse(frames.at(-1)!).people, [omar]);
});

Deno.test("A connection that ends while its join waits is forgotten [D4]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    const { id } = await atoll.rooms.create(omar.session, "Boats");
    await omar.ask({ type: "join", room: id });
    ana.send({ type: "join", room: id });
    while (!ana.connection.closed) {
      await Promise.resolve();
      ana.connection.ended();
    }
    await omar.post("Anyone?", id);
    await until(() => omar.socket.seqs.length === 1);
    assertEquals(ana.connection.subscriptions.size, 0);
    assertEquals(omar.last("presence")?.count, 1);
  });
});

Deno.test("A state rendered by the server is never newer than the next one told [D6]", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    await until(() => ana.last("me") !== undefined);
    for (let i = 0; i < 3; i++) await ana.post(`${i}`);
    const rendered = await atoll.rooms.followed(ana.session.person.id);
    const before = ana.socket.frames.length;
    await omar.post("News");
    await until(() =>
      ana.socket.frames.slice(before).some(({ type }) => type === "me")
    );
    const told = ana.last("me")!;
    assert(told.version >= rendered.version);
    assertEquals(told.rooms[0]!.posts - told.rooms[0]!.lastReadPosts, 1);
  });
});

Deno.test("Editing an old message reads nothing [D6]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const omar = await enter("Omar");
    const message = uuidv7();
    await ana.post("Old", "lobby", message);
    await omar.post("New");
    const change = { room: "lobby", id: uuidv7(), message, body: "Older" };
    await ana.ask({ type: "edit", ...change });
    const unread = () => {
      const room = ana.last("me")!.rooms[0]!;
      return room.posts - room.lastReadPosts;
    };
    await until(() => ana.last("me")!.rooms[0]!.head === 3);
    assertEquals(unread(), 1);
  });
});

Deno.test("A post refused for now and then for good holds up nobody [L4]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    let id = uuidv7();
    while (outcome(await ana.post("again", "lobby", id)) === "posted") {
      id = uuidv7();
    }
    const other = { type: "edit", room: "lobby", id, message: id, body: "x" };
    let refused;
    do refused = await codeOf(ana, other); while (refused === "too_fast");
    assertEquals(refused, "no_message");
    const next = outcome(await ana.post("next"));
    assert(next !== "out_of_order", next);
  });
});
