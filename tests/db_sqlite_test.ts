import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import { type Kysely, type Selectable, sql } from "kysely";
import { uuidv7 } from "../lib/client/uuid.ts";
import { chunks, padded } from "../lib/db/lists.ts";
import type { RoomsTable, Schema } from "../lib/db/schema.ts";
import { migrateSqlite } from "../lib/db/migrations/sqlite.ts";
import { openSqlite } from "../lib/db/sqlite.ts";
import { CachedDatabase } from "../lib/db/sqlite_statements.ts";
import { bytesToUuid, isUuid, uuidToBytes } from "../lib/db/uuid.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

function test(
  name: string,
  run: (db: Kysely<Schema>, store: SqliteStore) => Promise<void>,
): void {
  Deno.test(`Kysely on node:sqlite ${name}`, async () => {
    const store = new SqliteStore();
    const db = openSqlite({ file: store.file, readOnly: false });
    try {
      await migrateSqlite(db, store.file);
      await run(db, store);
    } finally {
      await db.destroy();
      await store.remove();
    }
  });
}

function roomNamed(name: string): Selectable<RoomsTable> {
  return {
    id: uuidv7(),
    slug: name,
    name,
    name_key: name,
    kind: "open",
    head: 0,
    head_id: null,
    posts: 0,
    floor: 1,
    floor_posts: 0,
    retention_days: null,
    topic: "",
    archived_at: null,
    people_key: null,
    last_at: 0,
    created_by: null,
    created_at: 0,
  };
}

test("keeps UUIDs as bytes and gives them back as text", async (db) => {
  const [one, two] = [roomNamed("one"), roomNamed("two")];
  await db.insertInto("rooms").values([one, two]).execute();
  await db.insertInto("rooms").values({
    ...roomNamed("three"),
    // Not a plain value, so that the row takes the other path.
    head: sql<number>`1 + 1`,
  }).execute();
  const stored = await sql<{ n: number }>`select count(*) as n from rooms
    where typeof(id) = 'blob' and length(id) = 16`.execute(db);
  assertEquals(stored.rows[0]!.n, 4);
  const find = db.selectFrom("rooms").selectAll();
  const first = await find.where("id", "=", one.id).executeTakeFirst();
  assertEquals({ ...first! }, one);
  const both = await find.where("rooms.id", "in", [two.id, one.id])
    .orderBy("id").execute();
  assertEquals(both.map(({ id }) => id), [one.id, two.id].sort());
  const head_id = uuidv7();
  await db.updateTable("rooms").set({ head_id }).where("id", "=", two.id)
    .execute();
  const changed = await find.where("head_id", "=", head_id).execute();
  assertEquals(changed.map(({ id }) => id), [two.id]);
});

test("leaves a text alone that only looks like a UUID", async (db) => {
  const room = roomNamed(uuidv7());
  await db.insertInto("rooms").values(room).execute();
  const found = await db.selectFrom("rooms").select("id")
    .where("slug", "=", room.slug).execute();
  assertEquals(found.map(({ id }) => id), [room.id]);
});

test("refuses texts that are no UUIDs, without telling them", async (db) => {
  const find = db.selectFrom("rooms").selectAll();
  const { message } = await assertRejects(
    () => find.where("id", "=", "a secret").execute(),
    TypeError,
  );
  assertEquals(message, "Expected a UUID in lower case");
});

test("lets one transaction run at a time", async (db) => {
  const add = (name: string) =>
    db.transaction().execute(async (trx) => {
      await trx.insertInto("rooms").values(roomNamed(name)).execute();
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (name === "two") throw new Error("rolled back");
    });
  const all = await Promise.allSettled(["one", "two", "three"].map(add));
  assertEquals(all.map(({ status }) => status), [
    ...["fulfilled", "rejected", "fulfilled"],
  ]);
  const rooms = await db.selectFrom("rooms").select("slug").orderBy("slug")
    .execute();
  assertEquals(rooms.map(({ slug }) => slug), ["lobby", "one", "three"]);
});

test("syncs every commit and wipes what is deleted", async (db) => {
  const pragma = async (name: string) => {
    const { rows } = await sql`pragma ${sql.raw(name)}`.execute(db);
    return Object.values(rows[0] as Record<string, unknown>)[0];
  };
  assertEquals(await pragma("journal_mode"), "wal");
  assertEquals(await pragma("synchronous"), 2, "FULL");
  assertEquals(await pragma("secure_delete"), 1);
  assertEquals(await pragma("foreign_keys"), 1);
});

test("syncs less often where it is told to", async (_, store) => {
  const options = { file: store.file, readOnly: false };
  const db = openSqlite({ ...options, synchronous: "NORMAL" });
  try {
    const { rows } = await sql`pragma synchronous`.execute(db);
    assertEquals(rows.map((row) => ({ ...row as object })), [{
      synchronous: 1,
    }]);
  } finally {
    await db.destroy();
  }
});

test(
  "reads what was committed, and can't write, where it only reads",
  async (db, store) => {
    const reader = openSqlite({ file: store.file, readOnly: true });
    try {
      const room = roomNamed("one");
      await db.insertInto("rooms").values(room).execute();
      const count = await reader.transaction().execute((trx) =>
        trx.selectFrom("rooms").select("id").execute()
      );
      assertEquals(count.length, 2);
      const write = () => reader.deleteFrom("rooms").execute();
      await assertRejects(write, Error, "readonly");
    } finally {
      await reader.destroy();
    }
  },
);

Deno.test("CachedDatabase keeps the statements used last", () => {
  const prepared: string[] = [];
  const prepare = (text: string) => {
    prepared.push(text);
    return { columns: () => [] };
  };
  const cached = new CachedDatabase({ prepare } as unknown as DatabaseSync);
  for (let i = 0; i < 1000; i++) {
    cached.prepare(`select ${i}`);
    cached.prepare("select 0");
  }
  assertEquals(prepared.length, 1000, "each once");
  cached.prepare("select 999");
  assertEquals(prepared.length, 1000, "kept");
  cached.prepare("select 1");
  assertEquals(prepared.length, 1001, "given up long ago");
});

Deno.test("UUIDs survive the way to bytes and back", () => {
  for (let i = 0; i < 1_000; i++) {
    const uuid = i % 2 ? uuidv7() : crypto.randomUUID();
    assertEquals(bytesToUuid(uuidToBytes(uuid)), uuid);
    assert(isUuid(uuid));
  }
  const uuid = uuidv7();
  for (
    const wrong of [
      ...["", "lobby", uuid.toUpperCase(), uuid.slice(1), uuid + "0"],
      ...[uuid.replaceAll("-", ""), uuid.replace("-", "0"), ` ${uuid}`],
      ...["g".repeat(36), "é".repeat(36), uuid.slice(0, 35) + "g"],
    ]
  ) {
    assert(!isUuid(wrong), wrong);
    assertThrows(() => uuidToBytes(wrong), TypeError, "Expected a UUID");
  }
});

Deno.test("Lists come in few lengths", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  assertEquals(padded([1, 2, 3]), [1, 2, 3, 3]);
  assertEquals(padded([1]), [1]);
  assertEquals(padded(numbers(500)).length, 512);
  const pieces = [...chunks(numbers(101))];
  assertEquals(pieces.map(({ length }) => length), [64, 32, 4, 1]);
  assertEquals(pieces.flat(), numbers(101));
  assertEquals([...chunks([])], []);
});
