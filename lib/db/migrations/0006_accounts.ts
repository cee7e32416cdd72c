/** What people prove themselves with, their devices and their pictures. */
import type { MigrationContext } from "./migration.ts";

/** Adds passwords, passkeys, recovery codes, pictures, and more about sessions. */
export async function accounts(context: MigrationContext): Promise<void> {
  await changeSessions(context);
  await createCredentials(context);
  await createPictures(context);
}

async function changeSessions({ trx, dialect }: MigrationContext) {
  const change = () => trx.schema.alterTable("sessions");
  await change().addColumn("device", "text", (c) => c.notNull().defaultTo(""))
    .execute();
  await change().addColumn(
    "proved_at",
    dialect.integer,
    (c) => c.notNull().defaultTo(0),
  ).execute();
}

async function createCredentials({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("passwords")
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.primaryKey().notNull().references("persons.id"),
    )
    .addColumn("hash", "text", (c) => c.notNull())
    .addColumn("changed_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createTable("passkeys")
    .addColumn("credential", "text", (c) => c.primaryKey().notNull())
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.notNull().references("persons.id"),
    )
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("public_key", dialect.bytes, (c) => c.notNull())
    .addColumn("counter", dialect.integer, (c) => c.notNull())
    .addColumn("transports", "text", (c) => c.notNull())
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .addColumn("used_at", dialect.integer)
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("passkeys_by_person")
    .on("passkeys").column("person").execute();
  await trx.schema.createTable("recovery_codes")
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.notNull().references("persons.id"),
    )
    .addColumn("code_hash", dialect.bytes, (c) => c.notNull())
    .addPrimaryKeyConstraint("recovery_codes_pkey", ["person", "code_hash"])
    .modifyEnd(dialect.keyed).execute();
}

async function createPictures({ trx, dialect }: MigrationContext) {
  await trx.schema.alterTable("persons").addColumn("picture", "text")
    .execute();
  await trx.schema.createTable("pictures")
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.primaryKey().notNull().references("persons.id"),
    )
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("bytes", dialect.bytes, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
}
