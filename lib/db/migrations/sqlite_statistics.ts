/**
 * What SQLite's planner believes about the tables.
 *
 * Without statistics it guesses that a room has ten entries, and then looks
 * for two ids by reading the whole room: an append cost 1 ms at 300,000
 * entries instead of 25 µs. Statistics of the real tables would be as bad in
 * a small database that grows. So they are written by hand, for a large one:
 * https://www.sqlite.org/lang_analyze.html#fixed_results_of_analyze
 */
import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";

/** Rows of a large database. */
const ROWS: Record<string, number> = {
  persons: 10_000,
  sessions: 20_000,
  passwords: 10_000,
  passkeys: 10_000,
  recovery_codes: 100_000,
  challenges: 1_000,
  pictures: 10_000,
  rooms: 1_000,
  memberships: 100_000,
  entries: 1_000_000,
  messages: 1_000_000,
  uploads: 1_000,
  attachments: 100_000,
  loose_files: 1_000,
  places: 1_000_000,
  search_docs: 1_000_000,
  old_slugs: 100,
  removals: 1_000,
  mentions: 100_000,
  invitations: 1_000,
  place: 10,
  audit: 10_000,
};

/** How many values the columns have that start an index without being unique. */
const DISTINCT: Record<string, number> = {
  person: 10_000,
  room: 100,
  message: 500_000,
};

interface IndexRow {
  name: string;
  origin: string;
  columns: string;
}

/** Replaces all statistics; connections opened later use them. */
export async function writeStatistics(trx: Kysely<Schema>): Promise<void> {
  // Makes the tables that hold statistics, at no cost on a large database.
  await sql`analyze meta`.execute(trx);
  await sql`delete from sqlite_stat1`.execute(trx);
  await sql`delete from sqlite_stat4`.execute(trx);
  for (const [table, rows] of Object.entries(ROWS)) {
    for (const index of await indexesOf(trx, table)) {
      // Tables without rowid are their own primary index.
      const name = index.origin === "pk" ? table : index.name;
      const stat = statistic(rows, index.columns.split(" "));
      await sql`insert into sqlite_stat1 (tbl, idx, stat)
        values (${table}, ${name}, ${stat})`.execute(trx);
    }
  }
}

async function indexesOf(trx: Kysely<Schema>, table: string) {
  const { rows } = await sql<IndexRow>`
    select list.name, list.origin,
      (select group_concat(name, ' ') from pragma_index_info(list.name)) as columns
    from pragma_index_list(${table}) as list`.execute(trx);
  return rows;
}

/** All rows, then how many share the first column, the first two, and so on. */
function statistic(rows: number, columns: string[]): string {
  const shared = columns.map((_, i) => {
    const alone = i === 0 ? DISTINCT[columns[0]!] : undefined;
    return alone === undefined ? 1 : Math.ceil(rows / alone);
  });
  return [rows, ...shared].join(" ");
}
