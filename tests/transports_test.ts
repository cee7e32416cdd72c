/** Both servers, as the network sees them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { WebSocket as NpmWebSocket } from "ws";
import { uuidv7 } from "../lib/client/uuid.ts";
import { CONNECTION_RATES } from "../lib/connection.ts";
import { metrics } from "../lib/metrics.ts";
import { SLOW_LIMITS } from "../lib/slow_connections.ts";
import { compressed } from "../lib/transports/compression.ts";
import { NODE_LIMITS } from "../lib/transports/node.ts";
import { SOCKET_LIMITS } from "../lib/transports/node_sockets.ts";
import { plainAddress } from "../lib/transports/transport.ts";
import { type RunningApp, testOnTransports, withApp } from "./support/app.ts";
import { frame, handshake, head, RawConnection } from "./support/raw_http.ts";
import { until } from "./support/until.ts";

/** Runs a test with other limits. */
async function withLimits<T extends object>(
  limits: T,
  changes: Partial<T>,
  test: () => Promise<void>,
): Promise<void> {
  const before = { ...limits };
  Object.assign(limits, changes);
  try {
    await test();
  } finally {
    Object.assign(limits, before);
  }
}

async function bearer({ atoll }: RunningApp, name: string) {
  const { token } = await atoll.accounts.enter(name);
  return { authorization: `Bearer ${token}` };
}

/** A pattern of bytes, some of which are no letters. */
function bytes(pattern: TemplateStringsArray): RegExp {
  return new RegExp(String.raw(pattern));
}

/** A socket by hand, after its handshake. */
async function opened(app: RunningApp, name: string): Promise<RawConnection> {
  const raw = await RawConnection.open(app.url);
  await raw.write(handshake(await bearer(app, name)));
  assertEquals(await raw.status(), 101);
  assert(await raw.match(/"type":"me"/));
  return raw;
}

testOnTransports(
  "Pages and scripts are compressed for whoever takes that, pictures are not",
  async ({ url }) => {
    for (const path of ["/", "/styles.css"]) {
      await using zipped = await RawConnection.open(url);
      await zipped.write(head(`GET ${path}`, {
        ...{ "accept-encoding": "gzip", connection: "close" },
      }));
      const answer = (await zipped.rest()).toLowerCase();
      assertMatch(answer, /content-encoding: gzip/);
      assertMatch(answer, /vary: [^\r]*accept-encoding/);
      await using plain = await RawConnection.open(url);
      await plain.write(head(`GET ${path}`, { connection: "close" }));
      assert(!(await plain.rest()).toLowerCase().includes("content-encoding"));
      const unpacked = await (await fetch(url + path)).text();
      assertMatch(unpacked, path === "/" ? /<\/html>/ : /\{/);
    }
    const picture = await fetch(`${url}/favicon.ico`);
    await picture.body?.cancel();
    assertEquals(picture.headers.get("content-encoding"), null);
  },
);

testOnTransports("HEAD answers as GET, without a body", async ({ url }) => {
  await using raw = await RawConnection.open(url);
  await raw.write(head("HEAD /styles.css", { connection: "close" }));
  assertEquals(await raw.status(), 200);
  assertMatch(await raw.rest(), /\r\n\r\n$/);
});

testOnTransports(
  "A file goes up in pieces and comes down whole, or in part",
  async (app) => {
    const { url } = app;
    const headers = await bearer(app, "Ana");
    const content = new Uint8Array(300_000).map((_, i) => i % 251);
    const sent = await fetch(`${url}/api/uploads?name=a.bin`, {
      method: "POST",
      headers,
      body: new Blob([content]).stream(),
    });
    const { file } = await sent.json();
    const { rooms } = await (await fetch(`${url}/api/rooms`, { headers }))
      .json();
    const room = rooms[0].id;
    const socket = new WebSocket(`${url.replace("http", "ws")}/api/ws`, [
      "atoll.v1",
      `atoll.token.${headers.authorization.split(" ")[1]}`,
    ]);
    await new Promise((resolve) => socket.onopen = resolve);
    const posted = new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => data.includes('"posted"') && resolve();
    });
    const id = uuidv7();
    socket.send(JSON.stringify({
      ...{ type: "post", room, id, body: "", files: [file.id] },
    }));
    await posted;
    const path = `${url}/files/${room}/${file.id}/a.bin`;
    const whole = await (await fetch(path, { headers })).bytes();
    assertEquals(whole, content);
    const part = await fetch(path, {
      headers: { ...headers, range: "bytes=100-199" },
    });
    assertEquals(part.status, 206);
    assertEquals(await part.bytes(), content.slice(100, 200));
    socket.close();
  },
);

testOnTransports(
  "What can't be read is the asker's fault, and the next one is answered",
  async ({ url }) => {
    const cases: [string, number[]][] = [
      [head("GET /rooms/%E0%A4%A"), [400]],
      [head("GET /", { host: "a b" }), [400]],
      [head("TRACE /"), [400, 405, 501]],
      [head("PROPFIND /"), [405]],
      [head("constructor /"), [400, 405]],
      ["GET / HTTP/1.1\r\nno colon\r\n\r\n", [400]],
      ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
      [head("POST /", { "content-length": "-1" }), [400]],
      [
        head("POST /", {
          "content-length": "5",
          "transfer-encoding": "chunked",
        }) +
        "0\r\n\r\n",
        [400, 403],
      ],
    ];
    for (const [request, statuses] of cases) {
      await using raw = await RawConnection.open(url);
      await raw.write(request);
      const status = await raw.status();
      // Some are not even worth an answer.
      assert(
        status === null || statuses.includes(status),
        `${request}: ${status}`,
      );
      const next = await fetch(url);
      await next.body?.cancel();
      assertEquals(next.status, 200);
    }
  },
);

testOnTransports(
  "Handshakes that are none are refused, and hold no place",
  async (app) => {
    const authorized = await bearer(app, "Ana");
    const cases: [Record<string, string>, number][] = [
      [{ "sec-websocket-key": "short" }, 426],
      [{ "sec-websocket-version": "7" }, 426],
      [{ "sec-websocket-protocol": "atoll.token." }, 401],
    ];
    for (const [headers, expected] of cases) {
      const given = expected === 401 ? headers : { ...authorized, ...headers };
      await using raw = await RawConnection.open(app.url);
      await raw.write(handshake({ ...given, connection: "Upgrade" }));
      const status = await raw.status();
      // Some versions and keys are the server's own affair.
      assert(
        status === expected || status === 400,
        `${status}, not ${expected}`,
      );
    }
    const session = await fetch(`${app.url}/api/session`, {
      headers: authorized,
    });
    assertEquals((await session.json()).full, undefined);
  },
);

testOnTransports(
  "Another protocol that is offered is declined, and the page is served",
  async ({ url }) => {
    await using raw = await RawConnection.open(url);
    await raw.write(head("GET /", { upgrade: "h2c", connection: "Upgrade" }));
    assertEquals(await raw.status(), 200);
    assert(await raw.match(/<\/html>/));
  },
);

testOnTransports(
  "A handshake that prolongs the session says so to the browser",
  async (app) => {
    const { sessions, config } = app.atoll;
    const cookie = await app.enter("Ana");
    const ofRequest = sessions.ofRequest.bind(sessions);
    sessions.ofRequest = async (request) => {
      const session = await ofRequest(request);
      return session && { ...session, extended: true };
    };
    await using raw = await RawConnection.open(app.url);
    await raw.write(handshake({ cookie, origin: "http://localhost" }));
    assertEquals(config.trustProxy, false);
    assertEquals(await raw.status(), 101);
    assert(await raw.match(/set-cookie: atoll_session=[\w-]{43}/i));
  },
);

Deno.test("[ws] A body that nobody reads is not taken to its end", async () => {
  await withApp(async ({ url }) => {
    await using raw = await RawConnection.open(url);
    const size = 200 * 1024 ** 2;
    await raw.write(
      head("POST /api/nothing", { "content-length": String(size) }),
    );
    const piece = new Uint8Array(1024 ** 2);
    let written = 0;
    while (written < size && await raw.write(piece)) written += piece.length;
    assert(written < size, `all ${size} bytes were taken`);
  }, { transport: "ws" });
});

Deno.test("Each IPv4 address is written in one way", () => {
  assertEquals(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assertEquals(plainAddress("::FFFF:192.0.2.1"), "192.0.2.1");
  assertEquals(plainAddress("2001:db8::1"), "2001:db8::1");
});

Deno.test("Compression keeps its hands off what it must not touch", () => {
  const zips = (
    headers: Record<string, string>,
    accept = "gzip",
    status = 200,
  ) => {
    const request = new Request("http://x/", {
      headers: { "accept-encoding": accept },
    });
    const response = new Response("x".repeat(1_000), { status, headers });
    return compressed(request, response).headers.get("content-encoding");
  };
  const text = { "content-type": "text/html; charset=utf-8" };
  assertEquals(zips(text), "gzip");
  assertEquals(zips(text, "br, gzip;q=0.5"), "gzip");
  assertEquals(zips(text, "gzip;q=0, br"), null);
  assertEquals(zips(text, "br"), null);
  assertEquals(zips({ "content-type": "image/png" }), null);
  assertEquals(zips(text, "gzip", 206), null);
  assertEquals(zips({ ...text, "content-encoding": "br" }), "br");
  assertEquals(zips({ ...text, "cache-control": "no-transform" }), null);
  assertEquals(zips({ ...text, "content-length": "10" }), null);
});

Deno.test("[ws] Headers have 16 KiB and ten seconds; who says nothing is sent away", async () => {
  await withLimits(NODE_LIMITS, { headers: 100, interval: 20 }, async () => {
    await withApp(async ({ url }) => {
      await using huge = await RawConnection.open(url);
      await huge.write(head("GET /", { "x-filler": "x".repeat(20_000) }));
      const status = await huge.status();
      assert(status === null || status === 431, String(status));
      await using silent = await RawConnection.open(url);
      await silent.rest();
      await using slow = await RawConnection.open(url);
      await slow.write("GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
      await slow.rest();
    }, { transport: "ws" });
  });
});

Deno.test("[ws] An address has half as many connections that are no sockets; those are counted apart", async () => {
  const before = metrics.turnedAway.value;
  await withApp(async (app) => {
    await using _socket = await opened(app, "Ana");
    await using first = await RawConnection.open(app.url);
    await using _second = await RawConnection.open(app.url);
    await using third = await RawConnection.open(app.url);
    assertEquals(await third.rest(), "");
    assertEquals(metrics.turnedAway.value, before + 1);
    await first[Symbol.asyncDispose]();
    let status: number | null = null;
    while (status === null) {
      await using next = await RawConnection.open(app.url);
      await next.write(head("GET /healthz"));
      status = await next.status();
    }
    assertEquals(status, 200);
  }, { transport: "ws", connectionsPerAddress: 4 });
});

Deno.test("[ws] At that bound the connection that was answered the longest ago gives way", async () => {
  const before = metrics.turnedAway.value;
  await withApp(async ({ url }) => {
    const ask = async (raw: RawConnection) => {
      await raw.write(head("GET /healthz"));
      return await raw.status();
    };
    await using first = await RawConnection.open(url);
    await using second = await RawConnection.open(url);
    for (const raw of [second, first, second]) {
      assertEquals(await ask(raw), 200);
      // To its end, so that the server has nothing more to say.
      await raw.match(/"status"[^}]*}/);
    }
    await using third = await RawConnection.open(url);
    assertEquals(await ask(third), 200);
    await first.rest();
    assertEquals(await ask(second), 200);
    assertEquals(metrics.turnedAway.value, before);
  }, { transport: "ws", connectionsPerAddress: 4 });
});

Deno.test("[ws] A connection that waits for an answer gives way to nobody, be it to a handshake or to what it asked before the last answer", async () => {
  await withApp(async (app) => {
    const { sessions } = app.atoll;
    const asked = [
      handshake(await bearer(app, "Ana")),
      head("GET /healthz") + head("GET /api/session"),
    ];
    const answers = [[200, 101], [200, 200, 401]];
    const ofRequest = sessions.ofRequest.bind(sessions);
    for (const [i, text] of asked.entries()) {
      const judging = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      sessions.ofRequest = async (request) => {
        if (/ws|session/.test(request.url)) {
          judging.resolve();
          await gate.promise;
        }
        return await ofRequest(request);
      };
      await using raw = await RawConnection.open(app.url);
      const statuses: (number | null)[] = [];
      const next = async () => void statuses.push(await raw.status());
      await raw.write(head("GET /healthz"));
      await next();
      await raw.match(/"status"[^}]*}/);
      await raw.write(text);
      await judging.promise;
      while (statuses.length < answers[i]!.length - 1) await next();
      await using late = await RawConnection.open(app.url);
      assertEquals(await late.rest(), "");
      gate.resolve();
      await next();
      assertEquals(statuses, answers[i]);
    }
  }, { transport: "ws", connectionsPerAddress: 2 });
});

Deno.test("[ws] Behind a proxy, whose connections are everybody's, there is no such bound", async () => {
  await withApp(async ({ url }) => {
    const all: RawConnection[] = [];
    for (let i = 0; i < 5; i++) all.push(await RawConnection.open(url));
    for (const raw of all) {
      await raw.write(head("GET /healthz"));
      assertEquals(await raw.status(), 200);
      await raw[Symbol.asyncDispose]();
    }
  }, { transport: "ws", connectionsPerAddress: 2, trustProxy: true });
});

Deno.test("[ws] A message in pieces ends the connection at 64 KiB, or at 1,000 pieces", async () => {
  await withApp(async (app) => {
    const refused = () => metrics.refused.of("frame_too_big");
    for (const size of [30_000, 1]) {
      const before = refused();
      await using raw = await opened(app, `Ana ${size}`);
      const piece = "x".repeat(size);
      const told = raw.match(bytes`\x88\x02\x03[\xf0\xf1]`);
      await raw.write(frame(1, piece, { fin: false }));
      let count = 1;
      while (
        count < 5_000 && await raw.write(frame(0, piece, { fin: false }))
      ) {
        count++;
      }
      assert(await told);
      assertEquals(refused(), before + 1, `pieces of ${size}`);
    }
    await until(() => app.atoll.metrics.includes("\natoll_connections 0\n"));
  }, { transport: "ws" });
});

Deno.test("[ws] What is no WebSocket frame ends the connection with the protocol's code", async () => {
  await withApp(async (app) => {
    const cases: [Uint8Array, number][] = [
      [frame(1, "unmasked", { masked: false }), 1002],
      [frame(3, "unknown"), 1002],
      [frame(0, "goes on with nothing"), 1002],
      [frame(9, "x".repeat(126)), 1002],
      [frame(1, new Uint8Array([0xc3, 0x28])), 1007],
    ];
    for (const [i, [wrong, code]] of cases.entries()) {
      await using raw = await opened(app, `Ana ${i}`);
      await raw.write(wrong);
      const [, high, low] = (await raw.match(bytes`\x88\x02([^])([^])`))!;
      const said = high!.charCodeAt(0) << 8 | low!.charCodeAt(0);
      assertEquals(said, code, `case ${i}`);
    }
  }, { transport: "ws" });
});

Deno.test("[ws] Pings are answered, and too many of them end the connection", async () => {
  await withApp(async (app) => {
    await using raw = await opened(app, "Ana");
    await raw.write(frame(9, "here"));
    assert(await raw.match(bytes`\x8a\x04here`));
    const { burst } = CONNECTION_RATES.frames;
    const before = metrics.closed.of("1006");
    const end = raw.rest();
    for (let i = 0; i < burst * 2; i++) await raw.write(frame(9, ""));
    await end;
    await until(() => metrics.closed.of("1006") === before + 1);
  }, { transport: "ws" });
});

Deno.test("[ws] Who shows no sign of life is given up; who answers pings stays", async () => {
  await withLimits(SOCKET_LIMITS, { silence: 1_500 }, async () => {
    await withApp(async (app) => {
      const alive = new NpmWebSocket(
        `${app.url.replace("http", "ws")}/api/ws`,
        {
          headers: await bearer(app, "Ana"),
        },
      );
      let pings = 0;
      alive.on("ping", () => pings++);
      await using dead = await opened(app, "Omar");
      await dead.rest();
      await until(() => pings > 0);
      assertEquals(alive.readyState, NpmWebSocket.OPEN);
      alive.terminate();
    }, { transport: "ws" });
  });
});

for (const transport of ["native", "ws"] as const) {
  Deno.test(`A peer that reads nothing is closed; its place is free at once, or natively when it is gone [D3, D4] (${transport})`, async () => {
    const limits = SLOW_LIMITS as { stalled: number };
    await withLimits(limits, { stalled: 100 }, async () => {
      await withApp(async (app) => {
        const stuck = await opened(app, "Stuck");
        const isFull = () => app.atoll.seats.isFull("anybody", "127.0.0.1");
        assert(isFull());
        await stuck.write(frame(1, '{"type":"join","room":"lobby"}'));
        assert(await stuck.match(/"type":"messages"/));
        await fill(app);
        await until(() =>
          app.atoll.metrics.includes("\natoll_connections 0\n")
        );
        if (transport === "ws") {
          await until(() => !isFull());
          await stuck.rest();
          assertEquals(await stuck.write("x"), false);
        }
        assertEquals(isFull(), transport === "native");
        await stuck[Symbol.asyncDispose]();
        await until(() => !isFull());
      }, { transport, connectionsPerAddress: 1 });
    });
  });
}

/** Writes to the lobby until somebody who reads nothing is closed. */
async function fill({ atoll }: RunningApp): Promise<void> {
  const closed = () => metrics.closed.of("4001");
  const before = closed();
  const body = "x".repeat(7_900);
  for (let person = 0; closed() === before; person++) {
    assert(person < 100, "never stuck");
    const { token } = await atoll.accounts.enter(`Person ${person}`);
    const who = (await atoll.sessions.find(token))!;
    const { id } = await atoll.rooms.see(who, "lobby");
    const post = () =>
      atoll.messages.post({ who, room: id, id: uuidv7(), body });
    await Promise.all(Array.from({ length: 100 }, post));
  }
}
