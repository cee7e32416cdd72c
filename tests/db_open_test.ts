import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { openDatabase } from "../lib/db/open.ts";
import { assertRefused, LogHarness } from "./support/log_harness.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

function test(name: string, run: (store: SqliteStore) => Promise<void>): void {
  Deno.test(`openDatabase ${name}`, async () => {
    const store = new SqliteStore();
    try {
      await run(store);
    } finally {
      await store.remove();
    }
  });
}

const onError = () => {};

/** Fails to open, with one line; gives that line. */
async function complaint(path: string): Promise<string> {
  const open = () => openDatabase({ path, onError });
  const { message } = await assertRejects(open, Error, "Can't open");
  assert(!message.includes("\n"), message);
  return message;
}

test("makes the folder, or takes a file's name", async ({ folder }) => {
  const inFolder = await openDatabase({ path: `${folder}/a/b`, onError });
  const named = await openDatabase({ path: `${folder}/c/chat.db`, onError });
  assertNotEquals(inFolder.epoch, named.epoch);
  await inFolder.close();
  await named.close();
  assert((await Deno.stat(`${folder}/a/b/atoll.db`)).isFile);
  assert((await Deno.stat(`${folder}/c/chat.db`)).isFile);
});

test("leaves one file behind when it is closed", async (store) => {
  const t = await LogHarness.start(store);
  await t.post("a");
  await t.close();
  const names = [...Deno.readDirSync(store.folder)].map(({ name }) => name);
  assertEquals(names, ["atoll.db"]);
});

test("says what to do where a folder can't be made", async ({ folder }) => {
  await Deno.writeTextFile(`${folder}/file`, "");
  const message = await complaint(`${folder}/file/data`);
  assert(message.includes(`${folder}/file/data`), message);
  assert(message.includes("write access"), message);
  assert(message.includes("ATOLL_DATA"), message);
});

test("says what to do where its folder is read-only", async ({ folder }) => {
  // Nothing is read-only for the administrator.
  if (Deno.uid() === 0) return;
  await Deno.chmod(folder, 0o555);
  assert((await complaint(folder)).includes(`write access to ${folder}`));
});

test("refuses a file that is no database", async ({ folder }) => {
  await Deno.writeTextFile(`${folder}/atoll.db`, "words ".repeat(1000));
  assert((await complaint(folder)).includes("not a database"));
});

Deno.test({
  name: "openDatabase says what to do without the permission to write",
  permissions: { read: true, write: false },
  async fn() {
    const message = await complaint("/nowhere/at/all");
    assert(message.includes("write access to /nowhere/at/all"), message);
  },
});

test("brings refusals across threads and rolls back [L1]", async (store) => {
  const t = await LogHarness.start(store);
  const guest = {
    person: uuidv7(),
    name: "ada",
    key: "ada",
    tokenHash: new Uint8Array(32),
    now: t.now,
    expiresAt: t.now,
    freedBefore: 0,
  };
  await assertRefused("name_taken", t.db.write("enter", guest));
  assertEquals(store.errors, [], "a refusal is no failure");
  // Fails at its second statement: there is such a session already.
  const free = { ...guest, key: "ada2" };
  await t.db.write("enter", free);
  const again = { ...free, person: uuidv7(), key: "ada3" };
  await assertRefused("unavailable", t.db.write("enter", again));
  assertEquals(store.errors.length, 1);
  const people = await t.db.read.selectFrom("persons").select("name_key")
    .execute();
  assertEquals(people.map(({ name_key }) => name_key).sort(), ["ada", "ada2"]);
  await t.close();
  await assertRefused("stopping", t.db.write("enter", guest));
});
