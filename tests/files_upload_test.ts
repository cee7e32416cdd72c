/** Uploads: what is taken, what is refused, and that nothing is left behind. */
import { assert, assertEquals } from "@std/assert";
import type { FileInfo } from "../lib/protocol.ts";
import { type RunningApp, withApp } from "./support/app.ts";
import { bytesOf, filesBelow, PNG, upload } from "./support/files.ts";
import { until } from "./support/until.ts";

async function codeOf(response: Response): Promise<[number, string]> {
  const { error } = await response.json();
  return [response.status, error.code];
}

async function typesOf(
  app: RunningApp,
  cookie: string,
  files: Record<string, Uint8Array<ArrayBuffer>>,
): Promise<Record<string, string>> {
  const types: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(files)) {
    types[name] = (await upload(app, cookie, name, bytes)).type;
  }
  return types;
}

Deno.test("An upload is answered with what the file is, and stored by its content", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const file = await upload(app, cookie, "dot.png", PNG);
    const { id: _, ...said } = file;
    assertEquals(said, {
      name: "dot.png",
      type: "image/png",
      size: PNG.length,
      width: 1,
      height: 1,
    });
    await upload(app, cookie, "again.png", PNG);
    assertEquals(filesBelow(app).length, 1);
  }));

Deno.test("A file's type comes from its content, never from its name", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const html = "<!doctype html><script>alert(1)</script>";
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>';
    const gif = "GIF89a/*" + "\0".repeat(20) + "*/=1;alert(1)";
    const types = await typesOf(app, cookie, {
      "html.png": bytesOf(html),
      "image.svg": bytesOf(svg),
      "declared.svg": bytesOf(`<?xml version="1.0"?>${svg}`),
      "script.gif": bytesOf(gif),
      "notes.exe": bytesOf("just text, äöü"),
      "noise.txt": new Uint8Array([0, 1, 2, 255]),
      "empty.txt": new Uint8Array(),
      "paper.png": bytesOf("%PDF-1.7\n"),
    });
    assertEquals(types, {
      "html.png": "text/plain",
      "image.svg": "text/plain",
      "declared.svg": "text/plain",
      "script.gif": "image/gif",
      "notes.exe": "text/plain",
      "noise.txt": "application/octet-stream",
      "empty.txt": "application/octet-stream",
      "paper.png": "application/pdf",
    });
  }));

Deno.test("Names lose folders, controls and overrides of direction", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const names: Record<string, string> = {
      "../../etc/passwd": "passwd",
      "C:\\temp\\a.txt": "a.txt",
      "..": "file",
      "": "file",
      "exe\u202egpj.txt": "exegpj.txt",
      "new\nline\0.txt": "newline.txt",
      'a"b<c>.txt': "a_b_c_.txt",
      "报告.pdf": "报告.pdf",
    };
    for (const [given, name] of Object.entries(names)) {
      assertEquals((await upload(app, cookie, given, PNG)).name, name);
    }
    const long = await upload(app, cookie, `${"报".repeat(200)}.pdf`, PNG);
    assert(long.name.endsWith("报.pdf"));
    assertEquals(new TextEncoder().encode(long.name).length, 83 * 3 + 4);
  }));

Deno.test("A file over the limit is refused at once, claimed or sent", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const post = (init: RequestInit) =>
      app.request("/api/uploads?name=big", { method: "POST", ...init });
    const claimed = await post({
      headers: {
        cookie,
        "sec-fetch-site": "same-origin",
        "content-length": String(10 * 1024 ** 3),
      },
      body: new ReadableStream({
        pull() {
          throw new Error("Was read");
        },
      }, { highWaterMark: 0 }),
    });
    assertEquals(await codeOf(claimed), [413, "file_too_big"]);
    let sent = 0;
    let cancelled = false;
    const endless = await post({
      headers: { cookie, "sec-fetch-site": "same-origin" },
      body: new ReadableStream({
        pull(controller) {
          sent += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel() {
          cancelled = true;
        },
      }),
    });
    assertEquals(await codeOf(endless), [413, "file_too_big"]);
    assert(cancelled && sent < 3 * app.atoll.config.uploadLimit);
    assertEquals(filesBelow(app), []);
  }));

Deno.test("An upload needs a session, and a page of ours", () =>
  withApp(async (app) => {
    const path = "/api/uploads?name=a";
    const stranger = await app.request(path, { method: "POST", body: PNG });
    assertEquals(await codeOf(stranger), [401, "unauthorized"]);
    const cookie = await app.enter("Ada");
    const headers = { cookie, origin: "https://evil.example" };
    const foreign = await app.request(path, {
      method: "POST",
      headers,
      body: PNG,
    });
    assertEquals(await codeOf(foreign), [403, "forbidden_origin"]);
    assertEquals(filesBelow(app), []);
  }));

Deno.test("An upload that breaks off leaves nothing", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const { hostname, port } = new URL(app.url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(bytesOf(
      "POST /api/uploads?name=half HTTP/1.1\r\nHost: localhost\r\n" +
        `Cookie: ${cookie}\r\nSec-Fetch-Site: same-origin\r\n` +
        "Content-Length: 1000\r\n\r\nonly the beginning",
    ));
    await until(() => filesBelow(app).length === 1, "the file to begin");
    connection.close();
    await until(() => filesBelow(app).length === 0, "its removal");
  }));

Deno.test("A store that can't be written refuses with unavailable", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    await Deno.writeTextFile(`${app.atoll.config.data}/files`, "in the way");
    const response = await app.request("/api/uploads?name=a", {
      method: "POST",
      headers: { cookie, "sec-fetch-site": "same-origin" },
      body: PNG,
    });
    assertEquals(await codeOf(response), [503, "unavailable"]);
    await Deno.remove(`${app.atoll.config.data}/files`);
    await upload(app, cookie, "a.png", PNG);
  }));

Deno.test("One person can't have more than thirty uploads waiting", () =>
  withApp(async (app) => {
    const cookie = await app.enter("Ada");
    const files: FileInfo[] = [];
    for (let i = 0; i < 30; i++) {
      files.push(await upload(app, cookie, `${i}.png`, PNG));
    }
    const post = () =>
      app.request("/api/uploads?name=more", {
        method: "POST",
        headers: { cookie, "sec-fetch-site": "same-origin" },
        body: PNG,
      });
    assertEquals(await codeOf(await post()), [429, "too_many_uploads"]);
    const removal = (id: string, cookie: string) =>
      app.request(`/api/uploads/${id}`, {
        method: "DELETE",
        headers: { cookie, "sec-fetch-site": "same-origin" },
      });
    const other = await app.enter("Grace");
    const foreign = await removal(files[0]!.id, other);
    assertEquals(await codeOf(foreign), [404, "no_file"]);
    const none = await removal("none", cookie);
    assertEquals(await codeOf(none), [404, "no_file"]);
    assertEquals((await removal(files[0]!.id, cookie)).status, 204);
    assertEquals((await post()).status, 201);
  }));
