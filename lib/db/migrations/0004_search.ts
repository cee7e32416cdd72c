/** Searching in messages. */
import type { MigrationContext } from "./migration.ts";

/**
 * Numbers the messages that are there, oldest first. Their tokens follow in
 * the background.
 */
export async function search(
  { trx, dialect }: MigrationContext,
): Promise<void> {
  await dialect.searchEngine.create(trx);
  await trx.schema.createIndex("search_docs_by_place").unique()
    .on("search_docs").columns(["room", "seq"]).execute();
  await trx.insertInto("search_docs").columns(["room", "seq"]).expression(
    trx.selectFrom("messages").select(["room", "seq"])
      .orderBy("at").orderBy("room").orderBy("seq"),
  ).execute();
}
