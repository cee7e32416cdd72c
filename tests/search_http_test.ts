/** Searching over HTTP. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { withApp } from "./support/app.ts";

Deno.test("GET /api/search finds, pages and refuses", async () => {
  await withApp(async ({ atoll, request, enter }) => {
    assertEquals((await request("/api/search?q=boat")).status, 401);
    const cookie = await enter("Ada");
    const who = (await atoll.sessions.find(cookie.split("=")[1]!))!;
    const { person } = who;
    const lobby = (await atoll.rooms.find("lobby"))!;
    const post = (body: string) =>
      atoll.messages.post({
        ...{ who, room: lobby.id, id: uuidv7(), body },
      });
    for (let i = 1; i <= 21; i++) await post(`boat ${i}`);
    const get = async (query: string) => {
      const response = await request(`/api/search?${query}`, {
        headers: { cookie },
      });
      return { status: response.status, body: await response.json() };
    };
    const { status, body } = await get("q=boat");
    assertEquals([status, body.results.length], [200, 20]);
    const { id: _, at, ...first } = body.results[0];
    assert(Math.abs(at - Date.now()) < 3_600_000);
    assertEquals(first, {
      seq: 21,
      room: { id: lobby.id, slug: "lobby", name: "lobby", kind: "open" },
      author: person.id,
      name: "Ada",
      excerpt: "boat 21",
      marks: [[0, 4]],
    });
    const rest = await get(`q=boat&before=${body.before}`);
    assertEquals(rest.body.results[0].excerpt, "boat 1");
    assertEquals(rest.body.before, null);
    const bad = await get("q=boat+from:nobody");
    assertEquals([bad.status, bad.body.error.code], [422, "bad_query"]);
    assertEquals([bad.body.error.problem, bad.body.error.part], [
      ...["person", "nobody"],
    ]);
  });
});

Deno.test("/search works without scripts, and shows text as text", async () => {
  await withApp(async ({ atoll, request, enter }) => {
    const stranger = await request("/search?q=boat");
    assertEquals(stranger.status, 303);
    const cookie = await enter("Ada");
    const who = (await atoll.sessions.find(cookie.split("=")[1]!))!;
    const lobby = (await atoll.rooms.find("lobby"))!;
    const id = uuidv7();
    const body = "<b>boat</b> & 开会";
    await atoll.messages.post({
      ...{ who, room: lobby.id, id, body },
    });
    const get = async (query: string) => {
      const response = await request(`/search?${query}`, {
        headers: { cookie },
      });
      return { status: response.status, text: await response.text() };
    };
    const found = await get("q=boat+%E5%BC%80%E4%BC%9A");
    assertEquals(found.status, 200);
    assertStringIncludes(
      // Fresh may leave comments between.
      found.text.replaceAll("<mark >", "<mark>").replace(/<!--.*?-->/g, ""),
      "&lt;b><mark>boat</mark>&lt;/b> &amp; <mark>开会</mark></span>",
    );
    assertStringIncludes(found.text, `href="/rooms/lobby?at=1#m-${id}"`);
    assertStringIncludes((await get("q=nowhere")).text, "Nothing was found");
    const bad = await get("q=before:soon");
    assertEquals(bad.status, 422);
    assertStringIncludes(bad.text, "before:soon is no day");
  });
});
