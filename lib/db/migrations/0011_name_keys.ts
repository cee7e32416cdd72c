/** Names are compared anew: capitals of other scripts, and an `@` before a name. */
import { lookalikeKey, personNameKey } from "../../names.ts";
import type { MigrationContext } from "./migration.ts";

/**
 * Gives people and rooms the keys by which they are looked up now. Where
 * somebody else has the new one, the old one stays: neither loses the name.
 */
export async function nameKeys(context: MigrationContext): Promise<void> {
  await renew(context, "persons", personNameKey);
  await renew(context, "rooms", lookalikeKey);
}

async function renew(
  { trx }: MigrationContext,
  table: "persons" | "rooms",
  keyOf: (name: string) => string | null,
): Promise<void> {
  // Former people have no key, and direct rooms no name.
  const rows = await trx.selectFrom(table).where("name_key", "is not", null)
    .where("name", "!=", "").select(["id", "name", "name_key"]).execute();
  const taken = new Set(rows.map(({ name_key }) => name_key));
  for (const { id, name, name_key } of rows) {
    const key = keyOf(name);
    if (key === null || taken.has(key)) continue;
    await trx.updateTable(table).set({ name_key: key })
      .where("id", "=", id).execute();
    taken.delete(name_key);
    taken.add(key);
  }
}
