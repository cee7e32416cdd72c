/** What a query costs must not grow with the rooms: SQLite's plans tell. */
import { assert, assertEquals } from "@std/assert";
import { append } from "../lib/db/append.ts";
import type { Draft } from "../lib/db/drafts.ts";
import { trimRoom } from "../lib/db/retention_writes.ts";
import { openSqlite } from "../lib/db/sqlite.ts";
import { CachedDatabase } from "../lib/db/sqlite_statements.ts";
import type { MessageLog } from "../lib/message_log.ts";
import { LogHarness } from "./support/log_harness.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

/** The statements that are prepared in this thread while something runs. */
async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const { prepare } = CachedDatabase.prototype;
  const statements = new Set<string>();
  CachedDatabase.prototype.prepare = function (text) {
    statements.add(text);
    return prepare.call(this, text);
  };
  try {
    await run();
  } finally {
    CachedDatabase.prototype.prepare = prepare;
  }
  return [...statements].filter((text) =>
    /^(select|insert|update|delete)/.test(text)
  );
}

/** The steps that read a whole table, or all of a room's entries or members. */
function slowSteps(store: SqliteStore, statement: string): string[] {
  const db = store.connect();
  const steps = db.prepare(`explain query plan ${statement}`).all();
  db.close();
  return steps.map(({ detail }) => `${detail}`).filter((step) =>
    /^SCAN (?!last$|\d+-ROW VALUES)/.test(step) || / \(room=\?\)$/.test(step) &&
      // The newest entry of a room: one step into the index.
      !step.startsWith("SEARCH newest")
  );
}

function draftsFor(rooms: string[], author: string): Draft[] {
  return Array.from({ length: 300 }, (_, i) => {
    const base = { room: rooms[i % rooms.length]!, author };
    const id = crypto.randomUUID();
    const message = crypto.randomUUID();
    const posted: Draft = { kind: "posted", ...base, id: message, body: "a" };
    const edited: Draft = { kind: "edited", ...base, id, message, body: "b" };
    const end = crypto.randomUUID();
    return [posted, edited, { kind: "deleted", ...base, id: end, message }];
  }).flat() as Draft[];
}

async function readAll(log: MessageLog, room: string): Promise<void> {
  const bounds = { limit: 100, bytes: 10_000 };
  await log.read(room, { after: 0, ...bounds });
  await log.newest(room, bounds);
  await log.page(room, { limit: 50 });
  await log.page(room, { limit: 50, before: 10 });
  await log.heads([room, crypto.randomUUID()]);
  await log.entryId(room, 1);
  await log.knows(room, crypto.randomUUID());
}

async function check(store: SqliteStore, run: () => Promise<unknown>) {
  const statements = await statementsOf(run);
  assert(statements.length > 5, `${statements.length} statements`);
  for (const statement of statements) {
    assertEquals(slowSteps(store, statement), [], statement);
  }
}

Deno.test("SQLite appends without reading whole rooms", async () => {
  const store = new SqliteStore();
  const t = await LogHarness.start(store);
  const rooms = [t.lobby];
  for (let i = 0; i < 100; i++) rooms.push(await t.room(`Room ${i}`));
  await t.close();
  const db = openSqlite({ file: store.file, readOnly: false });
  try {
    for (const some of [[t.lobby], rooms]) {
      const drafts = draftsFor(some, t.ada);
      const run = () =>
        db.transaction().execute((trx) => append(trx, { drafts, now: t.now }));
      await check(store, run);
    }
  } finally {
    await db.destroy();
    await store.remove();
  }
});

Deno.test("SQLite trims without reading whole rooms", async () => {
  const store = new SqliteStore();
  const t = await LogHarness.start(store);
  await Promise.all(Array.from({ length: 200 }, (_, i) => t.post(`${i}`)));
  await t.close();
  const db = openSqlite({ file: store.file, readOnly: false });
  try {
    const args = { room: t.lobby, before: t.now + 1, limit: 100 };
    const run = () => db.transaction().execute((trx) => trimRoom(trx, args));
    await check(store, run);
  } finally {
    await db.destroy();
    await store.remove();
  }
});

Deno.test("SQLite reads without reading whole rooms", async () => {
  const store = new SqliteStore();
  const t = await LogHarness.start(store);
  try {
    await Promise.all(Array.from({ length: 200 }, (_, i) => t.post(`${i}`)));
    await check(store, () => readAll(t.log, t.lobby));
  } finally {
    await t.close();
    await store.remove();
  }
});
