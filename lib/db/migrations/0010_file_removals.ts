/** Removing content of which another machine may get a new upload meanwhile. */
import type { MigrationContext } from "./migration.ts";

/** Adds until when content is being removed. */
export async function fileRemovals(
  { trx, dialect }: MigrationContext,
): Promise<void> {
  await trx.schema.alterTable("loose_files")
    .addColumn("removing_until", dialect.integer).execute();
}
