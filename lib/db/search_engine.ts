/** Where a database keeps the tokens of messages. */
import type { Kysely } from "kysely";
import type { Schema, Trx } from "./schema.ts";
import { sqliteSearch } from "./sqlite_search.ts";

/** What changes of a document, which is a message under its number. */
export interface DocChange {
  doc: number;
  /** Tokens that it no longer has; they leave the database's files (L7). */
  removed: readonly string[];
  /** Tokens that it had not. */
  added: readonly string[];
}

/** Which documents to find. */
export interface Candidates {
  /** Each document has all of these tokens; at least one. */
  tokens: readonly string[];
  /** Documents before this number. */
  below: number;
  /** Documents from this number on. */
  from: number;
  limit: number;
}

/** Keeps tokens by document, in whichever way the database does it best. */
export interface SearchEngine {
  /** Makes the table of documents and whatever holds their tokens. */
  // Migrations know no schema.
  // deno-lint-ignore no-explicit-any
  create(trx: Kysely<any>): Promise<void>;
  /** Adds and removes tokens. */
  change(trx: Trx, changes: readonly DocChange[]): Promise<void>;
  /** Forgets the tokens of all documents. */
  clear(trx: Trx): Promise<void>;
  /** Numbers of documents, the newest first. */
  find(db: Kysely<Schema>, candidates: Candidates): Promise<number[]>;
}

/** The engine of the database in use. */
export const searchEngine: SearchEngine = sqliteSearch;
