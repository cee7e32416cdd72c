/** Files of messages: who may attach, who may see, and when they are gone. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { FileInfo, ServerFrame } from "../lib/protocol.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { Guest } from "./support/atoll.ts";
import { bytesOf, filesBelow, plainPng, PNG, upload } from "./support/files.ts";
import { until } from "./support/until.ts";

/** Someone with a page and a connection. */
async function come(app: RunningApp, name: string) {
  const cookie = await app.enter(name);
  const session = await app.atoll.sessions.find(cookie.split("=")[1]!);
  const guest = new Guest(app.atoll, session!);
  const { room } = await guest.ask({ type: "join", room: "lobby" }) as {
    room: string;
  };
  return { cookie, guest, room };
}

function post(
  guest: Guest,
  files: readonly FileInfo[],
  { body = "", id = uuidv7(), room = "lobby" } = {},
): Promise<ServerFrame> {
  const ids = files.map((file) => file.id);
  return guest.ask({ type: "post", room, id, body, files: ids });
}

const outcome = (frame: ServerFrame) =>
  frame.type === "error" ? frame.code : frame.type;

const pathOf = (room: string, { id, name }: FileInfo) =>
  `/files/${room}/${id}/${encodeURIComponent(name)}`;

Deno.test("A message carries its files to all who read it, its body may be empty", () =>
  withApp(async (app) => {
    const ada = await come(app, "Ada");
    const grace = await come(app, "Grace");
    const files = [
      await upload(app, ada.cookie, "a.png", PNG),
      await upload(app, ada.cookie, "b.txt", bytesOf("text")),
    ];
    assertEquals(outcome(await post(ada.guest, files)), "posted");
    await until(() => grace.guest.last("entries") !== undefined);
    const [entry] = grace.guest.last("entries")!.entries;
    assertEquals((entry as { files?: unknown }).files, files);
    const page = await app.atoll.messages.page(ada.room, { limit: 1 });
    assertEquals(page.messages[0]!.files, files);
    assertEquals(page.messages[0]!.body, "");
  }));

Deno.test("The same post again is found, and with other files refused (L3)", () =>
  withApp(async (app) => {
    const { cookie, guest } = await come(app, "Ada");
    const first = await upload(app, cookie, "a.png", PNG);
    const second = await upload(app, cookie, "b.png", PNG);
    const id = uuidv7();
    const posted = await post(guest, [first], { id });
    const again = await post(guest, [first], { id });
    assertEquals(
      [posted, again].map((frame) => "seq" in frame && frame.seq),
      [1, 1],
    );
    assertEquals(outcome(await post(guest, [second], { id })), "id_taken");
    assertEquals(outcome(await post(guest, [], { id, body: "x" })), "id_taken");
  }));

Deno.test("Only one's own uploads can be attached, each once, and ten at most", () =>
  withApp(async (app) => {
    const ada = await come(app, "Ada");
    const eve = await come(app, "Eve");
    const file = await upload(app, ada.cookie, "a.png", PNG);
    const unknown = { ...file, id: uuidv7() };
    assertEquals(outcome(await post(eve.guest, [file])), "no_file");
    assertEquals(outcome(await post(ada.guest, [unknown])), "no_file");
    assertEquals(outcome(await post(ada.guest, [file, file])), "no_file");
    const eleven = Array.from({ length: 11 }, () => file);
    assertEquals(outcome(await post(ada.guest, eleven)), "bad_frame");
    assertEquals(outcome(await post(ada.guest, [file])), "posted");
    assertEquals(outcome(await post(ada.guest, [file])), "no_file");
    assertEquals(outcome(await post(ada.guest, [])), "empty");
    const ten: FileInfo[] = [];
    for (let i = 0; i < 10; i++) {
      ten.push(await upload(app, ada.cookie, `${i}`, PNG));
    }
    assertEquals(outcome(await post(ada.guest, ten)), "posted");
  }));

Deno.test("A file is served so that it runs nothing", () =>
  withApp(async (app) => {
    const { cookie, guest, room } = await come(app, "Ada");
    const svg = bytesOf(
      '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    );
    const html = bytesOf("<!doctype html><script>alert(1)</script>");
    const files = [
      await upload(app, cookie, "a.png", PNG),
      await upload(app, cookie, "b.svg", svg),
      await upload(app, cookie, 'c"ö.html', html),
      await upload(app, cookie, "d.bin", new Uint8Array([0, 1])),
    ];
    await post(guest, files);
    const said: unknown[] = [];
    for (const file of files) {
      const { headers, status, body } = await app.request(
        pathOf(room, file),
        { headers: { cookie } },
      );
      await body?.cancel();
      assertEquals(status, 200);
      assertEquals(
        headers.get("content-security-policy"),
        "default-src 'none'; sandbox",
      );
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
      assert(headers.get("cache-control")?.startsWith("private"));
      said.push([
        headers.get("content-type"),
        headers.get("content-disposition"),
      ]);
    }
    const text = "text/plain; charset=utf-8";
    assertEquals(said, [
      ["image/png", `inline; filename="a.png"; filename*=UTF-8''a.png`],
      [text, `attachment; filename="b.svg"; filename*=UTF-8''b.svg`],
      [text, `attachment; filename="c__.html"; filename*=UTF-8''c_%C3%B6.html`],
      [
        "application/octet-stream",
        `attachment; filename="d.bin"; filename*=UTF-8''d.bin`,
      ],
    ]);
  }));

Deno.test("A file has a tag, and parts", () =>
  withApp(async (app) => {
    const { cookie, guest, room } = await come(app, "Ada");
    const bytes = bytesOf("0123456789");
    const file = await upload(app, cookie, "digits", bytes);
    await post(guest, [file]);
    const get = (headers: Record<string, string>, method = "GET") =>
      app.request(pathOf(room, file), {
        method,
        headers: { cookie, ...headers },
      });
    const etag = (await get({})).headers.get("etag")!;
    assertEquals((await get({ "if-none-match": `W/${etag}` })).status, 304);
    assertEquals((await get({ "if-none-match": '"other"' })).status, 200);
    const head = await get({}, "HEAD");
    assertEquals([head.status, head.headers.get("content-length")], [
      200,
      "10",
    ]);
    const parts: Record<string, [number, string, string | null]> = {
      "bytes=0-3": [206, "0123", "bytes 0-3/10"],
      "bytes=7-": [206, "789", "bytes 7-9/10"],
      "bytes=-2": [206, "89", "bytes 8-9/10"],
      "bytes=5-100": [206, "56789", "bytes 5-9/10"],
      "bytes=10-": [416, "", "bytes */10"],
      "bytes=3-2": [416, "", "bytes */10"],
      "bytes=0-1,3-4": [200, "0123456789", null],
      "lines=1-2": [200, "0123456789", null],
    };
    for (const [range, expected] of Object.entries(parts)) {
      const answer = await get({ range });
      const { status, headers } = answer;
      assertEquals(
        [status, await answer.text(), headers.get("content-range")],
        expected,
        range,
      );
    }
    const changed = await get({ range: "bytes=0-3", "if-range": '"other"' });
    assertEquals(changed.status, 200);
    await changed.body?.cancel();
  }));

Deno.test("A file is there for those who may read the room, while its message has it (L7)", () =>
  withApp(async (app) => {
    const ada = await come(app, "Ada");
    const first = await upload(app, ada.cookie, "a.png", PNG);
    const second = await upload(app, ada.cookie, "b.png", PNG);
    const [one, two] = [uuidv7(), uuidv7()];
    const seen = async (room: string, file: FileInfo, cookie = ada.cookie) => {
      const answer = await app.request(pathOf(room, file), {
        headers: { cookie },
      });
      await answer.body?.cancel();
      return answer.status;
    };
    assertEquals(await seen(ada.room, first), 404, "not attached yet");
    await post(ada.guest, [first], { id: one });
    await post(ada.guest, [second], { id: two });
    assertEquals(await seen(ada.room, first), 200);
    assertEquals(await seen(ada.room, first, ""), 404, "a stranger");
    const made = await app.request("/api/rooms", {
      method: "POST",
      headers: { cookie: ada.cookie, "sec-fetch-site": "same-origin" },
      body: JSON.stringify({ name: "Boats" }),
    });
    const { room: boats } = await made.json();
    assertEquals(await seen(boats.id, first), 404, "another room");
    assertEquals(await seen("no-such-room", first), 404);

    const remove = (message: string) =>
      ada.guest.ask({ type: "delete", room: "lobby", id: uuidv7(), message });
    await remove(one);
    assertEquals(await seen(ada.room, first), 404, "deleted");
    assertEquals(await seen(ada.room, second), 200, "the same content");
    assertEquals(filesBelow(app).length, 1);
    await remove(two);
    await until(() => filesBelow(app).length === 0, "the bytes to go");
  }));

Deno.test("A private room's file is as if absent to all who are not in it", () =>
  withApp(async (app) => {
    const ada = await come(app, "Ada");
    const eve = await come(app, "Eve");
    const { id: room } = await app.atoll.rooms.create(
      ada.guest.session,
      "Crew",
      "private",
    );
    const file = await upload(app, ada.cookie, "a.png", PNG);
    assertEquals(outcome(await post(ada.guest, [file], { room })), "posted");
    const get = async (cookie: string, path: string) => {
      const answer = await app.request(path, { headers: { cookie } });
      return [answer.status, (await answer.bytes()).length] as const;
    };
    assertEquals(await get(ada.cookie, pathOf(room, file)), [200, PNG.length]);
    const absent = await get(eve.cookie, pathOf(uuidv7(), file));
    assertEquals(absent[0], 404);
    assertEquals(await get(eve.cookie, pathOf(room, file)), absent);
    // Nor by way of a room that they may read.
    const [status] = await get(eve.cookie, pathOf(eve.room, file));
    assertEquals(status, 404);
  }));

Deno.test("A picture has a preview, made when it is first asked for, and gone with it", () =>
  withApp(async (app) => {
    const { cookie, guest, room } = await come(app, "Ada");
    const large = await upload(app, cookie, "l.png", await plainPng(900, 700));
    const small = await upload(app, cookie, "s.png", PNG);
    const message = uuidv7();
    await post(guest, [large, small], { id: message });
    const preview = async (file: FileInfo) => {
      const answer = await app.request(`${pathOf(room, file)}?preview`, {
        headers: { cookie },
      });
      const size = (await answer.bytes()).length;
      return [answer.headers.get("content-type"), size] as const;
    };
    const [first, again] = await Promise.all([preview(large), preview(large)]);
    assertEquals(first, again);
    assertEquals(first[0], "image/webp");
    assertEquals(filesBelow(app).length, 3);
    assertEquals(await preview(small), ["image/png", PNG.length]);
    await guest.ask({ type: "delete", room: "lobby", id: uuidv7(), message });
    await until(() => filesBelow(app).length === 0, "all bytes to go");
  }));
