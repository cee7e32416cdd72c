/** Copies of a place, made while it runs and put back. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { backUp, restore } from "../lib/backup.ts";
import { choosePackages, packageFlags, ROOT } from "../tasks/packages.ts";
import { SocketPeer } from "./fuzz/socket_peer.ts";
import { ServerProcess } from "./support/server.ts";

interface Told {
  epoch: string;
  head: number;
}

/** What a new connection is told of the place. */
async function toldBy(server: ServerProcess, token: string): Promise<Told> {
  const socket = await SocketPeer.open(server.port, token);
  assert(typeof socket !== "number", `${socket}`);
  const told: Told = { epoch: "", head: 0 };
  await socket.until((frame) => {
    if (frame.type !== "me") return false;
    told.epoch = frame.epoch;
    told.head = frame.rooms.find(({ slug }) => slug === "lobby")!.head;
    return true;
  });
  await socket.close();
  return told;
}

async function enter({ url }: ServerProcess): Promise<string> {
  const body = JSON.stringify({ name: "Ana" });
  const answer = await fetch(`${url}/api/session`, { method: "POST", body });
  return (await answer.json()).token;
}

/** Posts until `meanwhile` is over; gives how many posts were stored. */
async function writeWithout(
  server: ServerProcess,
  token: string,
  meanwhile: () => Promise<unknown>,
): Promise<number> {
  const socket = await SocketPeer.open(server.port, token);
  assert(typeof socket !== "number");
  let isOver = false;
  const done = meanwhile().finally(() => isOver = true);
  let posts = 0;
  while (!isOver || posts === 0) {
    const id = crypto.randomUUID();
    const post = { type: "post", room: "lobby", id, body: `No. ${posts}` };
    await socket.send(post);
    let pause = 0;
    await socket.until((frame) => {
      if (!("id" in frame) || frame.id !== id) return false;
      if (frame.type === "posted") posts++;
      // One who posts too fast is told to wait.
      if (frame.type === "error") pause = frame.wait ?? 100;
      return true;
    });
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await done;
  await socket.close();
  return posts;
}

async function run(command: string, data: string, ...args: string[]) {
  return await runWith({ ATOLL_DATA: data }, command, ...args);
}

async function runWith(env: Record<string, string>, ...args: string[]) {
  const flags = packageFlags(await choosePackages());
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...flags].concat(
      [`${ROOT}tasks/backup_command.ts`, ...args],
    ),
    env,
  }).output();
  const text = [stdout, stderr].map((one) => new TextDecoder().decode(one));
  return { code, text: text.join("").trim() };
}

Deno.test("A copy made while people write is whole, and is restored under another epoch [L9]", async () => {
  await using server = await ServerProcess.start();
  const copies = await Deno.makeTempDir();
  const token = await enter(server);
  const upload = await fetch(`${server.url}/api/uploads?name=tide.txt`, {
    ...{ method: "POST", body: "Low tide" },
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals(upload.status, 201);
  await upload.body?.cancel();
  const to = `${copies}/first`;
  const posts = await writeWithout(
    server,
    token,
    () =>
      run("backup", server.data, to).then(({ code, text }) => {
        assertEquals(code, 0, text);
        assertMatch(text, /^Copied the database and 1 files to /);
      }),
  );
  const before = await toldBy(server, token);
  assert(before.head >= posts);

  const running = await run("restore", server.data, to, "--force");
  assertEquals(running.code, 1);
  assertMatch(running.text, /is in use by another Atoll/);
  assertEquals(await toldBy(server, token), before);

  assertEquals(await server.stop(), 0);
  const refused = await run("restore", server.data, to);
  assertEquals(refused.code, 1);
  assertMatch(refused.text, /has a place already: --force moves it aside/);
  const done = await run("restore", server.data, to, "--force");
  assertEquals(done.code, 0, done.text);
  assertMatch(done.text, /1 files .*what was there is in .*replaced-/);

  await server.restart();
  const after = await toldBy(server, token);
  assert(after.epoch !== before.epoch);
  assert(after.head <= before.head);
  const posted = await fetch(`${server.url}/healthz`);
  assertEquals(posted.status, 200);
  await posted.body?.cancel();
  await Deno.remove(copies, { recursive: true });
});

Deno.test("What the commands can't do is said in one line", async () => {
  const postgres = { ATOLL_DATABASE_URL: "postgres://x" };
  const told = await runWith(postgres, "backup", "/nowhere");
  assertEquals([told.code, told.text], [
    1,
    "The database is PostgreSQL: use pg_dump and pg_restore",
  ]);
  for (const args of [["restore"], ["backup", "a", "b"], ["erase", "a"]]) {
    const { code, text } = await runWith({}, ...args);
    assertEquals(code, 1);
    assertMatch(text, /^Use: deno task backup/);
  }
});

Deno.test("A copy and a place that was put back have no files beside the database", async () => {
  const folder = await Deno.makeTempDir();
  await using server = await ServerProcess.start();
  const { data } = server;
  assertEquals(await server.stop(), 0);
  const names = (path: string) =>
    [...Deno.readDirSync(path)].map(({ name }) => name)
      .filter((name) => name.startsWith("atoll.db"));
  assertEquals(names(data), ["atoll.db"]);
  await backUp(data, `${folder}/copy`);
  await restore(`${folder}/copy`, `${folder}/new`);
  await restore(`${folder}/copy`, data, { force: true });
  for (const place of [data, `${folder}/copy`, `${folder}/new`]) {
    assertEquals(names(place), ["atoll.db"], place);
    // Nobody else on the machine may look into them.
    assertEquals(Deno.statSync(place).mode! & 0o077, 0, place);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("What can't be copied or restored is said in one line, and nothing is changed", async () => {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  const refused = async (attempt: Promise<unknown>, why: RegExp) => {
    const { message } = await assertRejects(() => attempt, Error);
    assertMatch(message, why);
    assert(!message.includes("\n"));
  };
  await refused(backUp(path("none"), path("to")), /has no atoll\.db/);
  assertEquals([...Deno.readDirSync(folder)], []);

  Deno.mkdirSync(path("data"));
  const db = new DatabaseSync(path("data/atoll.db"));
  db.exec("CREATE TABLE meta (key TEXT, value TEXT)");
  db.exec("INSERT INTO meta VALUES ('schema', '999'), ('epoch', 'old')");
  db.exec("CREATE TABLE uploads (hash TEXT)");
  db.exec("CREATE TABLE attachments (hash TEXT)");
  db.close();
  assertEquals(await backUp(path("data"), path("copy")), {
    files: 0,
    missing: 0,
  });
  await refused(backUp(path("data"), path("copy")), /is not empty/);

  await refused(restore(path("none"), path("new")), /There is no .*atoll\.db/);
  await refused(restore(path("copy"), path("new")), /a newer Atoll/);
  Deno.mkdirSync(path("bad"));
  for (const bytes of ["", "no database at all"]) {
    Deno.writeTextFileSync(path("bad/atoll.db"), bytes);
    await refused(restore(path("bad"), path("new")), /is damaged/);
  }
  const cut = Deno.readFileSync(path("copy/atoll.db")).slice(0, 5_000);
  Deno.writeFileSync(path("bad/atoll.db"), cut);
  await refused(restore(path("bad"), path("new")), /is damaged/);
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
    ...["bad", "copy", "data"],
  ]);
  Deno.removeSync(folder, { recursive: true });
});
