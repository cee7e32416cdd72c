/** PostgreSQL as it is opened, left alone, and lost. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sql } from "kysely";
import { Atoll } from "../lib/app.ts";
import { type Database, openDatabase } from "../lib/db/open.ts";
import type { PostgresSettings } from "../lib/db/postgres_settings.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { MessageLog } from "../lib/message_log.ts";
import { Rooms } from "../lib/rooms.ts";
import { openSignals } from "../lib/signals/open.ts";
import { PostgresServer } from "../tasks/postgres.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { assertRefused, LogHarness } from "./support/log_harness.ts";
import {
  POSTGRES_URL,
  PostgresStore,
  settingsOf,
} from "./support/postgres_store.ts";
import { until } from "./support/until.ts";

function test(name: string, run: () => Promise<void>): void {
  if (POSTGRES_URL) Deno.test(`PostgreSQL ${name}`, run);
}

async function withBare(run: (store: PostgresStore) => Promise<void>) {
  const store = new PostgresStore(true);
  await store.create();
  try {
    await run(store);
  } finally {
    await store.remove();
  }
}

async function guestOf(atoll: Atoll, name: string): Promise<Guest> {
  const { token } = await atoll.accounts.enter(name);
  return new Guest(atoll, (await atoll.sessions.find(token))!);
}

async function complaint(postgres: PostgresSettings): Promise<string> {
  const open = () => openDatabase({ path: "", postgres, onError: () => {} });
  return (await assertRejects(open, Error)).message;
}

test("lets several servers start at once on an empty database", async () => {
  await withBare(async (store) => {
    const opened = await Promise.all([1, 2, 3].map(() => store.open()));
    const epochs = new Set(opened.map(({ epoch }) => epoch));
    assertEquals(epochs.size, 1);
    const lobbies = await store.rows("select id from rooms");
    assertEquals(lobbies.length, 1);
    for (const db of opened) await db.close();
    assertEquals(store.errors, []);
  });
});

test("finds no room by an address with a NUL, instead of an error", async () => {
  const store = new PostgresStore();
  const db = await store.open();
  try {
    const rooms = new Rooms(db);
    assertEquals(await rooms.find("lob\0by"), null);
    assertEquals(await rooms.regard(uuidv7(), "lob\0by"), null);
    assertEquals(store.errors, []);
  } finally {
    await db.close();
    await store.remove();
  }
});

test("refuses a database of a newer Atoll, and says why", async () => {
  await withBare(async (store) => {
    await (await store.open()).close();
    await store.execute("update meta set value = '99' where key = 'schema'");
    const message = await complaint(store.settings);
    assert(message.includes("written by a newer Atoll (schema 99"), message);
    assert(message.includes("which ATOLL_DATABASE_URL names"), message);
  });
});

test("says what can't be reached, and never the password", async () => {
  const password = "s3cret-word";
  const settings = { ...settingsOf("nowhere_at_all"), password };
  const missing = await complaint(settings);
  assert(missing.includes('database "nowhere_at_all" does not exist'), missing);
  const deaf = await complaint({ ...settings, port: 1 });
  assert(/127\.0\.0\.1:1\b.*ECONNREFUSED/.test(deaf), deaf);
  const strict = await complaint({ ...settings, ssl: "require" });
  assert(strict.includes("SSL"), strict);
  for (const message of [missing, deaf, strict]) {
    assert(!message.includes(password), message);
    assert(!message.includes("\n"), message);
  }
});

test("uses eleven connections at most, whatever is asked at once", async () => {
  const store = new PostgresStore();
  const t = await LogHarness.start(store);
  const rooms = await Promise.all(
    Array.from({ length: 12 }, (_, i) => t.room(`Room ${i}`)),
  );
  const asked = rooms.flatMap((room) => [
    t.post("one", { room }),
    t.log.page(room, { limit: 10 }),
    t.db.write("markRead", [{ person: t.ada, room, seq: 1 }]),
  ]);
  const search = t.db.readSlowly("searchMessages", {
    ...{ person: t.ada, now: t.now, words: ["one"], without: [], has: [] },
    ...{ limit: 1, timeout: 5_000 },
  }, { timeout: 5_000 });
  await t.db.checkpoint();
  const [row] = await store.rows(
    `select count(*)::int as open from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
  assert(Number(row!.open) <= 11, `${row!.open}`);
  await Promise.all([...asked, search]);
  assertEquals(store.errors, []);
  await t.close();
  await store.remove();
});

test("stops reads that take too long", async () => {
  const store = new PostgresStore();
  const db = await store.open();
  for (const reading of [db.read, db.delivery]) {
    const { rows } = await sql<{ statement_timeout: string }>`
      show statement_timeout`.execute(reading);
    assertEquals(rows, [{ statement_timeout: "5s" }]);
  }
  await db.close();
  await store.remove();
});

test("delivers while everything else that reads is held up [D1, L6]", async () => {
  const store = new PostgresStore();
  await store.create();
  const config = { ...TEST_CONFIG, data: "", postgres: store.settings };
  const open = async (db: Database) => {
    const alone = { ...config, signals: "none" };
    const signals = await openSignals(alone, db, () => {});
    const { mark } = await db.changedSince(null);
    return new Atoll(config, db, { signals, mark, unlock: () => {} });
  };
  const db = await store.open();
  const [here, there] = [await open(db), await open(await store.open())];
  const ada = await guestOf(here, "Ada");
  await ada.ask({ type: "join", room: "lobby" });
  const omar = await guestOf(there, "Omar");
  const held = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const holding = store.hold(
    `set local idle_in_transaction_session_timeout = 0;
     select pg_advisory_xact_lock(7)`,
    held.resolve,
    gate.promise,
  );
  await held.promise;
  let free = 0;
  const readers = Array.from({ length: 6 }, async () => {
    const wait = sql`select pg_advisory_xact_lock_shared(7)`;
    await wait.execute(db.read).catch(() => {});
    free++;
  });
  const waiting = () =>
    store.rows(`select 1 from pg_locks where not granted and database =
      (select oid from pg_database where datname = current_database())`);
  let looks = 0;
  while ((await waiting()).length < 3) assert(++looks < 1_000, "they wait");
  await omar.post("are you there?");
  await until(() => ada.socket.entries.length > 0, "the message to arrive");
  assertEquals(free, 0, "the readers still wait");
  gate.resolve();
  await Promise.all([holding, ...readers]);
  await Promise.all([here.close(), there.close()]);
  await store.remove();
});

test("may be away: posts are refused, and all comes back by itself", async () => {
  const server = (await PostgresServer.start())!;
  const errors: unknown[] = [];
  try {
    const postgres = settingsOf("postgres", server.url);
    const db = await openDatabase({
      ...{ path: "", postgres },
      onError: (error) => errors.push(error),
    });
    const log = new MessageLog(db);
    const { id: room } = await db.read.selectFrom("rooms").select("id")
      .executeTakeFirstOrThrow();
    const post = (id = uuidv7()) =>
      log.append({ kind: "posted", room, id, author: uuidv7(), body: "a" });
    assertEquals((await post()).seq, 1);
    await server.kill();
    await assertRefused("unavailable", post());
    await assertRefused("unavailable", log.head(room));
    assert(errors.length > 0, "it was reported");
    await server.restart();
    // Nothing has to be opened again.
    let tries = 0;
    while (await log.head(room).catch(() => null) === null) {
      assert(++tries < 1_000, "it comes back");
    }
    assertEquals((await post()).seq, 2);
    assertEquals((await log.head(room))!.seq, 2);
    await log.close();
    await db.close();
  } finally {
    await server.remove();
  }
});
