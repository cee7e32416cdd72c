/** Passkey challenges that wait for their answer, on whichever machine it comes. */
import type { MigrationContext } from "./migration.ts";

/** Adds the table of challenges. */
export async function challenges(
  { trx, dialect }: MigrationContext,
): Promise<void> {
  await trx.schema.createTable("challenges")
    .addColumn("challenge_hash", dialect.bytes, (c) => c.primaryKey().notNull())
    .addColumn("browser_hash", dialect.bytes, (c) => c.notNull())
    // No reference: a row lasts minutes, and need not hold its person up.
    .addColumn("person", dialect.uuid)
    .addColumn("expires_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("challenges_by_expiry")
    .on("challenges").column("expires_at").execute();
}
