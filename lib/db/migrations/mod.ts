/** Brings a database's tables to what this program expects. */
import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import { start } from "./0001_start.ts";
import { retention } from "./0002_retention.ts";
import { files } from "./0003_files.ts";
import { search } from "./0004_search.ts";
import { team } from "./0005_team.ts";
import { accounts } from "./0006_accounts.ts";
import { order } from "./0007_order.ts";
import { changes } from "./0008_changes.ts";
import { challenges } from "./0009_challenges.ts";
import { fileRemovals } from "./0010_file_removals.ts";
import { nameKeys } from "./0011_name_keys.ts";
import type { Dialect, Migration } from "./migration.ts";

/** All steps in order; the version of a schema is how many of them it has taken. */
export const MIGRATIONS: readonly Migration[] = [
  start,
  retention,
  files,
  search,
  team,
  accounts,
  order,
  changes,
  challenges,
  fileRemovals,
  nameKeys,
];

/** What `migrate` needs besides the database. */
export interface MigrateOptions {
  /** Names of types in this database. */
  dialect: Dialect;
  /** Milliseconds since 1970. */
  now: number;
  /** Called first in the transaction, where beginning it is not lock enough. */
  begin?: (trx: Kysely<Schema>) => Promise<void>;
  /** Called before an existing schema of this version is changed. */
  backUp: (version: number) => Promise<void>;
  /** Called in the same transaction when the tables are as they should be. */
  finish?: (trx: Kysely<Schema>) => Promise<void>;
  /** The steps; tests bring their own. */
  migrations?: readonly Migration[];
}

/**
 * Takes the steps that are missing, all in one transaction, which is also the
 * lock: whoever comes second finds nothing to do. Throws when the schema is
 * newer than this program.
 */
export function migrate(
  db: Kysely<Schema>,
  options: MigrateOptions,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await options.begin?.(trx);
    await takeSteps(trx, options);
    await options.finish?.(trx);
  });
}

async function takeSteps(trx: Kysely<Schema>, options: MigrateOptions) {
  const { dialect, now, migrations = MIGRATIONS } = options;
  await createMeta(trx, dialect);
  const version = await readVersion(trx);
  if (version > migrations.length) {
    throw new NewerSchema(version, migrations.length);
  }
  if (version === migrations.length) return;
  if (version > 0) await options.backUp(version);
  for (const migration of migrations.slice(version)) {
    await migration({ trx, dialect, now });
  }
  await writeVersion(trx, migrations.length);
}

/** The database is of a later version; the message says what to do. */
export class NewerSchema extends Error {
  /** For a schema that was found, and the newest that is known. */
  constructor(found: number, known: number) {
    super(
      `it was written by a newer Atoll (schema ${found}, this program ` +
        `knows ${known}): start the newer program, or restore the backup ` +
        `made before the upgrade`,
    );
  }
}

async function createMeta(trx: Kysely<Schema>, dialect: Dialect) {
  await trx.schema.createTable("meta").ifNotExists()
    .addColumn("key", "text", (c) => c.primaryKey().notNull())
    .addColumn("value", "text", (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
}

async function readVersion(trx: Kysely<Schema>): Promise<number> {
  const row = await trx.selectFrom("meta").select("value")
    .where("key", "=", "schema").executeTakeFirst();
  return Number(row?.value ?? 0);
}

async function writeVersion(trx: Kysely<Schema>, version: number) {
  const value = String(version);
  await trx.insertInto("meta").values({ key: "schema", value })
    .onConflict((c) => c.column("key").doUpdateSet({ value })).execute();
}
