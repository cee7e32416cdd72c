/** Where a database keeps the tokens of messages. */
import type { Kysely } from "kysely";
import type { Schema, Trx } from "./schema.ts";
import { sqliteSearch } from "./sqlite_search.ts";

/** What changes of a document, which is a message under its number. */
export interface DocChange {
  doc: number;
  /** The tokens that it has; those that it loses leave the database's files (L7). */
  before: ReadonlySet<string>;
  /** The tokens that it is to have. */
  after: ReadonlySet<string>;
}

/** A message that gets its number, and its tokens with it. */
export interface NewDoc {
  room: string;
  seq: number;
  tokens: ReadonlySet<string>;
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
  /**
   * Numbers new messages together with their tokens: where several programs
   * write, nobody can know which numbers below the newest are still to come.
   * An engine without it has the tokens later.
   */
  insert?(trx: Trx, docs: readonly NewDoc[]): Promise<void>;
  /** Adds and removes tokens. */
  change(trx: Trx, changes: readonly DocChange[]): Promise<void>;
  /** Forgets the tokens of all documents. */
  clear(trx: Trx): Promise<void>;
  /** Numbers of documents, the newest first. */
  find(db: Kysely<Schema>, candidates: Candidates): Promise<number[]>;
}

/** The engine of a database, which its adapter brings; else that of SQLite. */
export function searchEngineOf(db: Kysely<Schema>): SearchEngine {
  const adapter = db.getExecutor().adapter as { searchEngine?: SearchEngine };
  return adapter.searchEngine ?? sqliteSearch;
}
