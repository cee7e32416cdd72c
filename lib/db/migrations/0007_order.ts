/** Why someone may not write for now. */
import type { MigrationContext } from "./migration.ts";

/** Adds the reason that is shown to someone who is muted. */
export async function order({ trx }: MigrationContext): Promise<void> {
  await trx.schema.alterTable("persons").addColumn("mute_reason", "text")
    .execute();
}
