/** Roles, mutes, bans, and the record of them, over HTTP and on open connections. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Guest } from "./support/atoll.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import {
  type Asker,
  guest,
  made,
  member,
  owner,
  PASSWORD,
  sessionOf,
  VISIT,
} from "./support/people.ts";
import { until } from "./support/until.ts";

const MINUTE = 60_000;

/** Their open connection. */
async function connected(app: RunningApp, one: Asker): Promise<Guest> {
  const connection = new Guest(app.atoll, await sessionOf(app, one));
  await until(() => connection.last("me") !== undefined, "the first me");
  return connection;
}

Deno.test("The owner link works once, for who is here and for nobody who guesses", async () => {
  await withApp(async (app) => {
    const { place } = app.atoll;
    const code = (await place.offerSetup())!;
    const refused = await app.request("/api/session", { method: "GET" });
    assertEquals(refused.status, 401);
    const ana = await member(app, "Ana");
    const session = await sessionOf(app, ana);
    const wrong = code.replace(/^./, (letter) => letter === "0" ? "1" : "0");
    await refusedWith("wrong_code", () => place.claim(session, wrong, VISIT));
    // Typed by hand: another case, and spaces for hyphens.
    const typed = code.toUpperCase().replaceAll("-", " ");
    await place.claim(session, typed, VISIT);
    const me = await app.atoll.rooms.followed(ana.id);
    assertEquals(me.role, "owner");
    await refusedWith("wrong_code", () => place.claim(session, code, VISIT));
    assertEquals(await place.offerSetup(), null);
  });
});

Deno.test("Staff find people by their names, in whatever case and alphabet", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await guest(app, "Émile Ørsted");
    await guest(app, "Жанна");
    const found = async (query: string) => {
      const { body } = await ana.ask(
        "GET",
        `/api/place/people?${new URLSearchParams({ q: query })}`,
      );
      return body.people.map(({ name }: { name: string }) => name);
    };
    assertEquals(await found("Émile"), ["Émile Ørsted"]);
    assertEquals(await found("émile ø"), ["Émile Ørsted"]);
    assertEquals(await found("жан"), ["Жанна"]);
    assertEquals(await found("%"), []);
  });
});

Deno.test("Each start makes another owner link, until someone owns the place", async () => {
  await withApp(async (app) => {
    const { place } = app.atoll;
    const first = (await place.offerSetup())!;
    const second = (await place.offerSetup())!;
    await refusedWith("wrong_code", () => place.claimAs("Ana", first, VISIT));
    const { person } = await place.claimAs("Ana", second, VISIT);
    assertEquals((await app.atoll.rooms.followed(person.id)).role, "owner");
    assertEquals(await place.offerSetup(), null);
  });
});

Deno.test("An owner without a password who signed out is followed by a new owner link", async () => {
  await withApp(async (app) => {
    const { place, sessions } = app.atoll;
    const { token } = await place
      .claimAs("Ana", (await place.offerSetup())!, VISIT);
    await sessions.end((await sessions.find(token))!);
    assert(await place.offerSetup() !== null);
  });
});

Deno.test("Guessing codes is soon refused with too_fast, from that address alone", async () => {
  await withApp(async (app) => {
    const { place } = app.atoll;
    const code = (await place.offerSetup())!;
    for (let i = 0; i < 20; i++) {
      await refusedWith("wrong_code", () => place.claimAs("Eve", "0", VISIT));
    }
    await refusedWith("too_fast", () => place.claimAs("Eve", code, VISIT));
    await place.claimAs("Ana", code, { ...VISIT, address: "192.0.2.2" });
  });
});

Deno.test("Roles are given from above, to accounts only, and the last owner stays", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const mei = await member(app, "Mei");
    const robin = await guest(app, "Robin");
    const give = (by: Asker, to: Asker, role: string) =>
      by.ask("PATCH", `/api/people/${to.id}`, { role })
        .then(({ status, code }) => code ?? status);
    assertEquals(await give(ana, robin, "admin"), "no_credentials");
    assertEquals(await give(omar, mei, "admin"), "forbidden");
    assertEquals(await give(omar, mei, "owner"), "forbidden");
    assertEquals(await give(omar, ana, "member"), "forbidden");
    assertEquals(await give(mei, mei, "owner"), "forbidden");
    assertEquals(await give(omar, omar, "owner"), "forbidden");
    assertEquals(await give(ana, ana, "member"), "last_owner");
    await refusedWith("last_owner", () => app.atoll.accounts.remove(ana.id));
    assertEquals(await give(ana, omar, "owner"), 204);
    // Owners don't stand above each other.
    assertEquals(await give(ana, omar, "member"), "forbidden");
    assertEquals(await give(ana, ana, "member"), 204);
    assertEquals(await give(omar, omar, "admin"), "last_owner");
  });
});

Deno.test("Nobody takes measures about those above or beside them", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const mei = await made(app, ana, "Mei", "admin");
    const robin = await member(app, "Robin");
    const until = Date.now() + MINUTE;
    for (
      const [by, to] of [[omar, ana], [omar, mei], [omar, omar], [ana, ana], [
        robin,
        omar,
      ], [robin, robin]] as const
    ) {
      for (
        const [method, path, body] of [
          ["PUT", "mute", { until }],
          ["DELETE", "mute"],
          ["PUT", "ban", { until }],
          ["DELETE", "ban"],
          ["DELETE", "sessions"],
        ] as const
      ) {
        const answer = await by.ask(
          method,
          `/api/people/${to.id}/${path}`,
          body,
        );
        assertEquals(answer.code, "forbidden", `${method} ${path}`);
      }
    }
    const unknown = await ana.ask("PUT", `/api/people/${uuidv7()}/ban`, {});
    assertEquals(unknown.code, "no_person");
    const odd = await ana.ask("PUT", "/api/people/nobody/ban", {});
    assertEquals(odd.code, "no_person");
  });
});

Deno.test("A mute stops writing on open connections at once, says why, and ends by itself", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const robin = await guest(app, "Robin");
    const page = await connected(app, robin);
    assertEquals((await page.post("Before")).type, "posted");
    const until_ = Date.now() + 10 * MINUTE;
    const path = `/api/people/${robin.id}/mute`;
    const body = { until: until_, reason: "Too \n loud" };
    assertEquals((await ana.ask("PUT", path, body)).status, 204);
    const refused = await page.post("During");
    assert(refused.type === "error" && refused.code === "muted");
    await until(() => page.last("me")?.muted !== undefined, "me with the mute");
    assertEquals(page.last("me")!.muted, {
      until: until_,
      reason: "Too loud",
    });
    assertEquals((await ana.ask("DELETE", path)).status, 204);
    assertEquals((await page.post("After")).type, "posted");
    await until(() => page.last("me")?.muted === undefined, "me without it");
    // One that is over already stops nobody.
    await ana.ask("PUT", path, { until: Date.now() - 1 });
    assertEquals((await page.post("Still")).type, "posted");
  });
});

Deno.test("A ban closes connections, holds sessions and the name, and says why", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const robin = await guest(app, "Robin");
    const page = await connected(app, robin);
    const path = `/api/people/${robin.id}/ban`;
    const until_ = Date.now() + 60 * MINUTE;
    const reason = "Advertising";
    assertEquals(
      (await ana.ask("PUT", path, { until: until_, reason })).status,
      204,
    );
    await until(() => page.socket.closed !== undefined, "the close");
    assertEquals(page.socket.closed?.code, 4502);
    const told = await robin.ask("GET", "/api/session");
    assertEquals([told.status, told.code], [403, "banned"]);
    assertEquals(told.body.error.until, until_);
    assertEquals(told.body.error.reason, reason);
    assertEquals((await robin.ask("GET", "/api/rooms")).code, "unauthorized");
    // Back from the same browser, or under the same name.
    const again = await robin.ask("POST", "/api/session", { name: "Robin 2" });
    assertEquals(again.code, "banned");
    const other = await app.request("/api/session", {
      method: "POST",
      body: JSON.stringify({ name: "Robin" }),
    });
    assertEquals((await other.json()).error.code, "name_taken");
    const start = await app.request("/", {
      headers: { cookie: robin.cookie, "accept-language": "en" },
    });
    assertStringIncludes(await start.text(), reason);
    assertEquals((await ana.ask("DELETE", path)).status, 204);
    assertEquals((await robin.ask("GET", "/api/session")).status, 200);
  });
});

Deno.test("Who is banned can't sign in, and a session that began before holds nothing", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const old = await sessionOf(app, mei);
    await ana.ask("PUT", `/api/people/${mei.id}/ban`, {});
    const signIn = await app.request("/api/session", {
      method: "POST",
      body: JSON.stringify({ name: "Mei", password: PASSWORD }),
    });
    assertEquals((await signIn.json()).error.code, "banned");
    assertEquals(await app.atoll.sessions.again(old), null);
    // A handshake that was under way is closed by the look that follows it.
    const late = new Guest(app.atoll, old);
    await until(() => late.socket.closed !== undefined, "the close");
    assert(late.socket.closed!.code >= 4500);
  });
});

Deno.test("Whoever is sent out of the place is signed out everywhere", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const robin = await guest(app, "Robin");
    const page = await connected(app, robin);
    const path = `/api/people/${robin.id}/sessions`;
    assertEquals((await ana.ask("DELETE", path)).status, 204);
    await until(() => page.socket.closed !== undefined, "the close");
    assertEquals(page.socket.closed?.code, 4500);
    assertEquals((await robin.ask("GET", "/api/session")).status, 401);
    // The name is free, since a guest can't come back.
    await app.enter("Robin");
  });
});

Deno.test("A demotion reaches open connections: what was allowed is refused", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const robin = await guest(app, "Robin");
    const page = await connected(app, omar);
    const writer = await connected(app, robin);
    const posts = [uuidv7(), uuidv7()];
    for (const id of posts) await writer.post("Mine", "lobby", id);
    const remove = (message: string) =>
      page.ask({ type: "delete", room: "lobby", id: uuidv7(), message });
    assertEquals((await remove(posts[0]!)).type, "posted");
    await ana.ask("PATCH", `/api/people/${omar.id}`, { role: "member" });
    const refused = await remove(posts[1]!);
    assert(refused.type === "error" && refused.code === "not_yours");
    await until(() => page.last("me")?.role === "member", "the new role");
  });
});

Deno.test("Each act is on record with who, what and whom, newest first, and without texts", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const omar = await made(app, ana, "Omar", "admin");
    const robin = await guest(app, "Robin");
    const writer = await connected(app, robin);
    const message = uuidv7();
    await writer.post("Secret words", "lobby", message);
    const page = await connected(app, omar);
    await page.ask({ type: "delete", room: "lobby", id: uuidv7(), message });
    await omar.ask("PUT", `/api/people/${robin.id}/mute`, { reason: "Noise" });
    await ana.ask("PATCH", "/api/place", { name: "Harbour" });
    const { body } = await ana.ask("GET", "/api/place/audit");
    // deno-lint-ignore no-explicit-any -- as the API says
    const acts = body.acts.map(({ actor, action, person, room }: any) => [
      ...[actor.name, action, person?.name, room?.slug],
    ]);
    assertEquals(acts, [
      ["Ana", "place_settings", undefined, undefined],
      ["Omar", "mute", "Robin", undefined],
      ["Omar", "delete_message", "Robin", "lobby"],
      ["Ana", "role", "Omar", undefined],
      ["Ana", "setup", "Ana", undefined],
    ]);
    assert(!JSON.stringify(body).includes("Secret"));
    for (const one of [robin, await member(app, "Mei")]) {
      const refused = await one.ask("GET", "/api/place/audit");
      assertEquals(refused.code, "forbidden");
    }
    // Deleting one's own is nobody else's business.
    const own = uuidv7();
    await page.post("Mine", "lobby", own);
    await page.ask({
      ...{ type: "delete", room: "lobby", id: uuidv7() },
      message: own,
    });
    const after = await ana.ask("GET", "/api/place/audit");
    assertEquals(after.body.acts.length, acts.length);
  });
});

Deno.test("How long messages are kept, by a room or by the server, is on record with what was before", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const { body: { room } } = await ana.ask("POST", "/api/rooms", {
      name: "Boats",
    });
    const keep = (retentionDays: number | null) =>
      ana.ask("PATCH", `/api/rooms/${room.id}`, { retentionDays });
    await keep(30);
    await keep(30);
    await keep(null);
    const { body: { room: plot } } = await ana.ask("POST", "/api/rooms", {
      ...{ name: "Plot", kind: "private" },
    });
    await ana.ask("PATCH", `/api/rooms/${plot.id}`, { retentionDays: 7 });
    const { body } = await ana.ask("GET", "/api/place/audit");
    // deno-lint-ignore no-explicit-any -- as the API says
    const acts = body.acts.map(({ action, room, detail }: any) => [
      ...[action, room?.slug, detail.days, detail.before],
    ]);
    assertEquals(acts.slice(0, -1), [
      // Those who read the record may not know this room.
      ["retention", plot.slug, undefined, undefined],
      ["retention", "boats", null, 30],
      ["retention", "boats", 30, null],
    ]);
    const page = await app.request("/place/audit", {
      headers: { cookie: ana.cookie },
    });
    const text = await page.text();
    assertStringIncludes(text, "Ana changed how long Boats keeps messages");
    assertStringIncludes(
      text,
      "30 days · before: what is usual on this server",
    );
  });
});

Deno.test("The record comes in pages that neither miss nor repeat", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const path = `/api/people/${mei.id}/mute`;
    for (let i = 0; i < 60; i++) {
      await ana.ask("PUT", path, { reason: `${i}` });
    }
    const seen: string[] = [];
    for (let before: string | null = ""; before !== null;) {
      const { body } = await ana.ask(
        "GET",
        `/api/place/audit?before=${before}`,
      );
      // deno-lint-ignore no-explicit-any -- as the API says
      seen.push(...body.acts.map((act: any) => act.detail.reason ?? "setup"));
      before = body.next;
    }
    const reasons = Array.from({ length: 60 }, (_, i) => `${59 - i}`);
    assertEquals(seen.slice(0, 60), reasons);
    assertEquals(seen.length, 61);
  });
});

Deno.test("What is done in a private room is on record without saying where to those outside", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const mei = await member(app, "Mei");
    const robin = await guest(app, "Robin");
    const { body: { room } } = await mei.ask("POST", "/api/rooms", {
      name: "Plot",
      kind: "private",
    });
    await mei.ask("PUT", `/api/rooms/${room.id}/people/${robin.id}`);
    await mei.ask("PATCH", `/api/rooms/${room.id}`, { topic: "Treason" });
    await mei.ask("DELETE", `/api/rooms/${room.id}/people/${robin.id}`);
    const { body } = await ana.ask("GET", "/api/place/audit");
    const text = JSON.stringify(body);
    for (const secret of ["Plot", "Treason", room.id, room.slug]) {
      assert(!text.includes(secret), secret);
    }
    assertEquals(body.acts[0].action, "remove");
    assertEquals(body.acts[0].hidden, true);
  });
});

async function refusedWith(
  code: string,
  act: () => Promise<unknown>,
): Promise<void> {
  const error = await act().then(() => null, (error) => error);
  assertEquals(error?.code, code);
}
