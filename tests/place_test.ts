/** How the place shows itself: its name and picture, on every page and as an app. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { factsOf } from "../components/place/person_facts.ts";
import { kindOf } from "../lib/files/file_kind.ts";
import { translator } from "../lib/locale.ts";
import { LIMITS } from "../lib/protocol.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { bytesOf, plainPng } from "./support/files.ts";
import {
  type Asker,
  asker,
  guest,
  made,
  member,
  owner,
  PASSWORD,
  sessionOf,
  VISIT,
} from "./support/people.ts";

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

/** What a page answers to its form. */
async function sent(
  app: RunningApp,
  path: string,
  by: Asker,
  fields: Record<string, string> | [string, string][],
): Promise<string> {
  const response = await app.request(path, {
    ...{ method: "POST", body: new URLSearchParams(fields) },
    headers: { cookie: by.cookie, origin: app.url },
  });
  return await response.text();
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
    const html = await sent(app, "/place/invitations", ana, chosen);
    const inputs = html.match(/<input[^>]*>/g)!;
    const inputOf = (text: string) =>
      inputs.find((input) => input.includes(text))!;
    assertStringIncludes(inputOf(`value="guest"`), "checked");
    assert(!inputOf(`value="member"`).includes("checked"));
    assertStringIncludes(inputOf(`name="uses"`), `value="1"`);
    assert(
      /<option[^>]*(selected[^>]*value=""|value=""[^>]*selected)/.test(html),
    );
    // It is said where it can be mended, and one is there.
    const select = html.match(/<select[^>]*name="room"[^>]*>/)![0];
    assertStringIncludes(select, 'aria-describedby="room-hint room-error"');
    assertStringIncludes(select, "autofocus");
    assertEquals(html.match(/role="alert"/g)?.length, 1);
  });
});

Deno.test("A limit of an invitation that is no number is refused, not left out", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const asked = { role: "member", lifetime: "", uses: "" };
    const isMade = async (changed: Record<string, string>) =>
      (await sent(app, "/place/invitations", ana, { ...asked, ...changed }))
        .includes("/join#");
    for (const text of ["0", "-1", "2.5", "two"]) {
      assert(!await isMade({ uses: text }), text);
      assert(!await isMade({ lifetime: text }), text);
    }
    assert(await isMade({}));
  });
});

Deno.test("An invitation made at an address of this machine alone says so", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const linkAt = async (host: string) => {
      const response = await app.request("/place/invitations", {
        ...{ method: "POST", body: new URLSearchParams({ role: "member" }) },
        headers: {
          ...{ cookie: ana.cookie, origin: `https://${host}` },
          ...{ "x-forwarded-host": host, "x-forwarded-proto": "https" },
        },
      });
      const html = await response.text();
      assertStringIncludes(html, `https://${host}/join#`);
      return html.includes("on this machine alone");
    };
    for (const host of ["localhost", "127.0.0.1:8000", "[::1]:8000"]) {
      assert(await linkAt(host), host);
    }
    for (const host of ["192.168.0.7:8000", "localhost.example.org"]) {
      assert(!await linkAt(host), host);
    }
  }, { trustProxy: true });
});

Deno.test("An owner who has only a cookie is warned, also where a form was refused", async () => {
  await withApp(async (app) => {
    const code = await app.atoll.place.offerSetup();
    const { token } = await app.atoll.place.claimAs("Ana", code!, VISIT);
    const ana = await asker(app, `atoll_session=${token}`);
    const warns = (html: string) => html.includes('href="/settings/account"');
    assert(warns(await pageOf(app, "/rooms/lobby", ana)));
    assert(warns(await sent(app, "/place", ana, { name: "" })));
    const session = await sessionOf(app, ana);
    await app.atoll.credentials.setPassword(session, PASSWORD);
    assert(!warns(await pageOf(app, "/rooms/lobby", ana)));
    assert(!warns(await sent(app, "/place", ana, { name: "" })));
  });
});

Deno.test("The page of the owner link says when no link holds any more", async () => {
  await withApp(async (app) => {
    await app.atoll.place.offerSetup();
    assertStringIncludes(await pageOf(app, "/setup"), 'name="code"');
    const ana = await owner(app, "Ana");
    for (
      const html of [
        await pageOf(app, "/setup"),
        await sent(app, "/setup", ana, { code: "none" }),
      ]
    ) {
      assert(!html.includes('name="code"'));
      assertStringIncludes(html, "This place has an owner");
    }
  });
});

Deno.test("Nobody is asked to come in as a guest where only the invited may", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const offers = async () =>
      (await pageOf(app, "/login")).includes(">Come in as a guest<");
    assert(await offers());
    await ana.ask("PATCH", "/api/place", { entry: "invited" });
    assert(!await offers());
  });
});

Deno.test("A direct room without people asks for some, and guests of one room are offered none", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    const html = await sent(app, "/message", ana, { q: "a" });
    assertStringIncludes(html, "Choose at least one person.");
    const wish = { role: "guest", room: "lobby" };
    const { body } = await ana.ask("POST", "/api/invitations", wish);
    const { newcomer } = await app.atoll.invitations
      .joinAs("Robin", body.invitation.code, VISIT);
    const robin = await asker(app, `atoll_session=${newcomer.token}`);
    const mei = await guest(app, "Mei");
    for (const path of ["/rooms", "/rooms/lobby"]) {
      const offer = /(action|href)="\/message"/;
      assert(offer.test(await pageOf(app, path, mei)), path);
      assert(!offer.test(await pageOf(app, path, robin)), path);
    }
  });
});

Deno.test("Lists about the place say what is there: one's own role, the time, private rooms", async () => {
  await withApp(async (app) => {
    const ana = await owner(app, "Ana");
    await guest(app, "Mei");
    const people = await pageOf(app, "/place/people", ana);
    assertEquals(people.match(/>Keep order</g)?.length, 1);
    assertStringIncludes(people, ">Your role<");
    // It is noted once an hour: the minute of just now would mislead.
    assertStringIncludes(people, "seen in the last hour");
    assert(!people.includes("last seen"));
    const rest = { oneRoom: false, muted: null, banned: null, lastSeenAt: 1 };
    const [, seen] = factsOf(translator("en"), { role: "guest", ...rest });
    assert(/^last seen .*\d\d:\d\d$/.test(seen!), seen);
    const says = async () =>
      /private room/.test(await pageOf(app, "/place/rooms", ana));
    assert(!await says());
    await ana.ask("POST", "/api/rooms", { name: "Board", kind: "private" });
    assert(await says());
  });
});
