/** How the place shows itself: its name and picture, on every page and as an app. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { kindOf } from "../lib/files/file_kind.ts";
import { LIMITS } from "../lib/protocol.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { bytesOf, plainPng } from "./support/files.ts";
import { type Asker, made, member, owner } from "./support/people.ts";

const PICTURE = /\/place\/picture\?v=[\w-]+/;

/** Sends the form with a file, as a page does. */
async function choose(
  app: RunningApp,
  by: Asker,
  bytes: Uint8Array<ArrayBuffer>,
  name = "picture",
): Promise<Response> {
  const body = new FormData();
  body.set(name, new File([bytes], "picture.png", { type: "image/png" }));
  const headers = { cookie: by.cookie, origin: app.url };
  return await app.request("/place", { method: "POST", headers, body });
}

async function pageOf(app: RunningApp, path: string, by?: Asker) {
  const headers: HeadersInit = by ? { cookie: by.cookie } : {};
  return await (await app.request(path, { headers })).text();
}

async function pictureOf(app: RunningApp): Promise<string | null> {
  const { place } = await (await app.request("/api/place")).json();
  return place.picture;
}

Deno.test("The place's picture stands beside its name, for strangers too, and is its icon", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await ana.ask("PATCH", "/api/place", { name: "Harbour" });
    const chosen = await choose(app, ana, await plainPng(900, 600));
    assertEquals(chosen.headers.get("location"), "/place?saved");

    const start = await pageOf(app, "/");
    const [path] = start.match(PICTURE)!;
    assertStringIncludes(start, `rel="icon" href="${path}"`);
    for (const shown of ["/rooms/lobby", "/place", "/settings/look"]) {
      // Fresh adds the build to the addresses of pictures.
      const html = await pageOf(app, shown, ana);
      assert(html.includes(`src="${path}`), shown);
    }
    const manifest = await (await app.request("/manifest.webmanifest")).json();
    assertEquals([manifest.name, manifest.icons[0].src], ["Harbour", path]);

    const picture = await app.request(path!);
    const bytes = await picture.bytes();
    assertEquals(await kindOf(bytes), {
      ...{ type: "image/webp", width: 512, height: 512 },
    });
    assertStringIncludes(picture.headers.get("cache-control")!, "immutable");
    const other = await app.request("/place/picture?v=other");
    assertStringIncludes(other.headers.get("cache-control")!, "no-cache");

    const body = new URLSearchParams({ remove_picture: "yes" });
    const headers = { cookie: ana.cookie, origin: app.url };
    await app.request("/place", { method: "POST", headers, body });
    assert(!PICTURE.test(await pageOf(app, "/")));
    assertEquals((await app.request(path!)).status, 404);
    const record = await pageOf(app, "/place/audit", ana);
    assertStringIncludes(record, "another picture");
    assertStringIncludes(record, "no picture");
  });
});

Deno.test("What is no picture, or too big a one, leaves the place's as it was", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await choose(app, ana, await plainPng(64, 64));
    const before = await pictureOf(app);
    const png = await plainPng(200, 200);
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`;
    const bad = [
      bytesOf(svg),
      bytesOf("no picture"),
      new Uint8Array(),
      png.slice(0, png.length / 2),
      await plainPng(8_000, 7_000),
      new Uint8Array(LIMITS.pictureBytes + 1),
      new Uint8Array(LIMITS.pictureBytes + 10_000),
    ];
    for (const bytes of bad) {
      const refused = await choose(app, ana, bytes);
      assertEquals(refused.status, 422, `${bytes.length}`);
      assertStringIncludes(await refused.text(), 'role="alert"');
    }
    const misnamed = await choose(app, ana, png, "other");
    assertEquals(misnamed.status, 400);
    assertEquals(await pictureOf(app), before);
  });
});

Deno.test("Only who manages the place changes its picture, and nobody by a page elsewhere", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const png = await plainPng(64, 64);
    const mei = await member(app, "Mei");
    assertEquals((await choose(app, mei, png)).status, 403);
    assertEquals(await pictureOf(app), null);
    const elsewhere = await app.request("/place", {
      method: "POST",
      headers: { cookie: ana.cookie, origin: "https://evil.test" },
      body: new URLSearchParams({ remove_picture: "yes" }),
    });
    assertEquals(elsewhere.status, 403);
    const omar = await made(app, ana, "Omar", "admin");
    assertEquals((await choose(app, omar, png)).status, 303);
    assert(await pictureOf(app) !== null);
  });
});

Deno.test("Titles say what the place is called, on pages about errors too", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await ana.ask("PATCH", "/api/place", { name: "Harbour & <Co>" });
    const titles = [
      ...["/", "/login", "/login/recover", "/join", "/setup", "/nowhere"],
      ...["/rooms", "/search", "/mentions", "/settings/look", "/place"],
      ...["/rooms/lobby", "/rooms/nowhere", "/place/health"],
    ];
    for (const path of titles) {
      const stranger = !/^\/(rooms|search|mentions|settings|place)/.test(path);
      const html = await pageOf(app, path, stranger ? undefined : ana);
      const [, title] = html.match(/<title>(.*?)<\/title>/)!;
      assert(title!.includes("Harbour &amp; &lt;Co"), `${path}: ${title}`);
    }
  });
});

Deno.test("A guest's link that is refused stays one when the form is sent again", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const chosen = { role: "guest", room: "", lifetime: "", uses: "1" };
    const response = await app.request("/place/invitations", {
      ...{ method: "POST", body: new URLSearchParams(chosen) },
      headers: { cookie: ana.cookie, origin: app.url },
    });
    const html = await response.text();
    const inputs = html.match(/<input[^>]*>/g)!;
    const inputOf = (text: string) =>
      inputs.find((input) => input.includes(text))!;
    assertStringIncludes(inputOf(`value="guest"`), "checked");
    assert(!inputOf(`value="member"`).includes("checked"));
    assertStringIncludes(inputOf(`name="uses"`), `value="1"`);
    assert(
      /<option[^>]*(selected[^>]*value=""|value=""[^>]*selected)/.test(html),
    );
  });
});
