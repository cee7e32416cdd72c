/** Migrating a SQLite file. */
import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import { checkpoint } from "../sqlite.ts";
import { sqliteSearch } from "../sqlite_search.ts";
import type { Dialect, Migration } from "./migration.ts";
import { migrate } from "./mod.ts";
import { writeStatistics } from "./sqlite_statistics.ts";

/** SQLite's types; STRICT refuses a text where bytes belong. */
export const SQLITE_TYPES: Dialect = {
  name: "sqlite",
  uuid: "blob",
  bytes: "blob",
  integer: "integer",
  keyed: sql`strict, without rowid`,
  table: sql`strict`,
  searchEngine: sqliteSearch,
};

/** Migrates the file, of which a copy is made first if it has tables already. */
export async function migrateSqlite(
  db: Kysely<Schema>,
  file: string,
  migrations?: readonly Migration[],
): Promise<void> {
  const now = Date.now();
  // Everything into the main file, so that a copy of it is all there is.
  await checkpoint(db);
  await migrate(db, {
    dialect: SQLITE_TYPES,
    now,
    backUp: (version) => backUp(file, version, now),
    finish: writeStatistics,
    ...migrations && { migrations },
  });
  // Lets this connection, too, plan with the new statistics.
  await sql`analyze sqlite_schema`.execute(db);
}

/**
 * Copies the file while the migration's transaction keeps every writer out.
 * Not `VACUUM INTO`, which needs ATTACH, and that is off in Deno's sandbox.
 */
async function backUp(file: string, version: number, now: number) {
  if ((await Deno.stat(`${file}-wal`)).size > 0) {
    throw new Error("another program is using it: stop that one first");
  }
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const copy = `${file}.schema-${version}.${time}.backup`;
  await Deno.copyFile(file, `${copy}.part`);
  await Deno.rename(`${copy}.part`, copy);
}
