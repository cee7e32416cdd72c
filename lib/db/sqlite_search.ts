/**
 * Tokens of messages in SQLite: its full-text index, fed with our own tokens
 * and keeping nothing but which documents have them.
 * https://www.sqlite.org/fts5.html
 */
import { type Kysely, sql } from "kysely";
import type { Schema, Trx } from "./schema.ts";
import type { Candidates, DocChange, SearchEngine } from "./search_engine.ts";

/** FTS5 under the names of {@link SearchEngine}. */
export const sqliteSearch: SearchEngine = { create, change, clear, find };

// deno-lint-ignore no-explicit-any
async function create(trx: Kysely<any>): Promise<void> {
  // Never the same number twice, even if the newest documents are removed.
  await trx.schema.createTable("search_docs")
    .addColumn("doc", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("room", "blob", (c) => c.notNull())
    .addColumn("seq", "integer", (c) => c.notNull())
    .modifyEnd(sql`strict`).execute();
  // Tokens are letters, digits and pictographs, or begin with `_`; spaces part them.
  await sql`create virtual table search_index using fts5(
    tokens, content = '', columnsize = 0, detail = none,
    tokenize = "ascii tokenchars '_'")`.execute(trx);
  // Without it a removed token stays in the file until pages are merged (L7).
  await sql`insert into search_index (search_index, rank)
    values ('secure-delete', 1)`.execute(trx);
}

async function change(trx: Trx, changes: readonly DocChange[]): Promise<void> {
  // In the order of documents, FTS5 collects them all before it writes.
  const ordered = changes.toSorted((a, b) => a.doc - b.doc);
  for (const { doc, before, after } of ordered) {
    const removed = before.difference(after);
    if (removed.size === 0) continue;
    await sql`insert into search_index (search_index, rowid, tokens)
      values ('delete', ${doc}, ${[...removed].join(" ")})`.execute(trx);
    // FTS5 counts documents, and refuses to go below none.
    await add(trx, doc, []);
  }
  for (const { doc, before, after } of ordered) {
    const added = after.difference(before);
    if (added.size > 0) await add(trx, doc, [...added]);
  }
}

async function add(trx: Trx, doc: number, tokens: readonly string[]) {
  await sql`insert into search_index (rowid, tokens)
    values (${doc}, ${tokens.join(" ")})`.execute(trx);
}

async function clear(trx: Trx): Promise<void> {
  await sql`insert into search_index (search_index) values ('delete-all')`
    .execute(trx);
}

async function find(
  db: Kysely<Schema>,
  { tokens, below, from, limit }: Candidates,
): Promise<number[]> {
  const all = tokens.map((token) => `"${token}"`).join(" AND ");
  const { rows } = await sql<{ doc: number }>`
    select rowid as doc from search_index
    where search_index match ${all} and rowid < ${below} and rowid >= ${from}
    order by rowid desc limit ${limit}`.execute(db);
  return rows.map(({ doc }) => doc);
}
