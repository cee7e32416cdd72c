import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Migration } from "../lib/db/migrations/migration.ts";
import { MIGRATIONS } from "../lib/db/migrations/mod.ts";
import { migrateSqlite } from "../lib/db/migrations/sqlite.ts";
import { UUID_COLUMNS } from "../lib/db/schema.ts";
import { openSqlite } from "../lib/db/sqlite.ts";
import { bytesToUuid } from "../lib/db/uuid.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

const NEXT = MIGRATIONS.length + 1;

/** Columns of bytes that are no UUIDs. */
const OTHER_BYTES = [
  "token_hash",
  "code_hash",
  "challenge_hash",
  "browser_hash",
  "public_key",
  "bytes",
];

const addTopic: Migration = async ({ trx, dialect }) => {
  await trx.schema.createTable("topics")
    .addColumn("room", dialect.uuid, (column) => column.notNull()).execute();
};

function test(name: string, run: (store: SqliteStore) => Promise<void>): void {
  Deno.test(`Migrations ${name}`, async () => {
    const store = new SqliteStore();
    try {
      await run(store);
    } finally {
      await store.remove();
    }
  });
}

async function migrateTo(store: SqliteStore, migrations: Migration[]) {
  const db = openSqlite({ file: store.file, readOnly: false });
  try {
    await migrateSqlite(db, store.file, migrations);
  } finally {
    await db.destroy();
  }
}

function rowsOf(file: string, query: string): Record<string, unknown>[] {
  const db = new DatabaseSync(file);
  try {
    return db.prepare(query).all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

function backupsOf(store: SqliteStore): string[] {
  return [...Deno.readDirSync(store.folder)].map(({ name }) => name)
    .filter((name) => name !== "atoll.db").sort();
}

test("make a new database with a lobby and an epoch [L9]", async (store) => {
  const db = await store.open();
  const rooms = await db.read.selectFrom("rooms").selectAll().execute();
  await db.close();
  assertEquals(
    rooms.map(({ slug, kind, head, floor }) => [
      ...[slug, kind, head, floor],
    ]),
    [["lobby", "open", 0, 1]],
  );
  assert(db.epoch.length >= 32);
  assertEquals(backupsOf(store), [], "there was nothing to back up");
});

test("look people and rooms up by the keys that names have now [N1]", async (store) => {
  await migrateTo(store, MIGRATIONS.slice(0, 10));
  const db = new DatabaseSync(store.file);
  const add = db.prepare(
    `insert into persons (id, name, name_key, head, created_at, last_seen_at)
      values (?, ?, ?, 0, 0, 0)`,
  );
  // With the keys that they had; of the last two, one has the other's.
  const people: [name: string, key: string][] = [
    ["Вob", "вob"],
    ["@Ana", "@ana"],
    ["@Eve", "@eve"],
    ["Eve", "eve"],
  ];
  for (const [i, [name, key]] of people.entries()) {
    add.run(new Uint8Array(16).fill(i), name, key);
  }
  db.exec("update rooms set name = 'Вoats', name_key = 'вoats'");
  db.close();
  await (await store.open()).close();
  const keysOf = (table: string) =>
    rowsOf(store.file, `select name_key from ${table} order by id`)
      .map(({ name_key }) => name_key);
  assertEquals(keysOf("persons"), ["bob", "ana", "@eve", "eve"]);
  assertEquals(keysOf("rooms"), ["boats"]);
});

test("change nothing where nothing is missing", async (store) => {
  await (await store.open()).close();
  const schema = "select sql from sqlite_schema order by name";
  const everything = () => [
    ...rowsOf(store.file, schema),
    ...rowsOf(store.file, "select * from meta order by key"),
    ...rowsOf(store.file, "select * from rooms"),
  ];
  const before = everything();
  await (await store.open()).close();
  assertEquals(everything(), before);
  assertEquals(backupsOf(store), []);
});

test("keep everything of a database of the first version [L8]", async (store) => {
  await migrateTo(store, MIGRATIONS.slice(0, 1));
  const [before] = rowsOf(store.file, "select id, floor from rooms");
  const db = await store.open();
  const after = await db.read.selectFrom("rooms").selectAll().execute();
  await db.close();
  assertEquals(
    after.map(({ id, floor, floor_posts, retention_days }) => [
      ...[id, floor, floor_posts, retention_days],
    ]),
    [[bytesToUuid(before!.id as Uint8Array), before!.floor, 0, null]],
  );
});

test("refuse a schema newer than the program, and say what to do", async (store) => {
  await migrateTo(store, [...MIGRATIONS, addTopic]);
  const { message } = await assertRejects(() => store.open(), Error);
  assertEquals(
    message,
    `Can't open the database ${store.file}: it was written by a newer Atoll ` +
      `(schema ${NEXT}, this program knows ${MIGRATIONS.length}): start the ` +
      `newer program, or restore the backup made before the upgrade`,
  );
  const [meta] = rowsOf(store.file, "select * from meta where key = 'schema'");
  assertEquals(meta!.value, String(NEXT), "left as it was");
});

test("copy the file before they change it", async (store) => {
  const db = await store.open();
  await db.close();
  await migrateTo(store, [...MIGRATIONS, addTopic]);
  const [copy, ...others] = backupsOf(store);
  assertEquals(others, []);
  const version = MIGRATIONS.length;
  const name = new RegExp(
    `^atoll\\.db\\.schema-${version}\\.\\d{8}T\\d{6}Z\\.backup$`,
  );
  assert(name.test(copy!), copy);
  const query = `select value from meta
    where key in ('epoch', 'schema') order by key`;
  const old = rowsOf(`${store.folder}/${copy}`, query);
  assertEquals(old.map(({ value }) => value), [db.epoch, String(version)]);
  assertEquals(rowsOf(store.file, "select count(*) as n from topics"), [{
    n: 0,
  }]);
});

test("leave everything as it was when one fails", async (store) => {
  await (await store.open()).close();
  const fail: Migration = () => Promise.reject(new Error("no good"));
  const steps = [...MIGRATIONS, addTopic, fail];
  await assertRejects(() => migrateTo(store, steps), Error, "no good");
  const tables = rowsOf(store.file, "select name from sqlite_schema");
  assert(!tables.some(({ name }) => name === "topics"));
  await (await store.open()).close();
});

test("store every UUID as 16 bytes, in columns that are known for it", async (store) => {
  await (await store.open()).close();
  const blobs = rowsOf(
    store.file,
    `select distinct c.name from sqlite_schema t, pragma_table_info(t.name) c
      where t.type = 'table' and t.name not like 'search_index_%'
        and c.type = 'BLOB' order by 1`,
  );
  assertEquals(
    blobs.map(({ name }) => name),
    [...UUID_COLUMNS, ...OTHER_BYTES].sort(),
  );
  const others = rowsOf(
    store.file,
    `select c.name from sqlite_schema t, pragma_table_info(t.name) c
      where t.type = 'table' and t.name not like 'search_index_%'
        and c.type <> 'BLOB'`,
  );
  assertEquals(others.filter(({ name }) => UUID_COLUMNS.has(`${name}`)), []);
});

test("tell the planner about every index", async (store) => {
  await (await store.open()).close();
  const unknown = rowsOf(
    store.file,
    `select t.name as tbl, i.name as idx, i.origin
      from sqlite_schema t, pragma_index_list(t.name) i
      where t.type = 'table' and t.name not like 'sqlite_%'
        and t.name not like 'search_index_%' and not exists (
        select 1 from sqlite_stat1 s where s.tbl = t.name
          and s.idx in (i.name, iif(i.origin = 'pk', t.name, null)))`,
  );
  assertEquals(unknown.filter(({ tbl }) => tbl !== "meta"), []);
});
