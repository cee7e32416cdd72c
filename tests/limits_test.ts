/** What one may do, and what happens above it; the table is in docs/security.md. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ATTEMPT_RATES } from "../lib/attempts.ts";
import { SHARES } from "../lib/bodies.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { SETTINGS } from "../lib/config.ts";
import { CONNECTION_LIMITS, CONNECTION_RATES } from "../lib/connection.ts";
import { WAITING_UPLOADS } from "../lib/files/uploads.ts";
import { HERE_RATE, POST_RATE } from "../lib/messages.ts";
import { networkOf } from "../lib/origins.ts";
import { CLOSE, LIMITS } from "../lib/protocol.ts";
import { perHour, type Rate, RateLimiter } from "../lib/rate_limiter.ts";
import { SEARCH_RATE } from "../lib/search.ts";
import { Seats, SEATS_OF_PERSON } from "../lib/seats.ts";
import { HANDSHAKE_RATE } from "../lib/strangers.ts";
import { type RunningApp, testOnTransports, withApp } from "./support/app.ts";
import { withAtoll } from "./support/atoll.ts";
import { fakeConnection } from "./support/fake_socket.ts";
import { guest } from "./support/people.ts";
import { until } from "./support/until.ts";

const KIB = 1024;
const json = (value: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(value),
});

Deno.test("docs/security.md tells the limits as they are", async () => {
  const text = await Deno.readTextFile(
    new URL("../docs/security.md", import.meta.url),
  );
  const rows = new Map(
    text.split("\n").filter((line) => line.startsWith("| ")).map((line) => {
      const [what, much] = line.split("|").slice(1).map((cell) => cell.trim());
      return [what!, much!];
    }),
  );
  const bytes = (size: number) =>
    size >= KIB ** 2 ? `${size / KIB ** 2} MiB` : `${size / KIB} KiB`;
  const count = (value: number) => value.toLocaleString("en");
  const pace = ({ perSecond, burst }: Rate, show = count) =>
    perSecond < 1
      ? `${Math.round(perSecond * 60)} a minute, ${show(burst)} at once`
      : `${show(perSecond)} a second, ${show(burst)} at once`;
  const setting = (name: string, unit = "") => {
    const { fallback } = SETTINGS.find((one) => one.name === name)!;
    const shown = /^\d+$/.test(fallback)
      ? count(Number(fallback))
      : fallback.replace(/(\d)(?=[A-Z])/, "$1 ");
    return `${shown}${unit}: \`${name}\``;
  };
  const { strangers, people } = SHARES;
  const within = `${bytes(strangers.most)} within ${strangers.time / 1000} s`;
  const expected: Record<string, string> = {
    "a frame": bytes(LIMITS.frameBytes),
    "a message": `${count(LIMITS.bodyCodePoints)} code points and ${
      bytes(LIMITS.bodyBytes)
    }`,
    "frames of a connection": pace(CONNECTION_RATES.frames),
    "bytes of a connection": pace(CONNECTION_RATES.bytes, bytes),
    "frames that wait to be handled": `${
      count(CONNECTION_LIMITS.queuedFrames)
    }, of ${bytes(CONNECTION_LIMITS.queuedSize)} together`,
    "frames that can't be understood": `${LIMITS.badFrames} of a connection`,
    "rooms on the screen of a connection": count(LIMITS.joins),
    "connections of a person": count(SEATS_OF_PERSON),
    "connections from an address": setting("ATOLL_CONNECTIONS_PER_ADDRESS"),
    "handshakes without a session from an address": pace(HANDSHAKE_RATE),
    "passkey challenges for an address": pace(ATTEMPT_RATES.challenges),
    "sign-ins from an address": pace(ATTEMPT_RATES.fromAddress),
    "sign-ins at an account from an address": pace(ATTEMPT_RATES.atAccount),
    "sign-ins at an account": pace(ATTEMPT_RATES.atAccountInAll),
    "wrong codes of links from an address": pace(ATTEMPT_RATES.wrongCodes),
    "searches of a person": pace(SEARCH_RATE),
    "files of a person that no message has": count(WAITING_UPLOADS),
    "people who come in from an address": setting(
      "ATOLL_NEWCOMERS_PER_HOUR",
      " an hour",
    ),
    "rooms that a person makes": setting("ATOLL_ROOMS_PER_HOUR", " an hour"),
    "messages, edits and reactions of a person": pace(POST_RATE),
    "messages of a person with `@here`": pace(HERE_RATE),
    "either, without a session": `${within}; from an address ${
      bytes(strangers.inEach)
    }, of all ${bytes(strangers.inAll)}`,
    "either, with a session": `${people.time / 1000} s; of all ${
      bytes(people.inAll)
    }`,
    "a file": setting("ATOLL_UPLOAD_LIMIT"),
  };
  for (const [what, much] of Object.entries(expected)) {
    assertEquals(rows.get(what), much, what);
  }
});

Deno.test("A rate limiter keeps to its bound under a flood of keys, and forgets the oldest", () => {
  let now = 0;
  const limiter = new RateLimiter(
    { burst: 1, perSecond: 1 / 60 },
    () => now,
    100,
  );
  assertEquals(limiter.take("first"), 0);
  assertEquals(limiter.take("busy"), 0);
  for (let i = 0; i < 10_000; i++) {
    limiter.take(`flood ${i}`);
    assert(limiter.take("busy") > 0, "whoever asks on and on is not forgotten");
  }
  assertEquals(limiter.size, 100);
  assertEquals(limiter.take("first"), 0);
  now += 60_000;
  assertEquals(limiter.take("busy"), 0);
});

Deno.test("An hour's worth may be spent at once, and comes back in an hour", () => {
  let now = 0;
  const limiter = new RateLimiter(perHour(60), () => now);
  for (let i = 0; i < 60; i++) assertEquals(limiter.take("a"), 0);
  assertEquals(limiter.take("a"), 60_000);
  now += 60_000;
  assertEquals(limiter.take("a"), 0);
  assert(limiter.take("a") > 0);
});

Deno.test("What fails costs nothing", async () => {
  const limiter = new RateLimiter(perHour(1), () => 0);
  const fail = () => Promise.reject(new Error("taken"));
  for (let i = 0; i < 3; i++) {
    await limiter.spend("a", "too_many_rooms", fail).catch(() => {});
  }
  const done = await limiter.spend(
    "a",
    "too_many_rooms",
    () => Promise.resolve("made"),
  );
  assertEquals(done, "made");
});

Deno.test("Addresses of one IPv6 network count as one; an IPv4 address in IPv6's clothes is itself", () => {
  assertEquals(networkOf("192.0.2.7"), "192.0.2.7");
  assertEquals(networkOf("192.0.2.7:50123"), "192.0.2.7");
  assertEquals(networkOf("2001:db8:1:2:3::7"), networkOf("2001:db8:1:2::1"));
  assert(networkOf("2001:db8:1:2::1") !== networkOf("2001:db8:1:3::1"));
  assert(networkOf(`${"a".repeat(10_000)}:b`).length <= 64);
});

Deno.test("A person has 20 places and a network its number; they come back one by one", () => {
  const seats = new Seats(30);
  const taken = Array.from(
    { length: SEATS_OF_PERSON },
    () => seats.take("ana", "net"),
  );
  taken.forEach((seat) => assert(seat.keep()));
  assertEquals(
    codeOf(() => seats.take("ana", "elsewhere")),
    "too_many_connections",
  );
  const others = Array.from({ length: 10 }, () => seats.take("omar", "net"));
  assertEquals(codeOf(() => seats.take("zoe", "net")), "too_many_connections");
  taken[0]!.leave();
  taken[0]!.leave();
  seats.take("ana", "net").leave();
  const again = seats.take("zoe", "net");
  assertEquals(codeOf(() => seats.take("ana", "net")), "too_many_connections");
  for (const seat of [...taken, ...others, again]) seat.leave();
  assert(!seats.isFull("ana", "net"));
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

testOnTransports(
  "The 21st connection of a person is refused, and the page is told why",
  async (app) => {
    const ana = await guest(app, "Ana");
    const headers = { cookie: ana.cookie, origin: app.url };
    const url = `${app.url.replace("http", "ws")}/api/ws`;
    const sockets: WebSocket[] = [];
    const token = ana.cookie.split("=")[1]!;
    for (let i = 0; i < SEATS_OF_PERSON; i++) {
      const socket = new WebSocket(url, ["atoll.v1", `atoll.token.${token}`]);
      await new Promise((resolve) => socket.onopen = resolve);
      sockets.push(socket);
    }
    const knock = async () => {
      const response = await fetch(`${app.url}/api/ws`, {
        headers: {
          ...headers,
          ...{ upgrade: "websocket", connection: "Upgrade" },
          "sec-websocket-key": btoa("0123456789abcdef"),
          "sec-websocket-version": "13",
        },
      }).catch(() => null);
      return await response?.json();
    };
    assertEquals((await knock())?.error.code, "too_many_connections");
    assertEquals((await ana.ask("GET", "/api/session")).body.full, true);
    const omar = await guest(app, "Omar");
    assertEquals((await omar.ask("GET", "/api/session")).body.full, undefined);
    const gone = new Promise((resolve) => sockets[0]!.onclose = resolve);
    sockets[0]!.close();
    await gone;
    await untilAsync(async () =>
      (await ana.ask("GET", "/api/session")).body.full === undefined
    );
    for (const socket of sockets) socket.close();
  },
);

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + 60_000;
  while (!await condition()) {
    assert(performance.now() < giveUp, "in vain");
    // What is asked without a network leaves sockets no turn of their own.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

testOnTransports(
  "An address has the connections that the setting says, whoever it is",
  async (app) => {
    const [ana, omar] = [await guest(app, "Ana"), await guest(app, "Omar")];
    const url = `${app.url.replace("http", "ws")}/api/ws`;
    const open = (who: { cookie: string }) =>
      new Promise<WebSocket | null>((resolve) => {
        const token = `atoll.token.${who.cookie.split("=")[1]}`;
        const socket = new WebSocket(url, ["atoll.v1", token]);
        socket.onopen = () => resolve(socket);
        socket.onerror = () => resolve(null);
      });
    const first = await open(ana);
    assert(first !== null);
    assertEquals(await open(omar), null);
    const session = await fetch(`${app.url}/api/session`, {
      headers: { cookie: omar.cookie },
    });
    assertEquals((await session.json()).full, true);
    first.close();
  },
  { connectionsPerAddress: 1 },
);

Deno.test("Handshakes without a session are soon refused faster, from that address alone", async () => {
  await withApp(async ({ request }) => {
    const knock = async (address: string) => {
      const headers = { upgrade: "websocket", "x-forwarded-for": address };
      const response = await request("/api/ws", { headers });
      await response.body?.cancel();
      return [response.status, response.headers.has("retry-after")];
    };
    for (let i = 0; i < HANDSHAKE_RATE.burst; i++) {
      assertEquals(await knock("192.0.2.1"), [401, false]);
    }
    assertEquals(await knock("192.0.2.1"), [429, true]);
    assertEquals(await knock("198.51.100.7, 192.0.2.1"), [429, true]);
    assertEquals(await knock("192.0.2.2"), [401, false]);
  }, { trustProxy: true });
});

Deno.test("People come in from one address up to the setting, by API, form and invitation alike", async () => {
  await withApp(async (app) => {
    const { request, url } = app;
    const from = (address: string) => ({ "x-forwarded-for": address });
    const enter = async (name: string, address = "192.0.2.1") => {
      const response = await request("/api/session", {
        ...json({ name }),
        headers: from(address),
      });
      return (await response.json()).error?.code ?? response.status;
    };
    const fill = async (name: string) => {
      const response = await request("/", {
        method: "POST",
        headers: { origin: url, ...from("192.0.2.1") },
        body: new URLSearchParams({ name }),
      });
      return [response.status, await response.text()] as const;
    };
    assertEquals(await enter("Ana"), 201);
    assertEquals(await enter("ana"), "name_taken");
    assertEquals((await fill("Omar"))[0], 303);
    assertEquals(await enter("Zoe"), "too_many_newcomers");
    const [status, page] = await fill("Zoe");
    assertEquals(status, 429);
    assertStringIncludes(page, "Many people came in from your network");
    assertEquals(await enter("Zoe", "192.0.2.2"), 201);
    const visit = { address: "192.0.2.1", device: "" };
    const invited = app.atoll.invitations.joinAs("Kim", "AAAA-AAAA", visit);
    const error = await invited.catch((error) => error);
    assertEquals(error.code, "too_many_newcomers");
  }, { trustProxy: true, newcomersPerHour: 2 });
});

Deno.test("A person makes rooms up to the setting; one that exists already costs nothing", async () => {
  await withApp(async (app) => {
    const [ana, omar] = [await guest(app, "Ana"), await guest(app, "Omar")];
    const direct = () =>
      ana.ask("POST", "/api/rooms/direct", { people: [omar.id] });
    const make = (name: string, who = ana) =>
      who.ask("POST", "/api/rooms", { name });
    for (let i = 0; i < 3; i++) assertEquals((await direct()).status, 200);
    assertEquals((await make("Boats")).status, 201);
    assertEquals((await make("Boats")).code, "name_taken");
    assertEquals((await make("Trains")).status, 201);
    assertEquals((await make("Planes")).code, "too_many_rooms");
    assertEquals((await make("Planes", omar)).status, 201);
  }, { roomsPerHour: 3 });
});

Deno.test("Everybody is called five times at once; the next such message fails for good, others don't [L4]", async () => {
  await withAtoll(async (_, enter) => {
    const ana = await enter("Ana");
    const codes: (string | undefined)[] = [];
    for (let i = 0; i <= HERE_RATE.burst; i++) {
      const answer = await ana.post(`@here ${i}`);
      codes.push(answer.type === "error" ? answer.code : answer.type);
    }
    assertEquals(codes, [
      ...Array(HERE_RATE.burst).fill("posted"),
      "here_too_often",
    ]);
    assertEquals(ana.last("error")?.retry, false);
    assertEquals((await ana.post("here we are")).type, "posted");
    const omar = await enter("Omar");
    assertEquals((await omar.post("@here too")).type, "posted");
  });
});

Deno.test("A connection has 500 rooms on screen, and may join one of them anew", async () => {
  await withAtoll(async (atoll, enter) => {
    const ana = await enter("Ana");
    const others = Array.from({ length: LIMITS.joins - 1 }, () => uuidv7());
    for (const room of others) {
      ana.connection.subscriptions.set(room, {} as never);
    }
    assertEquals(
      (await ana.ask({ type: "join", room: "lobby" })).type,
      "messages",
    );
    assertEquals(
      (await ana.ask({ type: "join", room: "lobby" })).type,
      "messages",
    );
    const { id } = await atoll.rooms.create(ana.session, "Boats");
    await ana.ask({ type: "join", room: id });
    assertEquals(ana.last("error")?.code, "too_many_joins");
    for (const room of others) ana.connection.subscriptions.delete(room);
    assertEquals((await ana.ask({ type: "join", room: id })).type, "messages");
  });
});

Deno.test("A connection that sends too many frames, or bytes, is closed and may come back", async () => {
  const few = fakeConnection();
  const { burst } = CONNECTION_RATES.frames;
  for (let i = 0; i < burst / 2; i++) few.connection.receive('{"type":"ping"}');
  await until(() => few.socket.closed === undefined);
  assertEquals(few.connection.closed, false);

  const many = fakeConnection({ handle: () => Promise.resolve() });
  for (let i = 0; i < burst * 3 && !many.connection.closed; i++) {
    many.connection.receive('{"type":"ping"}');
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(many.socket.closed, {
    code: CLOSE.tooFast,
    reason: "too_fast 5000",
  });

  const heavy = fakeConnection({ handle: () => Promise.resolve() });
  const frame = JSON.stringify({ type: "ping", fill: "x".repeat(60_000) });
  let sent = 0;
  for (; sent < 100 && !heavy.connection.closed; sent++) {
    heavy.connection.receive(frame);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(sent * 60_000 > CONNECTION_RATES.bytes.burst, String(sent));
  assertEquals(heavy.socket.closed?.code, CLOSE.tooFast);
});

Deno.test("A stranger's body has 16 KiB and a short time; one who is here has more", async () => {
  await withApp(async (app) => {
    const { request, url } = app;
    const cookie = await app.enter("Ana");
    const post = (body: BodyInit, headers = {}) =>
      request("/api/session", { method: "POST", body, headers });
    const big = JSON.stringify({ name: "x", fill: "x".repeat(20_000) });
    assertEquals((await post(big)).status, 413);
    assertEquals((await post(big, { cookie, origin: url })).status, 201);

    const { strangers } = SHARES;
    const before = strangers.time;
    Object.assign(strangers, { time: 20 });
    try {
      let cancelled = false;
      const slow = new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void (cancelled = true),
      });
      const answer = await post(slow);
      assertEquals(answer.status, 408);
      assertEquals((await answer.json()).error.code, "body_too_slow");
      await until(() => cancelled);
    } finally {
      Object.assign(strangers, { time: before });
    }
    assertEquals(strangers.held, 0);
  });
});

Deno.test("Behind a proxy that tells the port as well, an address is one whichever port it has", async () => {
  await withApp(async ({ request }) => {
    const enter = async (name: string, address: string) => {
      const headers = { "x-forwarded-for": `203.0.113.1, ${address}` };
      const init = { ...json({ name }), headers };
      return (await request("/api/session", init)).status;
    };
    assertEquals(await enter("Ana", "192.0.2.7:50123"), 201);
    assertEquals(await enter("Omar", "192.0.2.7:50124"), 429);
    assertEquals(await enter("Omar", "192.0.2.7"), 429);
    assertEquals(await enter("Omar", "192.0.2.8:50123"), 201);
    assertEquals(await enter("Mei", "[2001:db8:0:1::7]:443"), 201);
    assertEquals(await enter("Kai", "[2001:db8:0:1::8]:444"), 429);
  }, { trustProxy: true, newcomersPerHour: 1 });
});

/** Bodies of strangers that don't end before they are told to. */
class OpenBodies {
  refused = 0;
  readonly #request: RunningApp["request"];
  readonly #controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  readonly #answers: Promise<Response>[] = [];

  constructor(request: RunningApp["request"]) {
    this.#request = request;
  }

  /** Sends as much of one as a stranger may, from an address. */
  begin(address: string): void {
    const body = new ReadableStream({
      start: (controller) => {
        this.#controllers.push(controller);
        controller.enqueue(new Uint8Array(SHARES.strangers.most));
      },
    });
    const headers = { "x-forwarded-for": address };
    const init = { method: "POST", body, headers };
    const answer = this.#request("/api/session", init);
    this.#answers.push(answer);
    answer.then(({ status }) => status === 429 && this.refused++);
  }

  async end(): Promise<void> {
    for (const controller of this.#controllers) {
      try {
        controller.close();
      } catch {
        // That one was cancelled.
      }
    }
    for (const answer of this.#answers) await (await answer).body?.cancel();
    assertEquals(SHARES.strangers.held, 0);
    assertEquals(SHARES.strangers.heldBy.size, 0);
  }
}

Deno.test("Strangers' bodies together stay below their share of the memory", async () => {
  await withApp(async ({ request }) => {
    const { strangers } = SHARES;
    const bodies = new OpenBodies(request);
    for (let i = 0; i < strangers.inAll / strangers.most + 10; i++) {
      bodies.begin(`192.0.2.${i % 8}`);
    }
    await until(() => bodies.refused >= 10, "the last of them to be refused");
    assert(strangers.held <= strangers.inAll);
    await bodies.end();
  }, { trustProxy: true });
});

Deno.test("Strangers of one network can't keep those of others out", async () => {
  await withApp(async ({ request }) => {
    const { strangers } = SHARES;
    const bodies = new OpenBodies(request);
    for (let i = 0; i < strangers.inEach / strangers.most + 10; i++) {
      bodies.begin(`2001:db8:0:1::${i}`);
    }
    await until(() => bodies.refused >= 10, "the last of them to be refused");
    const enter = async (name: string, address: string) => {
      const headers = { "x-forwarded-for": address };
      const init = { ...json({ name }), headers };
      return (await request("/api/session", init)).status;
    };
    assertEquals(await enter("Ana", "2001:db8:0:1:ffff::1"), 429);
    assertEquals(await enter("Ana", "2001:db8:0:2::1"), 201);
    await bodies.end();
    assertEquals(await enter("Omar", "2001:db8:0:1:ffff::1"), 201);
  }, { trustProxy: true });
});
