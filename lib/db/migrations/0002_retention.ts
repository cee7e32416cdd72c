/** How long rooms keep their messages (L8). */
import type { MigrationContext } from "./migration.ts";

/** Adds what each room keeps, and the places of entries that are gone (L3). */
export async function retention(context: MigrationContext): Promise<void> {
  const { trx, dialect } = context;
  await trx.schema.alterTable("rooms")
    .addColumn("retention_days", dialect.integer).execute();
  await trx.schema.alterTable("rooms")
    .addColumn(
      "floor_posts",
      dialect.integer,
      (c) => c.notNull().defaultTo(0),
    ).execute();
  await trx.schema.createTable("places")
    .addColumn("id", dialect.uuid, (c) => c.notNull())
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("seq", dialect.integer, (c) => c.notNull())
    .addColumn("at", dialect.integer, (c) => c.notNull())
    .addColumn("posts", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("places_pkey", ["id", "room"])
    .modifyEnd(dialect.keyed).execute();
}
