/** Invitations: who may make them, whom they let in where, and when they end. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Guest } from "./support/atoll.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import {
  type Answer,
  type Asker,
  asker,
  guest,
  member,
  owner,
  sessionOf,
} from "./support/people.ts";
import { until } from "./support/until.ts";
import { isInFolder } from "./support/places.ts";

/** Comes in as someone new. */
async function joinAs(
  app: RunningApp,
  name: string,
  code: string,
): Promise<{ status: number; code: string | undefined; one: Asker | null }> {
  const response = await app.request("/api/join", {
    method: "POST",
    body: JSON.stringify({ name, code }),
  });
  const body = await response.json();
  const cookie = `atoll_session=${body.token}`;
  const one = response.ok ? await asker(app, cookie) : null;
  return { status: response.status, code: body.error?.code, one };
}

async function makeRoom(by: Asker, name: string, kind = "open") {
  const { body } = await by.ask("POST", "/api/rooms", { name, kind });
  return body.room as { id: string; slug: string };
}

async function invite(by: Asker, wish: unknown) {
  const { status, body } = await by.ask("POST", "/api/invitations", wish);
  assertEquals(status, 201);
  return body.invitation as { id: string; code: string; link: string };
}

Deno.test("Where only the invited may come in, a name is not enough, but a link is", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await ana.ask("PATCH", "/api/place", { entry: "invited" });
    const stranger = await app.request("/api/session", {
      method: "POST",
      body: JSON.stringify({ name: "Eve" }),
    });
    assertEquals(stranger.status, 403);
    assertEquals((await stranger.json()).error.code, "invitation_needed");
    const form = await app.request("/", {
      method: "POST",
      headers: { origin: app.url },
      body: new URLSearchParams({ name: "Eve" }),
    });
    assertEquals(form.status, 403);
    assertEquals(form.headers.get("set-cookie"), null);
    const start = await (await app.request("/")).text();
    assert(!start.includes('name="name"'));
    assertStringIncludes(start, "invitation");
    const { code, link } = await invite(ana, { role: "member" });
    assertStringIncludes(link, `/join#${code}`);
    const { one } = await joinAs(app, "Mei", code);
    assertEquals((await one!.ask("GET", "/api/rooms")).status, 200);
  });
});

Deno.test("A guest's link opens one room and shows nothing of any other", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const boats = await makeRoom(ana, "Boats");
    await makeRoom(ana, "Secret plans");
    const { code } = await invite(ana, { role: "guest", room: boats.slug });
    const { one } = await joinAs(app, "Robin", code);
    const { body } = await one!.ask("GET", "/api/rooms");
    // deno-lint-ignore no-explicit-any -- as the API says
    assertEquals(body.rooms.map((room: any) => room.slug), ["boats"]);
    const me = await app.atoll.rooms.followed(one!.id);
    assertEquals(me.rooms.map(({ slug }) => slug), ["boats"]);
    for (const other of ["lobby", "secret-plans"]) {
      const refused = await one!.ask("GET", `/api/rooms/${other}`);
      assertEquals(refused.code, "no_room");
    }
    const home = await app.request("/", { headers: { cookie: one!.cookie } });
    assertEquals(home.headers.get("location"), `/rooms/${boats.id}`);
    const refused = await one!.ask("POST", "/api/rooms", { name: "Mine" });
    assertEquals(refused.code, "forbidden");
    // Nor may they let in others.
    const wish = { role: "guest", room: boats.id };
    const own = await one!.ask("POST", "/api/invitations", wish);
    assertEquals(own.code, "forbidden");
    // People elsewhere are as if absent.
    const unknown = await one!.ask("GET", `/api/people/${uuidv7()}`);
    const mei = await member(app, "Mei");
    const elsewhere = await one!.ask("GET", `/api/people/${mei.id}`);
    assertEquals(elsewhere, unknown);
    assertEquals(
      (await one!.ask("GET", `/api/people/${ana.id}`)).body.person.name,
      "Ana",
    );
  });
});

Deno.test("A link into a private room tells the room who came, and lets in who is here", async () => {
  await withApp(async (app) => {
    await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const robin = await guest(app, "Robin");
    const room = await makeRoom(mei, "Plot", "private");
    const { code } = await invite(mei, { role: "guest", room: room.id });
    const joined = await robin.ask("POST", "/api/join", { code });
    assertEquals([joined.status, joined.body.room], [200, room.id]);
    assertEquals((await robin.ask("GET", `/api/rooms/${room.id}`)).status, 200);
    const page = await app.atoll.messages.page(room.id, { limit: 10 });
    assertEquals(
      page.messages.map(({ kind, change, person }) => [
        ...[kind, change, person?.name],
      ]),
      [["member", "joined", "Robin"]],
    );
    // Again it changes nothing, and isn't used up.
    await robin.ask("POST", "/api/join", { code });
    const { body } = await mei.ask("GET", "/api/invitations");
    assertEquals(body.invitations[0].uses, 1);
    const after = await app.atoll.messages.page(room.id, { limit: 10 });
    assertEquals(after.messages.length, 1);
    const { one } = await joinAs(app, "Eve", code);
    assertEquals((await one!.ask("GET", `/api/rooms/${room.id}`)).status, 200);
  });
});

if (isInFolder()) {
  Deno.test("A link whose use can't be stored lets nobody in and isn't used up, and works later", async () => {
    await withApp(async (app) => {
      const ana = await owner(app, "Ana");
      const mei = await member(app, "Mei");
      const room = await makeRoom(ana, "Plot", "private");
      const { code } = await invite(ana, {
        ...{ role: "member", room: room.id, maxUses: 2 },
      });
      const disk = new DatabaseSync(join(app.atoll.config.data, "atoll.db"));
      try {
        // The last of what is written: whatever came before it has to go back.
        disk.exec(
          "create trigger full before insert on entries begin select raise(abort, 'full'); end",
        );
        const newcomer = await joinAs(app, "Robin", code);
        const here = await mei.ask("POST", "/api/join", { code });
        assertEquals([newcomer.status, here.status], [503, 503]);
        assertEquals([newcomer.code, here.code], [
          "unavailable",
          "unavailable",
        ]);
        const { body } = await ana.ask("GET", "/api/invitations");
        assertEquals(body.invitations[0].uses, 0);
        disk.exec("drop trigger full");
      } finally {
        disk.close();
      }
      const robin = await joinAs(app, "Robin", code);
      assertEquals(robin.status, 201);
      assertEquals((await mei.ask("POST", "/api/join", { code })).status, 200);
      for (const one of [robin.one!, mei]) {
        assertEquals(
          (await one.ask("GET", `/api/rooms/${room.id}`)).status,
          200,
        );
      }
      assertEquals((await joinAs(app, "Eve", code)).code, "no_invitation");
    });
  });
}

Deno.test("Those in a private room hear at once who came by a link", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const room = await makeRoom(ana, "Plot", "private");
    const { code } = await invite(ana, { role: "member", room: room.id });
    const page = new Guest(app.atoll, await sessionOf(app, ana));
    await page.ask({ type: "join", room: room.id });
    await joinAs(app, "Robin", code);
    await until(
      () =>
        page.socket.frames.some((frame) =>
          frame.type === "entries" &&
          frame.entries.some((entry) =>
            entry.kind === "member" && entry.person.name === "Robin"
          )
        ),
      "the entry",
    );
  });
});

Deno.test("Links that are unknown, taken back, over or used up are refused alike", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const answers: Answer[] = [];
    const refused = async (code: string) => {
      const response = await app.request("/api/join", {
        method: "POST",
        body: JSON.stringify({ name: "Eve", code }),
      });
      const { status } = response;
      answers.push({ status, body: await response.json(), code: "" });
    };
    await refused("0000-0000-0000-0000-0000");
    const revoked = await invite(ana, { role: "member" });
    await ana.ask("DELETE", `/api/invitations/${revoked.id}`);
    await refused(revoked.code);
    const once = await invite(ana, { role: "member", maxUses: 1 });
    assertEquals((await joinAs(app, "Mei", once.code)).status, 201);
    await refused(once.code);
    const short = await invite(ana, { role: "member", lifetime: 1 });
    await past(Date.now() + 1);
    await refused(short.code);
    const [first, ...others] = answers;
    assertEquals(first!.body.error.code, "no_invitation");
    for (const other of others) assertEquals(other, first);
    // Nobody was let in, nor is the name lost.
    await app.enter("Eve");
  });
});

Deno.test("Many who use a link at once are never more than it allows", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const { code } = await invite(ana, { role: "member", maxUses: 3 });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => joinAs(app, `Guest ${i}`, code)),
    );
    const codes = all.map(({ status }) => status).sort();
    assertEquals(codes, [201, 201, 201, 404, 404, 404, 404, 404]);
  });
});

Deno.test("Members invite only guests, and only into rooms they are in", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const robin = await guest(app, "Robin");
    const boats = await makeRoom(ana, "Boats");
    const plot = await makeRoom(ana, "Plot", "private");
    const ask = async (by: Asker, wish: unknown) =>
      (await by.ask("POST", "/api/invitations", wish)).code;
    assertEquals(await ask(mei, { role: "member" }), "forbidden");
    assertEquals(await ask(mei, { role: "guest" }), "forbidden");
    const intoBoats = { role: "guest", room: boats.id };
    assertEquals(await ask(mei, intoBoats), "forbidden");
    await mei.ask("PUT", `/api/rooms/${boats.id}/membership`);
    assertEquals(await ask(mei, intoBoats), undefined);
    assertEquals(
      await ask(robin, { role: "guest", room: "lobby" }),
      "forbidden",
    );
    const intoPlot = { role: "guest", room: plot.id };
    assertEquals(await ask(mei, intoPlot), "no_room");
    assertEquals(await ask(mei, { role: "owner" }), "bad_frame");
    // One's own in the list, and others' taken back by staff alone.
    const { id } = await invite(ana, { role: "member" });
    const { body } = await mei.ask("GET", "/api/invitations");
    assertEquals(body.invitations.length, 1);
    const revoke = await mei.ask("DELETE", `/api/invitations/${id}`);
    assertEquals(revoke.code, "no_invitation");
    const own = body.invitations[0].id;
    assertEquals(
      (await ana.ask("DELETE", `/api/invitations/${own}`)).status,
      204,
    );
  });
});

Deno.test("Links end with the rights of who made them: a ban, or leaving the room", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const room = await makeRoom(mei, "Plot", "private");
    await mei.ask("PUT", `/api/rooms/${room.id}/people/${ana.id}`);
    const left = await invite(mei, { role: "guest", room: room.id });
    await mei.ask("DELETE", `/api/rooms/${room.id}/membership`);
    assertEquals((await joinAs(app, "Eve", left.code)).code, "no_invitation");
    const banned = await invite(mei, { role: "guest", room: "lobby" });
    await ana.ask("PUT", `/api/people/${mei.id}/ban`, {});
    assertEquals((await joinAs(app, "Eve", banned.code)).code, "no_invitation");
  });
});

Deno.test("Who was sent out of a private room is let in by its keeper, not by an old link", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const room = await makeRoom(ana, "Plot", "private");
    const path = `/api/rooms/${room.id}`;
    const { code } = await invite(ana, { role: "guest", room: room.id });
    const join = () => mei.ask("POST", "/api/join", { code });
    assertEquals((await join()).status, 200);
    await ana.ask("DELETE", `${path}/people/${mei.id}`);
    assertEquals((await join()).code, "removed");
    assertEquals((await mei.ask("GET", path)).code, "no_room");
    await ana.ask("PUT", `${path}/people/${mei.id}`);
    assertEquals((await mei.ask("GET", path)).status, 200);
    // Who leaves by themselves may come back by it.
    await mei.ask("DELETE", `${path}/membership`);
    assertEquals((await join()).status, 200);
  });
});

Deno.test("Links end with the role or the account of who made them", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const role = (role: string) =>
      ana.ask("PATCH", `/api/people/${mei.id}`, { role });
    await role("admin");
    const place = await invite(mei, { role: "member" });
    const lobby = await invite(mei, { role: "guest", room: "lobby" });
    await role("member");
    assertEquals((await joinAs(app, "Eve", place.code)).code, "no_invitation");
    assertEquals((await joinAs(app, "Eve", lobby.code)).status, 201);
    await app.atoll.accounts.remove(mei.id);
    assertEquals((await joinAs(app, "Fay", lobby.code)).code, "no_invitation");
  });
});

Deno.test("The pages /setup and /join work without scripts", async () => {
  await withApp(async (app) => {
    const post = (path: string, fields: Record<string, string>) =>
      app.request(path, {
        method: "POST",
        headers: { origin: app.url },
        body: new URLSearchParams(fields),
      });
    const setup = (await app.atoll.place.offerSetup())!;
    const wrong = await post("/setup", { name: "Ana", code: "none" });
    assertEquals(wrong.status, 403);
    const claimed = await post("/setup", { name: "Ana", code: setup });
    assertEquals(claimed.headers.get("location"), "/place?yours");
    const cookie = claimed.headers.get("set-cookie")!.split(";")[0]!;
    const place = await app.request("/place", { headers: { cookie } });
    // Without a password the place hangs on this cookie: that is said.
    assertStringIncludes(await place.text(), "/settings/account");
    const profile = await app.request("/settings/profile", {
      headers: { cookie },
    });
    assertStringIncludes(await profile.text(), "nobody owns the place");
    const ana = await asker(app, cookie);
    const { code } = await invite(ana, { role: "guest", room: "lobby" });
    const refused = await post("/join", { name: "Ana", code });
    assertEquals(refused.status, 409);
    const joined = await post("/join", { name: "Robin", code });
    assertEquals(joined.status, 303);
    const headers = {
      cookie: joined.headers.get("set-cookie")!.split(";")[0]!,
    };
    const path = joined.headers.get("location")!;
    assertEquals((await app.request(path, { headers })).status, 200);
  });
});

/** Resolves once the clock shows a later time. */
async function past(at: number): Promise<void> {
  while (Date.now() <= at) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
