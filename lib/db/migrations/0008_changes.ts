/** What changed since a moment, for those who share a database (L6). */
import { sql } from "kysely";
import type { MigrationContext } from "./migration.ts";

/**
 * On PostgreSQL rooms and people carry the transaction that changed them last,
 * so that it can be asked for without losing those that commit late. SQLite
 * has one process, which hears of everything.
 */
export async function changes(context: MigrationContext): Promise<void> {
  if (context.dialect.name !== "postgres") return;
  await noteTransactions(context);
  await orderAlike(context);
}

async function noteTransactions({ trx }: MigrationContext): Promise<void> {
  await sql`create function atoll_changed() returns trigger language plpgsql as
    'begin new.changed := pg_current_xact_id(); return new; end'`.execute(trx);
  for (const table of ["rooms", "persons"]) {
    const name = sql.table(table);
    await sql`alter table ${name} add column changed xid8 not null
      default pg_current_xact_id()`.execute(trx);
    await sql`create index ${sql.raw(`${table}_by_change`)}
      on ${name} (changed)`.execute(trx);
  }
  await sql`create trigger rooms_changed before update on rooms
    for each row execute function atoll_changed()`.execute(trx);
  // That somebody was seen is no news; all else of a person raises the head.
  await sql`create trigger persons_changed before update on persons
    for each row when (new.head <> old.head)
    execute function atoll_changed()`.execute(trx);
}

/** Names in the order of their letters' codes, as on SQLite. */
async function orderAlike({ trx }: MigrationContext): Promise<void> {
  for (const table of ["rooms", "persons"]) {
    for (const column of ["name", "name_key"]) {
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)}
        type text collate "C"`.execute(trx);
    }
  }
}
