/** What a migration is made of. */
import type { ColumnDataType, Kysely, RawBuilder } from "kysely";
import type { SearchEngine } from "../search_engine.ts";

/** What the databases name differently. */
export interface Dialect {
  /** For steps that only one of them needs. */
  name: "sqlite" | "postgres";
  /** The type of columns that hold a UUID. */
  uuid: ColumnDataType | RawBuilder<unknown>;
  /** The type of columns that hold bytes. */
  bytes: ColumnDataType | RawBuilder<unknown>;
  /** The type of whole numbers up to 2^53. */
  integer: ColumnDataType;
  /** What ends a table that is looked up by its primary key alone. */
  keyed: RawBuilder<unknown>;
  /** What ends any other table. */
  table: RawBuilder<unknown>;
  /** Where search keeps its tokens. */
  searchEngine: SearchEngine;
}

/** What a migration can use; it runs inside the one transaction that runs all of them. */
export interface MigrationContext {
  // Past schemas are not kept as types, so tables and columns are unchecked.
  // deno-lint-ignore no-explicit-any
  trx: Kysely<any>;
  dialect: Dialect;
  /** Milliseconds since 1970. */
  now: number;
}

/** One step from a version of the schema to the next; never changed once released. */
export type Migration = (context: MigrationContext) => Promise<void>;
