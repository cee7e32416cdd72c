/** Both stores of files: a folder, and a bucket of a real server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ConfigError, readConfig } from "../lib/config.ts";
import { Refusal } from "../lib/errors.ts";
import { LocalFiles } from "../lib/files/file_store.ts";
import { S3Files } from "../lib/files/s3_files.ts";
import { content, keep, testFileStore } from "./file_store_contract.ts";
import { withApp } from "./support/app.ts";
import { bytesOf, upload } from "./support/files.ts";
import { S3Server } from "./support/s3_server.ts";
import { walk } from "./support/walk.ts";

testFileStore("A folder", async () => {
  const folder = await Deno.makeTempDir();
  const root = new URL(`file://${folder}/`);
  return {
    store: new LocalFiles(folder),
    keys: () => Array.fromAsync(walk(root)),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
});

testFileStore("A bucket", async () => {
  const server = await S3Server.start();
  const fail = (error: unknown) => {
    throw error;
  };
  return {
    store: new S3Files(server.settings, fail),
    keys: () => server.keys(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

const KEY = "ef".repeat(32);

async function refusal(attempt: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => attempt, Refusal)).code;
}

Deno.test("A bucket that refuses the key is said in the log, without the secret", async () => {
  await using server = await S3Server.start();
  const errors: string[] = [];
  const secretAccessKey = "a secret that nobody may read";
  const store = new S3Files(
    { ...server.settings, secretAccessKey },
    (error) => errors.push(String(error)),
  );
  assertEquals(await refusal(keep(store, KEY, content(10))), "unavailable");
  assert(/403 SignatureDoesNotMatch/.test(errors.join()), errors.join());
  assert(!errors.join().includes(secretAccessKey));
  assertEquals(await server.keys(), []);
});

Deno.test("A bucket that doesn't answer is refused as something to retry, and loses nothing", async () => {
  await using server = await S3Server.start();
  const errors: unknown[] = [];
  const store = new S3Files(server.settings, (error) => errors.push(error));
  await keep(store, KEY, content(10));
  const staged = await store.stage();
  await staged.write(content(20));
  await server.stop();
  assertEquals(await refusal(store.read(KEY)), "unavailable");
  assertEquals(await refusal(store.remove(KEY)), "unavailable");
  assertEquals(await refusal(staged.keep(`${KEY}.preview`)), "unavailable");
  assertEquals(errors.length, 3);
  await server.restart();
  assertEquals(await store.read(KEY), content(10));
});

/** A store that gives all answers itself. */
async function withAnswers(
  answer: (request: Request) => Response,
  test: (store: S3Files, errors: string[]) => Promise<void>,
): Promise<void> {
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(options, answer);
  const errors: string[] = [];
  const store = new S3Files({
    address: `http://127.0.0.1:${server.addr.port}/bucket/files/`,
    ...{ region: "eu-west-1", accessKeyId: "a", secretAccessKey: "b" },
  }, (error) => errors.push(String(error)));
  try {
    await test(store, errors);
  } finally {
    await server.shutdown();
  }
}

Deno.test("Of a store that answers a range with all of it, the part alone is given on", async () => {
  const bytes = content(300_000);
  await withAnswers(() => new Response(bytes), async (store) => {
    for (const [start, end] of [[0, 2], [1, 2], [150_000, 300_000]] as const) {
      const part = await store.open(KEY, { start, end });
      const given = await new Response(part).bytes();
      assertEquals(given.length, end - start);
      const differs = given.findIndex((byte, i) => byte !== bytes[start + i]);
      assertEquals(differs, -1, `${start} to ${end}`);
    }
  });
});

Deno.test("A store that says late that it failed is refused as something to retry", async () => {
  const failed = "<Error><Code>InternalError</Code></Error>";
  await withAnswers(() => new Response(failed), async (store, errors) => {
    const staged = await store.stage();
    await staged.write(content(20));
    assertEquals(await refusal(staged.keep(KEY)), "unavailable");
    assert(/PUT .*InternalError/.test(errors.join()), errors.join());
  });
});

Deno.test("Files go to the bucket, and the data folder has none", async () => {
  await using server = await S3Server.start();
  const settings = { files: server.settings };
  await withApp(async (app) => {
    const cookie = await app.enter("Ana");
    const file = await upload(app, cookie, "note.txt", bytesOf("Low tide"));
    const post = await app.request("/api/rooms", { headers: { cookie } });
    const { rooms } = await post.json();
    const session = (await app.atoll.sessions.find(cookie.split("=")[1]!))!;
    await app.atoll.messages.write(session, {
      ...{ kind: "posted", room: rooms[0].id, id: crypto.randomUUID() },
      ...{ author: session.person.id, body: "", files: [file.id] },
    });
    const path = `/files/lobby/${file.id}/note.txt`;
    const range = { cookie, range: "bytes=4-7" };
    const part = await app.request(path, { headers: range });
    assertEquals([part.status, await part.text()], [206, "tide"]);
    const data = new URL(`file://${app.atoll.config.data}/`);
    const local = await Array.fromAsync(walk(data));
    assertEquals(local.filter((name) => name.startsWith("files")), []);

    await server.stop();
    const gone = await app.request(path, { headers: { cookie } });
    await gone.body?.cancel();
    assertEquals(gone.status, 503);
    const late = await app.request("/api/uploads?name=a", {
      ...{ method: "POST", body: "late" },
      headers: { cookie, origin: app.url },
    });
    assertEquals(late.status, 503);
    assertEquals((await late.json()).error.code, "unavailable");
    await server.restart();
    const back = await app.request(path, { headers: { cookie } });
    assertEquals(await back.text(), "Low tide");
  }, settings);
});

Deno.test("ATOLL_FILES_URL names a bucket; what is wrong is said without a key", () => {
  const keys = { AWS_ACCESS_KEY_ID: "me", AWS_SECRET_ACCESS_KEY: "hidden" };
  const read = (url: string, more: Record<string, string> = keys) =>
    readConfig(new Map(Object.entries({ ATOLL_FILES_URL: url, ...more })))
      .files;
  assertEquals(read(""), null);
  assertEquals(read("s3://atoll?endpoint=https://s3.example.org"), {
    address: "https://s3.example.org/atoll/",
    ...{ region: "us-east-1", accessKeyId: "me", secretAccessKey: "hidden" },
  });
  assertEquals(
    read("s3://atoll/a/b/", { ...keys, AWS_REGION: "eu-west-1" })?.address,
    "https://s3.eu-west-1.amazonaws.com/atoll/a/b/",
  );
  const wrong: [string, Record<string, string>?][] = [
    ["atoll"],
    ["https://s3.example.org/atoll"],
    ["s3://A"],
    ["s3://me:hidden@atoll"],
    ["s3://atoll?endpoint=ftp://x"],
    ["s3://atoll?endpoint=https://me:hidden@x"],
    ["s3://atoll?endpoint=https://x/path"],
    ["s3://atoll?region=eu.evil/"],
    ["s3://atoll", { ...keys, AWS_REGION: "eu west" }],
    ["s3://atoll?endpiont=https://s3.example.org"],
    ["s3://atoll", {}],
    ["s3://atoll", { AWS_ACCESS_KEY_ID: "me" }],
  ];
  for (const [url, more] of wrong) {
    try {
      read(url, more);
    } catch (error) {
      assert(error instanceof ConfigError, url);
      assert(/^ATOLL_FILES_URL /.test(error.message), error.message);
      assert(!error.message.includes("hidden"), error.message);
      continue;
    }
    assert(false, `${url} was taken`);
  }
});

Deno.test("A folder that does not exist yet has nothing to sweep", async () => {
  const folder = await Deno.makeTempDir();
  await new LocalFiles(join(folder, "none")).sweep(0);
  await Deno.remove(folder, { recursive: true });
});
