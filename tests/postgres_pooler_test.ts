/** PostgreSQL through a pooler that gives each transaction another connection. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sql } from "kysely";
import { type Database, openDatabase } from "../lib/db/open.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { MessageLog } from "../lib/message_log.ts";
import { PGBOUNCER, Pooler } from "./support/pooler.ts";
import {
  execute,
  POSTGRES_URL,
  PostgresStore,
} from "./support/postgres_store.ts";

/** A database as it is opened through one, of which the errors are kept. */
async function withPooler(
  run: (t: { db: Database; pooler: Pooler; errors: unknown[] }) => Promise<
    void
  >,
): Promise<void> {
  const store = new PostgresStore();
  await store.create();
  const errors: unknown[] = [];
  await using after = new AsyncDisposableStack();
  after.defer(() => store.remove());
  const pooler = after.use(await Pooler.start(store.settings));
  const db = await openDatabase({
    ...{ path: "", postgres: pooler.settings },
    onError: (error) => errors.push(error),
  });
  after.defer(() => db.close());
  await run({ db, pooler, errors });
}

function test(name: string, run: () => Promise<void>): void {
  const ignore = POSTGRES_URL === undefined || PGBOUNCER === undefined;
  Deno.test({ name: `Through a pooler ${name}`, ignore, fn: run });
}

const timeout = sql<{ statement_timeout: string }>`show statement_timeout`;

test("reads have a time limit, and leave none to others", async () => {
  await withPooler(async ({ db, pooler, errors }) => {
    const reads = await Promise.all(
      Array.from({ length: 8 }, () => timeout.execute(db.read)),
    );
    for (const { rows } of reads) {
      assertEquals(rows[0]!.statement_timeout, "5s");
    }
    await assertRejects(() => sql`select 1 / 0`.execute(db.read));
    assertEquals((await timeout.execute(db.read)).rows.length, 1);
    const [left] = await execute(pooler.settings, "show statement_timeout");
    assertEquals(left!.statement_timeout, "0");
    assertEquals(errors, []);
  });
});

test("all is stored, found, cleaned, and goes on when it was restarted", async () => {
  await withPooler(async ({ db, pooler, errors }) => {
    const log = new MessageLog(db);
    const { id: room } = await db.read.selectFrom("rooms").select("id")
      .executeTakeFirstOrThrow();
    const post = () =>
      log.append({
        ...{ kind: "posted", room, id: uuidv7(), author: uuidv7(), body: "a" },
      });
    assertEquals((await post()).seq, 1);
    const words = { words: ["a"], without: [], has: [], limit: 1 };
    const who = { person: uuidv7(), now: Date.now(), timeout: 5_000 };
    await db.readSlowly("searchMessages", { ...words, ...who }, who);
    assert(await db.checkpoint());
    assertEquals(errors, []);
    await pooler.restart();
    assertEquals((await post()).seq, 2);
    assertEquals((await log.head(room))!.seq, 2);
    await log.close();
  });
});
