/** Files: what was uploaded, and what messages show. */
import type { MigrationContext } from "./migration.ts";

/** Adds the tables of uploads, of messages' files, and of content to look after. */
export async function files(context: MigrationContext): Promise<void> {
  await createUploads(context);
  await createAttachments(context);
  await context.trx.schema.createTable("loose_files")
    .addColumn("hash", "text", (c) => c.primaryKey().notNull())
    .modifyEnd(context.dialect.keyed).execute();
}

async function createUploads({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("uploads")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.notNull().references("persons.id").onDelete("cascade"),
    )
    .addColumn("hash", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("size", dialect.integer, (c) => c.notNull())
    .addColumn("width", dialect.integer)
    .addColumn("height", dialect.integer)
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("uploads_by_person")
    .on("uploads").column("person").execute();
  await trx.schema.createIndex("uploads_by_hash")
    .on("uploads").column("hash").execute();
  await trx.schema.createIndex("uploads_by_time")
    .on("uploads").column("created_at").execute();
}

async function createAttachments({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("attachments")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("message", dialect.uuid, (c) => c.notNull())
    .addColumn("position", dialect.integer, (c) => c.notNull())
    .addColumn("hash", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("size", dialect.integer, (c) => c.notNull())
    .addColumn("width", dialect.integer)
    .addColumn("height", dialect.integer)
    .addUniqueConstraint("attachments_by_message", [
      "message",
      "room",
      "position",
    ])
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("attachments_by_hash")
    .on("attachments").column("hash").execute();
}
