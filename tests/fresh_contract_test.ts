/**
 * What Atoll relies on Fresh for. Passes with Fresh from JSR and with the
 * stand-ins in `offline/`, so that what works with one works with the other.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { App, HttpError, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { findTool, TOOLS } from "../tasks/tools.ts";
import { app } from "./fixtures/fresh_app/main.ts";

const root = decodeURIComponent(
  new URL("./fixtures/fresh_app", import.meta.url).pathname,
);
const outDir = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(outDir, { recursive: true }));

type Fetch = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;
const quiet = { sanitizeOps: false, sanitizeResources: false };

/** The fixture as `_fresh/server.js` serves it. */
async function build(): Promise<Fetch> {
  await new Builder({ root, outDir }).build();
  const { default: server } = await import(`file://${outDir}/server.js`);
  return server.fetch;
}
const server = await build();

async function get(path: string, init: RequestInit = {}) {
  const response = await server(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

async function onNetwork(fetch: Fetch, run: (base: string) => Promise<void>) {
  const served = Deno.serve({ port: 0, onListen() {} }, fetch);
  try {
    await run(`http://localhost:${served.addr.port}`);
  } finally {
    await served.shutdown();
  }
}

Deno.test("a page is wrapped by its layouts and _app, the nearest inside", async () => {
  const { status, headers, text } = await get("/rooms/lobby");
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertMatch(
    text,
    /^<!DOCTYPE html><html lang="en" data-path="\/rooms\/lobby"/,
  );
  assertStringIncludes(text, "<main><article><p>lobby</p></article></main>");
});

Deno.test("a folder's index, with and without a slash, is inside its rules", async () => {
  for (const path of ["/rooms", "/rooms/", "//rooms"]) {
    const { text, headers } = await get(path);
    assertStringIncludes(text, "<article><p>all rooms</p></article>");
    assertEquals(headers.get("x-rooms"), "1");
  }
});

Deno.test("a fixed name wins over a parameter, and config leaves wrapping out", async () => {
  const { text } = await get("/rooms/new");
  assertStringIncludes(text, "<p>bare</p>");
  assertNotMatch(text, /<article>|<main>|data-path/);
});

Deno.test("middlewares run from the app inwards, in the order they were added", async () => {
  const { headers } = await get("/rooms/lobby");
  assertEquals(headers.get("x-trace"), "app root below-rooms rooms-1 rooms-2");
  const handler = await get("/hello/Ada%20L");
  assertEquals(handler.text, "hello Ada L");
  assertEquals(handler.headers.get("x-trace"), "app");
});

Deno.test("a handler gives its page data, a status and headers", async () => {
  const shown = await get("/plain");
  assertStringIncludes(shown.text, "<p>hi ");
  assertEquals(shown.headers.get("x-plain"), "1");
  const body = new URLSearchParams({ text: "<b>" });
  const posted = await get("/plain", { method: "POST", body });
  assertEquals(posted.status, 422);
  assertStringIncludes(posted.text, "posted &lt;b");
});

Deno.test("links to the page itself say so", async () => {
  const { text } = await get("/plain");
  assertMatch(text, /<a href="\/plain"[^>]* aria-current="page"[^>]*>here/);
  assertStringIncludes(text, '<a href="/rooms">there');
});

Deno.test("HEAD is answered like GET, without a body", async () => {
  const { status, headers, text } = await get("/plain", { method: "HEAD" });
  assertEquals([status, headers.get("x-plain"), text], [200, "1", ""]);
});

Deno.test("a page may be async and may answer with a response", async () => {
  assertStringIncludes((await get("/async")).text, "<p>later</p>");
  const away = await get("/async?away");
  assertEquals([away.status, away.headers.get("location")], [303, "/plain"]);
});

Deno.test("handlers see the body, the address and the pattern", async () => {
  const init = { method: "POST", body: "hi" };
  const info = {
    remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 1 },
    completed: Promise.resolve(),
  } as const;
  const response = await server(
    new Request("http://localhost/api/echo", init),
    info,
  );
  assertEquals(await response.json(), {
    body: "hi",
    from: "192.0.2.1",
    route: "/api/echo",
  });
});

Deno.test("a redirect never leads to another host", async () => {
  const { status, headers } = await get("/api/echo", { method: "DELETE" });
  assertEquals(status, 302);
  assertEquals(headers.get("location"), "/elsewhere.example/x?next=//y");
});

Deno.test("a file route without the method is 404, a handler's is 405", async () => {
  assertEquals((await get("/api/echo")).status, 404);
  assertEquals((await get("/api/echo", { method: "OPTIONS" })).status, 404);
  assertEquals((await get("/hello/x", { method: "POST" })).status, 405);
});

Deno.test("_error renders what was thrown, with the status of an HttpError", async () => {
  for (
    const [path, status] of [
      ["/nowhere", 404],
      ["/rooms/gone", 404],
      ["/throws", 500],
    ] as const
  ) {
    const page = await get(path);
    assertEquals(page.status, status);
    assertStringIncludes(
      page.text,
      `<main><p class="error">${status} at ${path}</p></main>`,
    );
  }
});

Deno.test("error pages are made outside the app's middlewares", async () => {
  const { headers } = await get("/nowhere");
  assertEquals(headers.get("content-security-policy"), null);
  assertEquals(headers.get("x-trace"), null);
});

Deno.test("without an error page the status and message are the answer", async () => {
  const { status, text } = await get("/forbidden");
  assertEquals([status, text], [403, "Members only"]);
  const handler = new App().get("/", () => {
    throw new HttpError(404);
  }).handler();
  const response = await handler(new Request("http://localhost/"));
  assertEquals([response.status, await response.text()], [404, "Not Found"]);
});

Deno.test("a middleware that catches can render the error itself", async () => {
  const handler = new App()
    .use(async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        assert(error === ctx.error);
        return await ctx.render(null, { status: 418 });
      }
    })
    .get("/", () => {
      throw new Error("on purpose");
    }).handler();
  assertEquals((await handler(new Request("http://localhost/"))).status, 418);
});

Deno.test("<Head> replaces the title of _app", async () => {
  const { text } = await get("/");
  assertEquals(text.match(/<title>.*?<\/title>/g), ["<title>Islands</title>"]);
});

Deno.test("inline scripts and styles carry the policy's nonce", async () => {
  const { text, headers } = await get("/");
  const policy = headers.get("content-security-policy") ?? "";
  const nonce = policy.match(/script-src 'self' 'nonce-(\w+)'/)?.[1];
  assertStringIncludes(policy, `style-src 'self' 'nonce-${nonce}'`);
  assertStringIncludes(policy, "img-src 'self' blob:");
  assertStringIncludes(policy, "upgrade-insecure-requests");
  const inline = text.match(/<(script|style)[^>]*>/g) ?? [];
  assertEquals(inline.length, 2);
  for (const tag of inline) assertStringIncludes(tag, `nonce="${nonce}"`);
  const again = (await get("/")).headers.get("content-security-policy");
  assert(policy !== again);
});

Deno.test("what isn't rendered has the policy without a nonce", async () => {
  const policy = (await get("/style.css")).headers.get(
    "content-security-policy",
  );
  assertStringIncludes(policy ?? "", "script-src 'self' 'unsafe-inline'");
});

Deno.test("csrf() lets reading, own pages, allowed origins and programs in", async () => {
  const post = async (headers: Record<string, string>) =>
    (await get("/api/echo", { method: "POST", headers, body: "" })).status;
  assertEquals(await post({}), 200);
  assertEquals(await post({ "sec-fetch-site": "same-origin" }), 200);
  assertEquals(await post({ origin: "https://chat.example" }), 200);
  assertEquals(await post({ origin: "https://evil.example" }), 403);
  assertEquals(await post({ "sec-fetch-site": "cross-site" }), 403);
  assertEquals(
    await post({
      "sec-fetch-site": "cross-site",
      origin: "https://chat.example",
    }),
    200,
  );
  assertEquals(
    (await get("/plain", { headers: { origin: "https://evil.example" } }))
      .status,
    200,
  );
});

Deno.test("pages with islands preload scripts that may be kept for ever", async () => {
  const { headers } = await get("/");
  const scripts = [
    ...(headers.get("link") ?? "").matchAll(/<([^>]+)>; rel="modulepreload"/g),
  ];
  assertEquals(scripts.length, 3);
  for (const [, script] of scripts) {
    const { status, headers } = await get(script!);
    assertEquals(status, 200);
    assertMatch(headers.get("content-type") ?? "", /^text\/javascript/);
    assertEquals(
      headers.get("cache-control"),
      "public, max-age=31536000, immutable",
    );
  }
  assertEquals((await get("/plain")).headers.get("link"), null);
  assertNotMatch((await get("/plain")).text, /<script/);
});

Deno.test("static files are asked about again, and kept for ever by asset()", async () => {
  const plain = await get("/style.css");
  assertMatch(plain.headers.get("content-type") ?? "", /^text\/css/);
  assertMatch(plain.headers.get("cache-control") ?? "", /no-cache/);
  const etag = plain.headers.get("etag") ?? "";
  const known = await get("/style.css", { headers: { "if-none-match": etag } });
  assertEquals([known.status, known.text], [304, ""]);

  const asset =
    (await get("/plain")).text.match(/href="(\/style\.css\?[^"]+)"/)?.[1] ?? "";
  assertMatch(asset, /\?__frsh_c=\w+$/);
  const kept = await get(asset);
  assertEquals(
    kept.headers.get("cache-control"),
    "public, max-age=31536000, immutable",
  );
  assertEquals(kept.text, plain.text);
  const outdated = await get("/style.css?__frsh_c=older&x=1");
  assertEquals([outdated.status, outdated.headers.get("location")], [
    307,
    "/style.css?x=1",
  ]);
});

Deno.test("static files: odd names, other methods, nothing outside the folder", async () => {
  assertEquals((await get("/.well-known/a%20b.json")).status, 200);
  const head = await get("/style.css", { method: "HEAD" });
  assertEquals([head.status, head.text], [200, ""]);
  assertEquals((await get("/style.css", { method: "POST" })).status, 405);
  assertEquals((await get("/..%2fmain.ts")).status, 404);
  assertEquals((await get("/%zz")).status, 404);
  assertNotMatch((await get("/favicon.ico")).text, /<html/);
});

Deno.test("an upgraded socket passes through middlewares", quiet, async () => {
  await onNetwork(server, async (base) => {
    const socket = new WebSocket(`${base}/ws`);
    const answer = new Promise((resolve) =>
      socket.onmessage = ({ data }) => resolve(data)
    );
    socket.onopen = () => socket.send("hi");
    assertEquals(await answer, "echo hi");
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  });
});

Deno.test("a build in memory makes an app testable", async () => {
  const apply = await new Builder({ root }).build({ snapshot: "memory" });
  const own = new App().use(staticFiles()).fsRoutes();
  apply(own);
  const handler = own.handler();
  const style = await handler(new Request("http://localhost/style.css"));
  assertEquals(style.status, 200);
  await style.body?.cancel();
  apply(app);
  const page = await app.handler()(new Request("http://localhost/"));
  assertStringIncludes(await page.text(), "frsh:island:Counter:0:");
});

Deno.test("islands get their props and share signals in the browser", {
  ...quiet,
  ignore: findTool(TOOLS[0]!) === undefined,
}, async () => {
  await onNetwork(server, async (base) => {
    const { stdout } = await new Deno.Command(findTool(TOOLS[0]!)!, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=5000",
        "--dump-dom",
        `${base}/?click`,
      ],
      stderr: "null",
    }).output();
    const html = new TextDecoder().decode(stdout);
    const text = (id: string) => html.match(`id="${id}"[^>]*>([^<]*)<`)?.[1];
    assertEquals(text("first"), "first: 5");
    assertEquals(text("second"), "second: 5");
    assertEquals(text("inner"), "inner: 1");
    assertMatch(html, /data-mounted="true" data-browser="true"/);
    assertMatch(
      html,
      /<output>\["1970-01-01T00:00:00\.000Z","Ada,&lt;\/script&gt;",true,2,"\/style\.css\?__frsh_c=\w+"\]</,
    );
  });
});
