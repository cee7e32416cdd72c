/** Migrating a PostgreSQL database. */
import { type Kysely, sql } from "kysely";
import { postgresSearch } from "../postgres_search.ts";
import type { Schema, Trx } from "../schema.ts";
import { openIndex } from "../search_writes.ts";
import type { Dialect, Migration } from "./migration.ts";
import { migrate } from "./mod.ts";

/** PostgreSQL's types. */
export const POSTGRES_TYPES: Dialect = {
  name: "postgres",
  uuid: "uuid",
  bytes: "bytea",
  integer: "bigint",
  keyed: sql``,
  table: sql``,
  searchEngine: postgresSearch,
};

/** Any number that nobody else uses: who holds it, migrates. */
const LOCK = 7_405_126_281;

/**
 * Takes the steps that are missing. Whoever starts at the same time waits, and
 * finds nothing to do.
 */
export async function migratePostgres(
  db: Kysely<Schema>,
  unicode: string | undefined,
  migrations?: readonly Migration[],
): Promise<void> {
  await migrate(db, {
    dialect: POSTGRES_TYPES,
    now: Date.now(),
    begin: async (trx) => {
      await sql`set local statement_timeout = 0`.execute(trx);
      // Of the transaction: poolers drop locks of sessions.
      await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
    },
    // A backup is for whoever keeps the server; all or nothing is changed.
    backUp: () => Promise.resolve(),
    finish: (trx) => openIndex(trx as Trx, unicode),
    ...migrations && { migrations },
  });
}
