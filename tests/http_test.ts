import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { withApp } from "./support/app.ts";

/** An ordinary form post, as a page of ours sends it. */
function form(
  url: string,
  fields: Record<string, string>,
  cookie = "",
): RequestInit {
  return {
    method: "POST",
    headers: { origin: url, cookie },
    body: new URLSearchParams(fields),
  };
}

const json = (value: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(value),
});

Deno.test("A name is enough to enter; the cookie keeps the same person", async () => {
  await withApp(async ({ request, url }) => {
    const entered = await request("/", form(url, { name: "Ana" }));
    assertEquals(entered.status, 303);
    assertEquals(entered.headers.get("location"), "/rooms/lobby");
    const cookie = entered.headers.get("set-cookie")!;
    assertMatch(cookie, /^atoll_session=[\w-]{43};/);
    assertMatch(cookie, /HttpOnly/);
    assertMatch(cookie, /SameSite=Lax/);
    assert(!cookie.includes("Secure"));
    const headers = { cookie: cookie.split(";")[0]! };
    const room = await request("/rooms/lobby", { headers });
    assertEquals(room.status, 200);
    assertStringIncludes(await room.text(), "Ana");
    const who = await request("/api/session", { headers });
    assertEquals((await who.json()).person.name, "Ana");
  });
});

Deno.test("The cookie is Secure behind a trusted proxy's TLS, and only then", async () => {
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "chat.example.org",
    origin: "https://chat.example.org",
  };
  const enter = {
    method: "POST",
    headers,
    body: new URLSearchParams({ name: "Ana" }),
  };
  await withApp(async ({ request }) => {
    const response = await request("/", enter);
    assertMatch(response.headers.get("set-cookie")!, /Secure/);
  }, { trustProxy: true });
  await withApp(async ({ request }) => {
    const response = await request("/", enter);
    assertEquals(response.status, 403);
  });
});

Deno.test("A refused name leaves the form with what was typed and the reason", async () => {
  await withApp(async ({ request, url }) => {
    await request("/", form(url, { name: "Ana" }));
    for (
      const [name, status] of [
        ["", 422],
        ["😀".repeat(200), 422],
        ["a\u202ecba", 422],
        ["Аna", 409],
      ] as const
    ) {
      const response = await request("/", form(url, { name }));
      assertEquals(response.status, status, name);
      assertEquals(response.headers.get("set-cookie"), null);
      assertMatch(await response.text(), /role="alert"|aria-invalid/);
    }
  });
});

Deno.test("A stranger is asked to enter and then led where they wanted, within the site", async () => {
  await withApp(async ({ request, url }) => {
    const asked = await request("/rooms/lobby");
    assertEquals(asked.headers.get("location"), "/?next=%2Frooms%2Flobby");
    const away = [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "/..//evil.example",
    ];
    for (const [i, next] of away.entries()) {
      const path = `/?next=${encodeURIComponent(next)}`;
      const entered = await request(path, form(url, { name: `Ana${i}`, next }));
      assertEquals(entered.headers.get("location"), "/rooms/lobby");
    }
  });
});

Deno.test("A message can be posted by an ordinary form, once however often it is sent", async () => {
  await withApp(async ({ request, url, enter }) => {
    const cookie = await enter("Ana");
    const fields = { id: uuidv7(), body: "Without <b>scripts</b>" };
    for (let i = 0; i < 2; i++) {
      const posted = await request("/rooms/lobby", form(url, fields, cookie));
      assertEquals(posted.status, 303);
    }
    const page = await request("/rooms/lobby", { headers: { cookie } });
    const [shown] = (await page.text()).split("<script");
    assertEquals(shown!.split("Without &lt;b>scripts&lt;/b>").length, 2);
    const blank = form(url, { id: uuidv7(), body: "  " }, cookie);
    assertEquals((await request("/rooms/lobby", blank)).status, 422);
    const long = { id: uuidv7(), body: "x".repeat(8_001) };
    const refused = await request("/rooms/lobby", form(url, long, cookie));
    assertEquals(refused.status, 422);
    assertStringIncludes(await refused.text(), "x".repeat(8_001));
  });
});

Deno.test("Writing with the cookie needs a page of ours", async () => {
  await withApp(async ({ request, url, enter }) => {
    const cookie = await enter("Ana");
    const body = () => new URLSearchParams({ id: uuidv7(), body: "Hi" });
    const statusFor = async (headers: Record<string, string>) => {
      const init = {
        method: "POST",
        headers: { cookie, ...headers },
        body: body(),
      };
      return (await request("/rooms/lobby", init)).status;
    };
    assertEquals(await statusFor({ origin: url }), 303);
    assertEquals(await statusFor({ "sec-fetch-site": "same-origin" }), 303);
    assertEquals(await statusFor({ origin: "https://evil.example" }), 403);
    assertEquals(await statusFor({ origin: "null" }), 403);
    assertEquals(await statusFor({}), 403);
    assertEquals(
      await statusFor({
        "sec-fetch-site": "cross-site",
        origin: "https://evil.example",
      }),
      403,
    );
  });
});

Deno.test("Every page and error carries a policy with a nonce that plain HTTP survives", async () => {
  await withApp(async ({ request, enter }) => {
    const headers = { cookie: await enter("Ana") };
    const paths = [
      ["/", 303],
      ["/rooms", 200],
      ["/rooms/lobby", 200],
      ["/settings", 303],
      ["/settings/profile", 200],
      ["/settings/account", 200],
      ["/settings/sessions", 200],
      ["/settings/look", 200],
      ["/login", 200],
      ["/login/recover", 200],
      ["/rooms/nowhere", 404],
      ["/nowhere", 404],
    ] as const;
    for (const [path, status] of paths) {
      const response = await request(path, { headers });
      assertEquals(response.status, status, path);
      const policy = response.headers.get("content-security-policy")!;
      assert(!policy.includes("upgrade-insecure-requests"), path);
      assertEquals(response.headers.get("x-content-type-options"), "nosniff");
      const html = await response.text();
      if (!html) continue;
      const nonce = /script-src 'self' 'nonce-(\w+)'/.exec(policy)?.[1];
      assert(nonce, `${path}: ${policy}`);
      for (const [script] of html.matchAll(/<script[^>]*>/g)) {
        assertStringIncludes(script, `nonce="${nonce}"`);
      }
      assert(!/ style="/.test(html), path);
    }
    const foreign = await request("/rooms", {
      method: "POST",
      headers: { ...headers, origin: "https://evil.example" },
    });
    assertEquals(foreign.status, 403);
    assertMatch(foreign.headers.get("content-security-policy")!, /nonce-/);
  });
});

Deno.test("Programs get a session, and errors as JSON that say what to do", async () => {
  await withApp(async ({ request }) => {
    const made = await request("/api/session", json({ name: "Bot" }));
    assertEquals(made.status, 201);
    const { token, person } = await made.json();
    const headers = { authorization: `Bearer ${token}` };
    const who = await (await request("/api/session", { headers })).json();
    assertEquals(who.person, person);

    const cases: [string, RequestInit, number, string][] = [
      ["/api/session", json({ name: "BOT" }), 409, "name_taken"],
      ["/api/session", json({}), 400, "bad_frame"],
      ["/api/session", { method: "POST", body: "?" }, 400, "bad_json"],
      ["/api/session", { method: "POST" }, 400, "bad_json"],
      [
        "/api/session",
        json({ name: "x".repeat(70_000) }),
        413,
        "frame_too_big",
      ],
      ["/api/session", {}, 401, "unauthorized"],
      ["/api/rooms", {}, 401, "unauthorized"],
      ["/api/rooms", { ...json({ name: "" }), headers }, 422, "name_empty"],
      [
        "/api/rooms",
        { ...json({ name: "Lobby" }), headers },
        409,
        "name_taken",
      ],
      ["/api/ws", { headers }, 426, "not_a_websocket"],
      [
        "/api/ws?person=another",
        { headers: { ...headers, upgrade: "websocket" } },
        401,
        "unauthorized",
      ],
      ["/api/nothing", { headers }, 404, "not_found"],
      [
        "/api/rooms/lobby/membership",
        { method: "DELETE", headers },
        422,
        "cannot_leave",
      ],
      [
        "/api/rooms/nowhere/membership",
        { method: "PUT", headers },
        404,
        "no_room",
      ],
    ];
    for (const [path, init, status, code] of cases) {
      const response = await request(path, init);
      assertEquals(response.status, status, path);
      assertEquals((await response.json()).error.code, code);
    }

    const gone = await request("/api/session", { method: "DELETE", headers });
    assertEquals(gone.status, 204);
    assertEquals((await request("/api/session", { headers })).status, 401);
  });
});

Deno.test("Programs make, list, follow and leave rooms", async () => {
  await withApp(async ({ request }) => {
    const { token } =
      await (await request("/api/session", json({ name: "Bot" })))
        .json();
    const headers = { authorization: `Bearer ${token}` };
    const made = await request("/api/rooms", {
      ...json({ name: "Boats 🚤" }),
      headers,
    });
    const { room } = await made.json();
    assertEquals([made.status, room.slug], [201, "boats"]);
    const listed = async (query = "") => {
      const response = await request(`/api/rooms${query}`, { headers });
      return (await response.json()).rooms as {
        slug: string;
        followed: boolean;
      }[];
    };
    assertEquals((await listed("?q=oat")).map(({ slug }) => slug), ["boats"]);
    assertEquals(await listed("?q=%25"), []);
    const path = `/api/rooms/${room.id}/membership`;
    await request(path, { method: "DELETE", headers });
    assertEquals((await listed("?q=oat"))[0]!.followed, false);
    await request(path, { method: "PUT", headers });
    assertEquals((await listed("?q=oat"))[0]!.followed, true);
  });
});

Deno.test("Rooms are found by parts of their names, whatever the case and script", async () => {
  await withApp(async ({ request }) => {
    const { token } =
      await (await request("/api/session", json({ name: "Bot" })))
        .json();
    const headers = { authorization: `Bearer ${token}` };
    for (const name of ["Ålesund Trip", "50%_off", "北京 Office"]) {
      await request("/api/rooms", { ...json({ name }), headers });
    }
    const found = async (query: string) => {
      const path = `/api/rooms?q=${encodeURIComponent(query)}`;
      const { rooms } = await (await request(path, { headers })).json();
      return rooms.map(({ name }: { name: string }) => name);
    };
    assertEquals(await found("åLESUND tr"), ["Ålesund Trip"]);
    assertEquals(await found("%_O"), ["50%_off"]);
    assertEquals(await found("北京"), ["北京 Office"]);
    for (
      const none of ["\\", "a%d", "_l", "l\0q", "x".repeat(9_999)]
    ) {
      assertEquals(await found(none), [], none);
    }
  });
});

Deno.test("A forged cookie is a stranger's", async () => {
  await withApp(async ({ request }) => {
    const headers = { cookie: "atoll_session=" + "A".repeat(43) };
    assertEquals((await request("/api/session", { headers })).status, 401);
    assertEquals((await request("/rooms/lobby", { headers })).status, 303);
  });
});

Deno.test("Pages speak the reader's language", async () => {
  await withApp(async ({ request }) => {
    const page = await request("/", {
      headers: { "accept-language": "zh-CN,zh;q=0.9" },
    });
    assertStringIncludes(await page.text(), '<html lang="zh-CN"');
  });
});

Deno.test("A form is read up to 256 KiB, and only as a form", async () => {
  await withApp(async ({ request, url }) => {
    const large = form(url, { name: "x".repeat(300_000) });
    assertEquals((await request("/", large)).status, 413);
    const upload = new FormData();
    upload.set("name", "Ana");
    const headers = { origin: url };
    const posted = await request("/", {
      method: "POST",
      headers,
      body: upload,
    });
    assertEquals(posted.status, 400);
  });
});

Deno.test("A search for rooms may be as long as it likes", async () => {
  await withApp(async ({ request, enter }) => {
    const headers = { cookie: await enter("Ana") };
    const path = `/api/rooms?q=${"x".repeat(55_000)}`;
    assertEquals((await request(path, { headers })).status, 200);
  });
});

Deno.test("Rooms whose names share an address are made quickly", async () => {
  await withApp(async ({ atoll }) => {
    const { token } = await atoll.accounts.enter("Ana");
    const ana = (await atoll.sessions.find(token))!;
    const slugs = new Set<string>();
    for (const name of ["a!", "a?", "a&", "a:", "a;", "a%"]) {
      slugs.add((await atoll.rooms.create(ana, name)).slug);
    }
    assertEquals(slugs.size, 6);
    assert(slugs.has("a") && slugs.has("a-2") && slugs.has("a-3"));
  });
});

Deno.test("A guest who signs out gives the name back at once [N1]", async () => {
  await withApp(async ({ request, url, enter }) => {
    const cookie = await enter("Ana");
    const out = await request("/signout", form(url, {}, cookie));
    assertEquals(out.headers.get("location"), "/?signed_out");
    const start = await request("/?signed_out");
    assertStringIncludes(await start.text(), 'role="status"');
    assertEquals((await request("/", form(url, { name: "ana" }))).status, 303);
  });
});
