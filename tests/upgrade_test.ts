/** Two versions side by side: servers of the older one run while a newer one starts. */
import { assertEquals, assertRejects } from "@std/assert";
import { versions } from "node:process";
import { type Atoll, openAtoll } from "../lib/app.ts";
import type { Migration } from "../lib/db/migrations/migration.ts";
import { MIGRATIONS } from "../lib/db/migrations/mod.ts";
import { migratePostgres } from "../lib/db/migrations/postgres.ts";
import { openPool, writingKysely } from "../lib/db/postgres.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";
import { until } from "./support/until.ts";

/** What a later version might add, to a table that is read and written all the time. */
const addition: Migration = async ({ trx, dialect }) => {
  await trx.schema.createTable("later")
    .addColumn("room", dialect.uuid, (column) => column.notNull()).execute();
  await trx.schema.alterTable("rooms").addColumn(
    "colour",
    "text",
    (column) => column.notNull().defaultTo("blue"),
  ).execute();
};

/** What the first server of a later version does when it starts. */
async function upgrade({ settings }: PostgresStore): Promise<void> {
  const options = { max: 1, statementTimeout: 0, onError: () => {} };
  const pool = openPool({ ...settings, ssl: "disable" }, options);
  const db = writingKysely(pool, options);
  const steps = [...MIGRATIONS, addition];
  await migratePostgres(db, versions.unicode, steps)
    .finally(() => db.destroy());
}

async function connect(atoll: Atoll, name: string): Promise<Guest> {
  const { token } = await atoll.accounts.enter(name);
  const guest = new Guest(atoll, (await atoll.sessions.find(token))!);
  await guest.ask({ type: "join", room: "lobby" });
  return guest;
}

Deno.test({
  name:
    "Servers go on while a newer one adds to their database, and don't start on it again",
  ignore: POSTGRES_URL === undefined,
  fn: async () => {
    // A database of its own: the others keep the tables that they have.
    const store = new PostgresStore(true);
    await store.create();
    const data = await Deno.makeTempDir();
    const config = { ...TEST_CONFIG, data, postgres: store.settings };
    const a = await openAtoll(config);
    const b = await openAtoll(config);
    try {
      const [ana, omar] = [await connect(a, "Ana"), await connect(b, "Omar")];
      let isUpgraded = false;
      const upgrading = upgrade(store).then(() => isUpgraded = true);
      const answers: string[] = [];
      // A person may write a hundred messages at once.
      while (answers.length < 40 || !isUpgraded && answers.length < 180) {
        const both = [ana, omar].map((one) => one.post("Meanwhile"));
        answers.push(...(await Promise.all(both)).map(({ type }) => type));
      }
      await upgrading;
      const noor = await connect(b, "Noor");
      const room = await a.rooms.create(noor.session, "Boats");
      answers.push((await noor.post("Behind it", room.id)).type);
      answers.push((await noor.post("Behind it")).type);
      assertEquals(new Set(answers), new Set(["posted"]));
      const all = Array.from({ length: answers.length - 1 }, (_, i) => i + 1);
      for (const { socket } of [ana, omar]) {
        await until(() => socket.seqs.length === all.length, "all messages");
        assertEquals(socket.seqs, all);
      }
      const { message } = await assertRejects(() => openAtoll(config), Error);
      assertEquals(
        message.slice(message.indexOf(": it was") + 2),
        `it was written by a newer Atoll (schema ${MIGRATIONS.length + 1}, ` +
          `this program knows ${MIGRATIONS.length}): start the newer ` +
          `program, or restore the backup made before the upgrade`,
      );
      assertEquals((await ana.post("Still here")).type, "posted");
    } finally {
      await a.close();
      await b.close();
      await store.remove();
      await Deno.remove(data, { recursive: true });
    }
  },
});
