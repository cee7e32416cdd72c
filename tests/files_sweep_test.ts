/** Removing content that nothing refers to, and only that. */
import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openAtoll } from "../lib/app.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { type Database, openDatabase } from "../lib/db/open.ts";
import { LocalFiles } from "../lib/files/file_store.ts";
import { Files } from "../lib/files/files.ts";
import { Uploads } from "../lib/files/uploads.ts";
import { logError } from "../lib/logging.ts";
import type { FileInfo } from "../lib/protocol.ts";
import { TEST_CONFIG } from "./support/atoll.ts";
import { bytesOf, plainPng } from "./support/files.ts";
import { inFolder } from "./support/places.ts";
import { SqliteStore } from "./support/sqlite_store.ts";
import { turns, until } from "./support/until.ts";

const DAY = 24 * 60 * 60_000;

interface Place {
  db: Database;
  store: LocalFiles;
  folder: string;
  uploads: Uploads;
  person: string;
  /** Where the clock stands. */
  clock: { now: number };
  send(text: string): Promise<FileInfo>;
  /** Names of the contents that are there. */
  contents(): string[];
  /** What the database was told; nothing in the end. */
  errors: unknown[];
}

async function withUploads(
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const store = new SqliteStore();
  const db = await store.open();
  const clock = { now: 1_800_000_000_000 };
  const folder = join(store.folder, "files");
  const bytes = new LocalFiles(folder);
  const uploads = new Uploads({
    ...{ db, store: bytes, limit: 1_000 },
    now: () => clock.now,
  });
  const person = uuidv7(clock.now);
  await db.write("enter", {
    ...{ person, name: "Ada", key: "ada", now: clock.now },
    ...{ tokenHash: new Uint8Array(32), expiresAt: clock.now + DAY },
    freedBefore: 0,
  });
  const send = (text: string) =>
    uploads.receive({
      ...{ person, name: "a", length: null },
      body: new Blob([bytesOf(text)]).stream(),
    });
  const contents = () =>
    !existsSync(folder) ? [] : [...Deno.readDirSync(folder)]
      .filter(({ name }) => name !== "incoming").map(({ name }) => name)
      .flatMap((start) =>
        [...Deno.readDirSync(join(folder, start))].map(({ name }) =>
          Deno.readTextFileSync(join(folder, start, name))
        )
      ).sort();
  try {
    await test({
      ...{ db, store: bytes, folder, uploads, person, clock, send, contents },
      errors: store.errors,
    });
    assertEquals(store.errors, []);
  } finally {
    await db.close();
    await store.remove();
  }
}

async function attach({ db, person, clock }: Place, files: FileInfo[]) {
  const { id: room } = await db.read.selectFrom("rooms").select("id")
    .executeTakeFirstOrThrow();
  const { outcomes } = await db.write("append", {
    drafts: [{
      ...{ kind: "posted", room, id: uuidv7(), author: person, body: "" },
      files: files.map(({ id }) => id),
    }],
    now: clock.now,
  });
  return { room, outcome: outcomes[0]! };
}

Deno.test("Uploads that no message takes go after a day, with what only they refer to", () =>
  withUploads(async (place) => {
    const { uploads, clock, send, contents } = place;
    const used = await send("used");
    await send("used");
    const unused = await send("unused");
    await attach(place, [used]);
    clock.now += DAY;
    await uploads.sweep();
    assertEquals(contents(), ["unused", "used"]);
    clock.now += 1;
    await uploads.sweep();
    assertEquals(contents(), ["used"]);
    const { outcome } = await attach(place, [unused]);
    assertEquals(outcome, { refused: "no_file" });
  }));

Deno.test("Removing never meets a new upload of the same content", () =>
  withUploads(async (place) => {
    const { uploads, person, send, contents } = place;
    let last = await send("same");
    for (let round = 0; round < 30; round++) {
      const [next] = await Promise.all([
        send("same"),
        uploads.drop(person, last.id),
        uploads.sweep(),
      ]);
      assertEquals(contents(), ["same"]);
      last = next;
    }
    await uploads.drop(person, last.id);
    assertEquals(contents(), []);
  }));

Deno.test("What is trimmed loses its files (L8)", () =>
  withUploads(async (place) => {
    const { db, uploads, clock, send, contents } = place;
    const { room } = await attach(place, [await send("old")]);
    clock.now += DAY;
    await attach(place, [await send("new")]);
    await db.write("trimRoom", { room, before: clock.now, limit: 10 });
    await uploads.sweep();
    assertEquals(contents(), ["new"]);
  }));

Deno.test("A preview that is kept when its picture is gone goes as well", () =>
  withUploads(async (place) => {
    const { db, folder, uploads, person, clock, contents } = place;
    const png = await plainPng(2_000, 2_000);
    const store = new LocalFiles(folder);
    const keeping = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const stage = store.stage.bind(store);
    store.stage = async () => {
      keeping.resolve();
      await gate.promise;
      return await stage();
    };
    const other = new Files({ db, store, limit: 1_000_000 });
    const { id } = await new Uploads({
      ...{ db, store: new LocalFiles(folder), limit: 1_000_000 },
      now: () => clock.now,
    }).receive({
      ...{ person, name: "a", length: null },
      body: new Blob([png]).stream(),
    });
    const { room } = await attach(place, [{ id } as FileInfo]);
    const asked = other.preview(await other.find(room, id));
    await keeping.promise;
    clock.now += DAY;
    await db.write("trimRoom", { room, before: clock.now, limit: 10 });
    await uploads.sweep();
    gate.resolve();
    assert(await asked !== null, "whoever asked gets it");
    assertEquals(contents(), []);
    await other.close();
  }));

Deno.test("What could not be removed is tried again by the next sweep, after all others [L7]", () =>
  withUploads(async (place) => {
    const { db, store, uploads, person, send, contents, errors } = place;
    const texts = ["one", "two", "three"];
    const files = await Promise.all(texts.map(send));
    const tried: string[] = [];
    const { remove } = store;
    let stuck: string | undefined;
    store.remove = async (key) => {
      stuck ??= key;
      tried.push(key);
      if (stuck === key) throw new Error("stuck");
      await remove.call(store, key);
    };
    await uploads.drop(person, files[0]!.id);
    assertEquals([contents(), String(errors.splice(0))], [
      texts.toSorted(),
      "Error: stuck",
    ]);
    // One that never goes keeps nobody from having the others removed.
    await uploads.drop(person, files[1]!.id);
    await uploads.drop(person, files[2]!.id);
    assertEquals(contents(), ["one"]);
    assertEquals(errors.splice(0).map(String), Array(2).fill("Error: stuck"));
    assertEquals(tried.filter((key) => key === stuck).length, 3);
    stuck = "nothing";
    await uploads.sweep();
    assertEquals(contents(), []);
    const left = await db.read.selectFrom("loose_files").selectAll().execute();
    assertEquals(left, []);
    await uploads.drop(person, (await send("one")).id);
    assertEquals(contents(), []);
  }));

Deno.test("What a killed server was removing is taken up by the next one at once [L7]", async () => {
  const place = await inFolder();
  const config = { ...TEST_CONFIG, ...place.settings };
  const begin = async (name: string) => {
    const atoll = await openAtoll(config);
    const { uploads } = atoll.files;
    const { token } = await atoll.accounts.enter(name);
    const { person } = (await atoll.sessions.find(token))!;
    const send = () =>
      uploads.receive({
        ...{ person: person.id, name: "a", length: null },
        body: new Blob([bytesOf("same")]).stream(),
      });
    return { atoll, person: person.id, send };
  };
  const first = await begin("Ada");
  const { id } = await first.send();
  await first.atoll.close();
  const db = await openDatabase({ path: config.data, onError: logError });
  await db.write("dropUpload", { id, person: first.person });
  const { hash } = await db.read.selectFrom("loose_files").select("hash")
    .executeTakeFirstOrThrow();
  const now = Date.now();
  const claim = { hash, now, until: now + DAY, own: null };
  assert(await db.write("claimLoose", claim));
  await db.close();
  const second = await begin("Omar");
  await second.send();
  await second.atoll.close();
  await place.remove();
});

Deno.test("What was half received when the server was killed is removed", () =>
  withUploads(async ({ folder, send }) => {
    const left = join(folder, "incoming", "left");
    await Deno.mkdir(join(folder, "incoming"), { recursive: true });
    await Deno.writeTextFile(left, "half");
    await send("whole");
    assertEquals(existsSync(left), false);
  }));

Deno.test("Of many pictures whose previews are asked for, one at a time is read", async () => {
  const store = new SqliteStore();
  const db = await store.open();
  const reading: string[] = [];
  const gate = Promise.withResolvers<void>();
  const bytes = new LocalFiles(join(store.folder, "files"));
  bytes.read = async (key) => {
    if (key.endsWith(".preview")) return null;
    reading.push(key);
    await gate.promise;
    return bytesOf("no picture");
  };
  const files = new Files({ db, store: bytes, limit: 1_000 });
  const asked = ["aaa", "bbb", "ccc"].map((hash) =>
    files.preview({
      ...{ hash, name: "a", type: "image/png" },
      ...{ size: 1_000_000, width: 900, height: 700 },
    })
  );
  await until(() => reading.length > 0, "the first to be read");
  await turns();
  assertEquals(reading, ["aaa"]);
  gate.resolve();
  assertEquals(await Promise.all(asked), [null, null, null]);
  assertEquals(reading, ["aaa", "bbb", "ccc"]);
  await files.close();
  await db.close();
  await store.remove();
});
