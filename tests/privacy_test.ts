/**
 * Closed rooms don't exist for those outside: whatever one asks is answered as
 * for a room that never was, byte for byte but for what one sent oneself.
 */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { InvitationWish } from "../lib/invitations.ts";
import type { Session } from "../lib/sessions.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { Guest } from "./support/atoll.ts";
import { PASSWORD, VISIT } from "./support/people.ts";
import { until } from "./support/until.ts";

const NAME = "Zanzibar";
const TEXT = "quokka";

/** Someone with a session, a connection and, over HTTP, a cookie. */
interface Outsider {
  who: string;
  cookie: string;
  guest: Guest;
}

/** A closed room, what an outsider may know of it, and what was never there. */
interface Secret {
  room: string;
  message: string;
  seq: number;
}

interface Scene {
  app: RunningApp;
  secrets: { kind: string; is: Secret }[];
  outsiders: Outsider[];
  insider: Guest;
}

async function sessionOf(app: RunningApp, cookie: string): Promise<Session> {
  const token = cookie.slice(cookie.indexOf("=") + 1);
  return (await app.atoll.sessions.find(token))!;
}

/** A private and a direct room with secrets, and everyone who is not inside. */
async function withSecrets(test: (scene: Scene) => Promise<void>) {
  await withApp(async (app) => {
    const { atoll } = app;
    const enter = async (name: string) => {
      const cookie = await app.enter(name);
      return { who: name, cookie, session: await sessionOf(app, cookie) };
    };
    const [ana, omar] = [await enter("Ana"), await enter("Omar")];
    const owner = (await enter("Kim")).session;
    await atoll.place.claim(owner, (await atoll.place.offerSetup())!, VISIT);
    const keeper = (await atoll.sessions.again(owner))!;
    const invited = async (who: string, wish: InvitationWish) => {
      const { code } = await atoll.invitations.make(keeper, wish);
      const { newcomer: { token } } = await atoll.invitations
        .joinAs(who, code, VISIT);
      const cookie = `atoll_session=${token}`;
      return { who, cookie, session: await sessionOf(app, cookie) };
    };
    const out = [
      await enter("Stranger"),
      await enter("Warden"),
      await invited("Confined", { role: "guest", room: "lobby" }),
      await enter("Removed"),
    ];
    const [warden, removed] = [out[1]!.session, out[3]!.session];
    await atoll.credentials.setPassword(warden, PASSWORD);
    const admin = { kind: "role", role: "admin" } as const;
    await atoll.order.take(keeper, warden.person.id, admin);

    const plans = await atoll.rooms.create(ana.session, NAME, "private");
    const { id: direct } = await atoll.rooms.direct(ana.session, [
      omar.session.person.id,
    ]);
    const { roomChanges } = atoll;
    for (const { person } of [omar.session, removed]) {
      await roomChanges.invite(ana.session, plans.id, person.id);
    }
    await roomChanges.remove(ana.session, plans.id, removed.person.id);
    const secrets = [];
    for (const [kind, room] of [["private", plans.id], ["direct", direct]]) {
      const id = uuidv7();
      const body = `${TEXT} @Removed @Stranger @Warden @Confined`;
      const { seq } = await atoll.messages.post({
        ...{ who: omar.session, room: room!, id, body },
      });
      secrets.push({ kind: kind!, is: { room: room!, message: id, seq } });
    }
    const outsiders = [];
    for (const { who, cookie } of out) {
      const session = await sessionOf(app, cookie);
      outsiders.push({ who, cookie, guest: new Guest(atoll, session) });
    }
    const insider = new Guest(atoll, ana.session);
    for (const { is } of secrets) {
      await insider.ask({ type: "join", room: is.room });
    }
    await test({ app, secrets, outsiders, insider });
  });
}

/** A room that never was. */
function nothing(): Secret {
  return { room: uuidv7(), message: uuidv7(), seq: 3 };
}

/** What one sent oneself, made equal. */
function blurred(text: string, { room, message }: Secret): string {
  return text.replaceAll(room, "ROOM").replaceAll(message, "MESSAGE")
    .replace(/nonce=\\?"[^"]*"|nonce-[^']*/g, "nonce");
}

function leaksNothing(text: string, what: string) {
  assert(!text.includes(NAME), `${what} says the name: ${text}`);
  assert(!text.includes(TEXT), `${what} says the text: ${text}`);
}

/** Every frame about a room, as an outsider would send it. */
function framesAbout({ room, message, seq }: Secret, epoch: string) {
  const [id, edit, del] = [uuidv7(), uuidv7(), uuidv7()];
  const about = { room, message };
  return [
    { type: "join", room },
    { type: "join", room, epoch, after: seq, afterId: message },
    { type: "join", room, epoch, after: 0 },
    { type: "history", room, before: 100 },
    { type: "read", room, seq },
    { type: "typing", room },
    { type: "report", room, gaps: 1, doubles: 0, reorders: 0 },
    { type: "post", room, id, body: "hello" },
    { type: "post", room, id, body: "hello", parent: message },
    // The id is taken, which only those inside may know.
    { type: "post", room, id: message, body: "hello" },
    { type: "edit", id: edit, body: "changed", ...about },
    { type: "delete", id: del, ...about },
    { type: "delete", room, id: message, message },
    { type: "react", id, emoji: "👍", on: true, ...about },
    { type: "pin", id, on: true, ...about },
  ];
}

Deno.test("Every frame about a closed room is answered as if there were none", async () => {
  await withSecrets(async ({ app, secrets, outsiders, insider }) => {
    const { epoch } = insider.last("messages")!;
    const ask = async (
      guest: Guest,
      secret: Secret,
      frame: Record<string, unknown>,
    ) => {
      const answer = await guest.ask(frame);
      const own = typeof frame.id === "string" ? frame.id : "no id";
      const text = blurred(JSON.stringify({ ...answer, ref: 0 }), secret);
      return text.replaceAll(own, "ID");
    };
    for (const { who, guest } of outsiders) {
      for (const { kind, is } of secrets) {
        const never = nothing();
        const other = framesAbout(never, epoch);
        for (const [index, frame] of framesAbout(is, epoch).entries()) {
          const got = await ask(guest, is, frame);
          const expected = await ask(guest, never, other[index]!);
          assertEquals(got, expected, `${who}, ${kind}: ${frame.type}`);
          assert(got.includes("no_room"), got);
          leaksNothing(got, frame.type);
        }
      }
      guest.send({ type: "leave", room: secrets[0]!.is.room });
      const pong = await guest.ask({ type: "ping" });
      assertEquals(pong.type, "pong");
    }
    // Nor do those inside see anybody try.
    const here = new Set(
      insider.socket.frames.flatMap((frame) =>
        frame.type === "presence" ? frame.people!.map(({ name }) => name) : []
      ),
    );
    assertEquals([...here], ["Ana"]);
    for (const { is } of secrets) {
      const head = await app.atoll.messages.page(is.room, { limit: 5 });
      assertEquals(head.seq, is.seq);
    }
  });
});

Deno.test("What happens in a closed room is told to nobody outside", async () => {
  await withSecrets(async ({ app, secrets, outsiders, insider }) => {
    for (const { is } of secrets) {
      await insider.post(`${TEXT} @Removed @here`, is.room);
      insider.send({ type: "typing", room: is.room });
      await app.atoll.roomChanges.details(insider.session, is.room);
    }
    await app.atoll.roomChanges.change(insider.session, secrets[0]!.is.room, {
      ...{ name: `${NAME} 2`, topic: TEXT },
    });
    // Whatever was to be told comes before what follows it.
    await insider.post("to all");
    for (const { who, guest } of outsiders) {
      const lobby = () =>
        guest.last("me")?.rooms.find(({ slug }) => slug === "lobby");
      await until(() => (lobby()?.posts ?? 0) > 0, `news for ${who}`);
      const text = guest.socket.sent.join("\n");
      leaksNothing(text, `A frame to ${who}`);
      for (const { is } of secrets) assert(!text.includes(is.room), who);
      assertEquals(guest.last("me")!.rooms.map(({ slug }) => slug), ["lobby"]);
      assertEquals(lobby()!.mentions, undefined);
    }
  });
});

/** Every request about a room, as an outsider would make it. */
function requestsAbout({ room, message }: Secret): [
  string,
  string,
  (Record<string, unknown> | URLSearchParams)?,
][] {
  const api = `/api/rooms/${room}`;
  const person = "00000000-0000-7000-8000-000000000000";
  return [
    ["GET", `/rooms/${room}`],
    ["GET", `/rooms/${room}?before=2`],
    ["POST", `/rooms/${room}`, new URLSearchParams({ body: "hello" })],
    ["POST", `/rooms/${room}/join`, new URLSearchParams()],
    ["POST", `/rooms/${room}/leave`, new URLSearchParams()],
    ["GET", api],
    ["PATCH", api, { name: "Mine", archived: true, retentionDays: 1 }],
    ["PATCH", api, { retentionDays: -1 }],
    ["PUT", `${api}/membership`],
    ["DELETE", `${api}/membership`],
    ["PUT", `${api}/people/${person}`],
    ["DELETE", `${api}/people/${person}`],
    ["DELETE", `${api}/people/${person}?until=never`],
    ["PUT", `${api}/notify`, { notify: "all" }],
    ["PUT", `${api}/notify`, { notify: "wrong" }],
    ["GET", `${api}/pins`],
    ["GET", `${api}/messages/${message}`],
    ["GET", `${api}/messages/${message}/versions`],
    ["GET", `/files/${room}/${message}/secret.png`],
    ["GET", `/search?q=${encodeURIComponent(`word in:${room}`)}`],
    ["GET", `/api/search?q=${encodeURIComponent(`word in:${room}`)}`],
  ];
}

Deno.test("Every request about a closed room is answered as if there were none", async () => {
  await withSecrets(async ({ app, secrets, outsiders }) => {
    const ask = async (
      cookie: string,
      secret: Secret,
      [method, path, body]: ReturnType<typeof requestsAbout>[number],
    ) => {
      const response = await app.request(path, {
        method,
        headers: { cookie, origin: app.url },
        ...body && {
          body: body instanceof URLSearchParams ? body : JSON.stringify(body),
        },
      });
      const headers = [...response.headers].filter(([name]) => name !== "date");
      const text = JSON.stringify([
        response.status,
        headers,
        await response.text(),
      ]);
      return blurred(text, secret);
    };
    const strangers = [{ who: "nobody", cookie: "" }, ...outsiders];
    for (const { who, cookie } of strangers) {
      for (const { kind, is } of secrets) {
        const never = nothing();
        const other = requestsAbout(never);
        for (const [index, request] of requestsAbout(is).entries()) {
          const got = await ask(cookie, is, request);
          const expected = await ask(cookie, never, other[index]!);
          const [method, path] = request;
          assertEquals(got, expected, `${who}, ${kind}: ${method} ${path}`);
          leaksNothing(got, path);
        }
      }
    }
  });
});

Deno.test("No list, count or search tells of a closed room", async () => {
  await withSecrets(async ({ app, secrets, outsiders }) => {
    const { rooms } = app.atoll;
    for (const { who, cookie, guest } of outsiders) {
      for (
        const path of [
          "/rooms",
          "/rooms/lobby",
          `/rooms?q=${NAME}`,
          "/api/rooms",
          `/api/rooms?q=${NAME}`,
          `/api/search?q=${TEXT}`,
          `/search?q=from%3AOmar+${TEXT.slice(0, 4)}`,
          "/api/people?q=",
          "/api/people?q=Zanz",
          "/settings",
        ]
      ) {
        const response = await app.request(path, { headers: { cookie } });
        // What one looks for oneself may be repeated.
        const text = (await response.text())
          .replaceAll(new URL(path, app.url).searchParams.get("q") || "\0", "");
        leaksNothing(text, `${path} for ${who}`);
        for (const { is } of secrets) assert(!text.includes(is.room), path);
      }
      const listed = await rooms.list(guest.session);
      assertEquals(listed.map(({ slug }) => slug), ["lobby"]);
      const { results } = await app.atoll.search.find(guest.session, TEXT);
      assertEquals(results, []);
    }
    const page = await app.request("/rooms/zanzibar", {
      headers: { cookie: outsiders[0]!.cookie },
    });
    assertEquals(page.status, 404);
    await page.body?.cancel();
    // Its name is nobody's: an open room may have it, too.
    const open = await rooms.create(outsiders[0]!.guest.session, NAME);
    assertEquals(open.slug, NAME.toLowerCase());
  });
});

Deno.test("Guests of one room are told of no other, and of no people", async () => {
  await withSecrets(async ({ app, outsiders }) => {
    const { cookie, guest } = outsiders.find(({ who }) => who === "Confined")!;
    const { session } = outsiders[0]!.guest;
    await app.atoll.rooms.create(session, "Boats");
    const list = await app.atoll.rooms.list(guest.session);
    assertEquals(list.map(({ slug }) => slug), ["lobby"]);
    const answers = [];
    for (const path of ["/api/rooms/boats", "/api/people?q="]) {
      const response = await app.request(path, { headers: { cookie } });
      answers.push((await response.json()).error.code);
    }
    assertEquals(answers, ["no_room", "forbidden"]);
    const made = await app.request("/api/rooms/direct", {
      method: "POST",
      headers: { cookie, origin: app.url },
      body: JSON.stringify({ people: [session.person.id] }),
    });
    assertEquals((await made.json()).error.code, "no_person");
  });
});
