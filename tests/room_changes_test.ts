/** What people change about rooms, over HTTP. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { type RunningApp, withApp } from "./support/app.ts";

const DAY = 24 * 60 * 60_000;

/** Someone who asks the API with a session of their own. */
interface Asker {
  id: string;
  name: string;
  cookie: string;
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Answer; code: string | undefined }>;
}

// deno-lint-ignore no-explicit-any -- whatever the API says
type Answer = any;

async function asker(app: RunningApp, name: string): Promise<Asker> {
  const cookie = await app.enter(name);
  const headers = { cookie, origin: app.url };
  const session = await app.request("/api/session", { headers });
  const { person } = await session.json();
  const ask: Asker["ask"] = async (method, path, body) => {
    const response = await app.request(path, {
      ...{ method, headers },
      ...body !== undefined && { body: JSON.stringify(body) },
    });
    const text = await response.text();
    const answer = text === "" || !text.startsWith("{")
      ? null
      : JSON.parse(text);
    return {
      status: response.status,
      body: answer,
      code: answer?.error?.code,
    };
  };
  return { ...person, cookie, ask };
}

/** Makes a room and gives its id. */
async function makeRoom(
  who: Asker,
  name: string,
  kind = "open",
): Promise<{ id: string; slug: string }> {
  const made = await who.ask("POST", "/api/rooms", { name, kind });
  assertEquals(made.status, 201);
  return made.body.room;
}

Deno.test("The direct room between people is found again, by all at once and from either side", async () => {
  await withApp(async (app) => {
    const [ana, omar, mei] = await Promise.all(
      ["Ana", "Omar", "Mei"].map((name) => asker(app, name)),
    ) as [Asker, Asker, Asker];
    const open = async (who: Asker, ...people: Asker[]) => {
      const ids = people.map(({ id }) => id);
      const made = await who.ask("POST", "/api/rooms/direct", { people: ids });
      return made.body.room.id;
    };
    const pair = await Promise.all([
      ...Array.from({ length: 5 }, () => open(ana, omar)),
      ...Array.from({ length: 5 }, () => open(omar, ana)),
      open(ana, omar, ana),
    ]);
    assertEquals(new Set(pair).size, 1);
    const three = await Promise.all([
      open(ana, omar, mei),
      open(mei, omar, ana),
    ]);
    assertEquals(new Set(three).size, 1);
    assert(three[0] !== pair[0]);

    const { rooms } = await app.atoll.rooms.followed(omar.id);
    const direct = rooms.filter(({ kind }) => kind === "direct");
    assertEquals(
      direct.map(({ people }) => people!.map(({ name }) => name)).sort(),
      [["Ana"], ["Ana", "Mei"]],
    );
    const details = await ana.ask("GET", `/api/rooms/${pair[0]}`);
    assertEquals(details.body.room.people, [{ id: omar.id, name: "Omar" }]);
    assertEquals(details.body.may.includes("leave"), false);
    const leave = await ana.ask("DELETE", `/api/rooms/${pair[0]}/membership`);
    assertEquals(leave.code, "cannot_leave");
  });
});

Deno.test("A direct room needs others, ten people at most, all of them there", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const gone = await asker(app, "Omar");
    await gone.ask("DELETE", "/api/session");
    const many = Array.from({ length: 10 }, () => uuidv7());
    for (const people of [[], [ana.id], [uuidv7()], [gone.id], many]) {
      const made = await ana.ask("POST", "/api/rooms/direct", { people });
      assertEquals(made.code, "no_person", `${people}`);
    }
    const wrong = await ana.ask("POST", "/api/rooms/direct", {
      people: ["Omar"],
    });
    assertEquals(wrong.code, "bad_frame");
  });
});

Deno.test("A renamed room is still found under all its old addresses, and may take them back", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const { id } = await makeRoom(ana, "Boats");
    const rename = async (name: string) => {
      const { body } = await ana.ask("PATCH", `/api/rooms/${id}`, { name });
      return body.room.slug;
    };
    assertEquals(await rename("Ships"), "ships");
    assertEquals(await rename("Ferries"), "ferries");
    for (const old of ["boats", "ships"]) {
      const page = await app.request(`/rooms/${old}?before=3`, {
        headers: { cookie: ana.cookie },
      });
      assertEquals(page.status, 303);
      assertEquals(page.headers.get("location"), "/rooms/ferries?before=3");
    }
    // An address that leads there is not given to another room.
    const other = await makeRoom(ana, "Boats");
    assertEquals(other.slug, "boats-2");
    assertEquals(await rename("ships"), "ships");
    assertEquals(await rename("Ships!"), "ships");
    const found = await ana.ask("GET", "/api/rooms/ferries");
    assertEquals(found.body.room.id, id);
    const second = await ana.ask("PATCH", `/api/rooms/${other.id}`, {
      name: "BOATS",
    });
    assertEquals(second.body.room.slug, "boats-2");

    const taken = await ana.ask("PATCH", `/api/rooms/${id}`, { name: "b0ats" });
    assertEquals(taken.code, "name_taken");
    const now = await ana.ask("GET", `/api/rooms/${id}`);
    assertEquals(now.body.room.name, "Ships!");
  });
});

Deno.test("Two rooms that ask for one name at once: one gets it, the other is told", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const rooms = [await makeRoom(ana, "Boats"), await makeRoom(ana, "Oars")];
    const answers = await Promise.all(
      rooms.map(({ id }) =>
        ana.ask("PATCH", `/api/rooms/${id}`, { name: "Ferries" })
      ),
    );
    assertEquals(answers.map(({ status }) => status).sort(), [200, 409]);
  });
});

Deno.test("Settings are told in the room once, and only what changed", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const { id } = await makeRoom(ana, "Boats");
    const change = (settings: unknown) =>
      ana.ask("PATCH", `/api/rooms/${id}`, settings);
    await change({ name: "Boats", topic: "  Wood\nand  sails " });
    await change({ topic: "Wood and sails", archived: false });
    await change({ name: "Ships", topic: "" });
    const { messages } = await app.atoll.messages.page(id, { limit: 10 });
    assertEquals(
      messages.map(({ kind, roomName, topic, name }) =>
        JSON.stringify({ kind, roomName, topic, name })
      ),
      [
        { kind: "settings", topic: "Wood and sails", name: "Ana" },
        { kind: "settings", roomName: "Ships", topic: "", name: "Ana" },
      ].map((one) => JSON.stringify(one)),
    );
    const long = await change({ topic: "x".repeat(251) });
    assertEquals(long.code, "topic_too_long");
    const odd = await change({ name: "Oars", retentionDays: 0 });
    assertEquals(odd.code, "bad_retention");
    const kept = await ana.ask("GET", `/api/rooms/${id}`);
    assertEquals(kept.body.room.name, "Ships");
  });
});

Deno.test("Only who made a room, and staff, change it", async () => {
  await withApp(async (app) => {
    const [ana, omar] = [await asker(app, "Ana"), await asker(app, "Omar")];
    const { id } = await makeRoom(ana, "Boats");
    const path = `/api/rooms/${id}`;
    for (
      const [method, end, body] of [
        ["PATCH", "", { topic: "mine" }],
        ["PUT", `/people/${omar.id}`, undefined],
        ["DELETE", `/people/${ana.id}`, undefined],
      ] as const
    ) {
      const answer = await omar.ask(method, path + end, body);
      assertEquals(answer.code, "forbidden", method);
    }
    const { body } = await omar.ask("GET", path);
    assertEquals(body.may, ["read", "post", "react", "follow"]);
    const lobby = await ana.ask("PATCH", "/api/rooms/lobby", { topic: "x" });
    assertEquals(lobby.code, "forbidden");
  });
});

Deno.test("An archived room is read but not written to, and leaves the list until it is back", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const { id, slug } = await makeRoom(ana, "Boats");
    const post = (text: string) =>
      app.request(`/rooms/${slug}`, {
        method: "POST",
        headers: { cookie: ana.cookie, origin: app.url },
        body: new URLSearchParams({ body: text, id: uuidv7() }),
      });
    assertEquals((await post("before")).status, 303);
    await ana.ask("PATCH", `/api/rooms/${id}`, { archived: true });
    const refused = await post("after");
    assertEquals(refused.status, 409);
    await refused.body?.cancel();
    const list = await ana.ask("GET", "/api/rooms?q=boats");
    assertEquals(list.body.rooms, []);
    const { rooms } = await app.atoll.rooms.followed(ana.id);
    assertEquals(rooms.find(({ room }) => room === id)?.archived, true);
    const page = await app.request(`/rooms/${slug}`, {
      headers: { cookie: ana.cookie },
    });
    const html = await page.text();
    assert(html.includes("before") && !html.includes("<textarea"));

    await ana.ask("PATCH", `/api/rooms/${id}`, { archived: false });
    assertEquals((await post("again")).status, 303);
  });
});

Deno.test("A room's own retention is set, shown and taken back", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const { id } = await makeRoom(ana, "Boats");
    for (const retentionDays of [30, 3_650, null]) {
      const { body } = await ana.ask("PATCH", `/api/rooms/${id}`, {
        retentionDays,
      });
      assertEquals(body.room.retentionDays, retentionDays);
    }
    for (const retentionDays of [0, 1.5, 3_651]) {
      const { code } = await ana.ask("PATCH", `/api/rooms/${id}`, {
        retentionDays,
      });
      assertEquals(code, "bad_retention");
    }
  });
});

Deno.test("Someone sent out of an open room is kept out until a time, or let in again", async () => {
  await withApp(async (app) => {
    const [ana, omar] = [await asker(app, "Ana"), await asker(app, "Omar")];
    const { id } = await makeRoom(ana, "Boats");
    const path = `/api/rooms/${id}`;
    const follow = () => omar.ask("PUT", `${path}/membership`);
    const remove = (end = "") =>
      ana.ask("DELETE", `${path}/people/${omar.id}${end}`);
    assertEquals((await follow()).status, 204);
    assertEquals((await remove()).status, 204);
    assertEquals((await follow()).code, "removed");
    assertEquals((await omar.ask("GET", path)).code, "removed");
    const again = await ana.ask("PUT", `${path}/people/${omar.id}`);
    assertEquals(again.status, 204);
    assertEquals((await omar.ask("GET", path)).status, 200);

    await remove(`?until=${Date.now() + DAY}`);
    assertEquals((await follow()).code, "removed");
    await remove(`?until=${Date.now() - 1}`);
    assertEquals((await follow()).status, 204);
    assertEquals((await remove("?until=soon")).code, "bad_frame");

    const own = await ana.ask("DELETE", `/api/rooms/lobby/people/${omar.id}`);
    assertEquals(own.code, "forbidden");
    const nobody = await ana.ask("DELETE", `${path}/people/${uuidv7()}`);
    assertEquals(nobody.code, "no_person");
  });
});

Deno.test("A private room is entered by invitation from inside, and left for good", async () => {
  await withApp(async (app) => {
    const [ana, omar, mei] = await Promise.all(
      ["Ana", "Omar", "Mei"].map((name) => asker(app, name)),
    ) as [Asker, Asker, Asker];
    const { id } = await makeRoom(ana, "Plans", "private");
    const path = `/api/rooms/${id}`;
    const invite = (by: Asker, who: Asker) =>
      by.ask("PUT", `${path}/people/${who.id}`);
    assertEquals((await invite(omar, omar)).code, "no_room");
    assertEquals((await invite(ana, omar)).status, 204);
    assertEquals((await invite(ana, omar)).status, 204);
    assertEquals((await invite(omar, mei)).status, 204);
    const refused = await omar.ask("DELETE", `${path}/people/${mei.id}`);
    assertEquals(refused.code, "forbidden");
    const sent = await ana.ask("DELETE", `${path}/people/${mei.id}`);
    assertEquals(sent.status, 204);
    assertEquals((await mei.ask("GET", path)).code, "no_room");

    // Its keeper goes: who was in it for longest keeps it.
    const left = await ana.ask("DELETE", `${path}/membership`);
    assertEquals(left.status, 204);
    assertEquals((await ana.ask("GET", path)).code, "no_room");
    const { body } = await omar.ask("GET", path);
    assert(body.may.includes("manage"));
    assertEquals(body.people.map(({ name }: Answer) => name), ["Omar"]);
    const { messages } = await app.atoll.messages.page(id, { limit: 10 });
    assertEquals(
      messages.map(({ name, change, person }) =>
        `${name} ${change} ${person?.name}`
      ),
      ["Ana joined Omar", "Omar joined Mei", "Ana removed Mei", "Ana left Ana"],
    );
  });
});

Deno.test("Two private rooms may have one name, and say nothing of it in their addresses", async () => {
  await withApp(async (app) => {
    const [ana, omar] = [await asker(app, "Ana"), await asker(app, "Omar")];
    const rooms = [
      await makeRoom(ana, "Plans", "private"),
      await makeRoom(omar, "Plans", "private"),
      await makeRoom(omar, "Plans"),
    ];
    assertEquals(rooms.map(({ slug }) => slug), [
      rooms[0]!.id,
      rooms[1]!.id,
      "plans",
    ]);
    const renamed = await ana.ask("PATCH", `/api/rooms/${rooms[0]!.id}`, {
      name: "Lobby",
    });
    assertEquals(renamed.body.room.slug, rooms[0]!.id);
  });
});

Deno.test("People are found by a part of their name, as it looks, and bounded", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    for (const name of ["Ángel Mar", "Marta", "Omar", "100%"]) {
      await app.enter(name);
    }
    const find = async (query: string) => {
      const { body } = await ana.ask(
        "GET",
        `/api/people?q=${encodeURIComponent(query)}`,
      );
      return body.people.map(({ name }: Answer) => name);
    };
    assertEquals(await find("MAR"), ["Marta", "Omar", "Ángel Mar"]);
    assertEquals(await find("angel"), []);
    assertEquals(await find("Ánge"), ["Ángel Mar"]);
    assertEquals(await find("%"), ["100%"]);
    assertEquals(await find("Ana"), []);
    for (let i = 0; i < 25; i++) await app.enter(`Guest ${i}`);
    assertEquals((await find("guest")).length, 20);
    assertEquals((await find("x".repeat(60_000))).length, 0);
  });
});

Deno.test("What one is told of in a room is kept for each person", async () => {
  await withApp(async (app) => {
    const ana = await asker(app, "Ana");
    const set = (notify: unknown) =>
      ana.ask("PUT", "/api/rooms/lobby/notify", { notify });
    assertEquals((await set("nothing")).status, 204);
    const { body } = await ana.ask("GET", "/api/rooms/lobby");
    assertEquals(body.room.notify, "nothing");
    assertEquals((await set("loud")).code, "bad_frame");
    assertEquals((await set(null)).status, 204);
    const { rooms } = await app.atoll.rooms.followed(ana.id);
    assertEquals(rooms[0]?.notify, undefined);
  });
});

Deno.test("A private room whose keeper deletes their account is kept by who stays", async () => {
  await withApp(async (app) => {
    const [ana, omar] = await Promise.all(
      ["Ana", "Omar"].map((name) => asker(app, name)),
    ) as [Asker, Asker];
    const { id } = await makeRoom(ana, "Plot", "private");
    const path = `/api/rooms/${id}`;
    await ana.ask("PUT", `${path}/people/${omar.id}`);
    const rename = () => omar.ask("PATCH", path, { name: "Field" });
    assertEquals((await rename()).code, "forbidden");
    await app.atoll.accounts.remove(ana.id);
    assertEquals((await rename()).status, 200);
  });
});
