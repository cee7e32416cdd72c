/** Roles, private and direct rooms, and what messages hold besides their text. */
import type { MigrationContext } from "./migration.ts";

/** Adds roles, kinds of rooms, invitations, mentions, and the record of acts. */
export async function team(context: MigrationContext): Promise<void> {
  await changePeople(context);
  await changeRooms(context);
  await changeLog(context);
  await createInvitations(context);
  await createPlace(context);
}

async function changePeople({ trx, dialect }: MigrationContext) {
  await trx.schema.alterTable("persons").dropColumn("kind").execute();
  const add = () => trx.schema.alterTable("persons");
  await add().addColumn("role", "text", (c) => c.notNull().defaultTo("guest"))
    .execute();
  await add().addColumn("only_room", dialect.uuid).execute();
  await add().addColumn("muted_until", dialect.integer).execute();
  await add().addColumn("banned_until", dialect.integer).execute();
  await add().addColumn("ban_reason", "text").execute();
  await trx.schema.createIndex("persons_by_role")
    .on("persons").columns(["role", "id"])
    .where("role", "!=", "guest").execute();
}

async function changeRooms({ trx, dialect }: MigrationContext) {
  const add = () => trx.schema.alterTable("rooms");
  await add().addColumn("topic", "text", (c) => c.notNull().defaultTo(""))
    .execute();
  await add().addColumn("archived_at", dialect.integer).execute();
  await add().addColumn("people_key", "text").execute();
  await trx.schema.createIndex("rooms_by_people")
    .on("rooms").column("people_key").unique().execute();
  await trx.schema.createTable("old_slugs")
    .addColumn("slug", "text", (c) => c.primaryKey().notNull())
    .addColumn(
      "room",
      dialect.uuid,
      (c) => c.notNull().references("rooms.id").onDelete("cascade"),
    )
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createTable("removals")
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("person", dialect.uuid, (c) => c.notNull())
    .addColumn("until", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("removals_pkey", ["person", "room"])
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.alterTable("memberships")
    .addColumn("unread_from", dialect.integer).execute();
  await trx.schema.alterTable("memberships")
    .addColumn("unread_from_posts", dialect.integer).execute();
  await trx.schema.alterTable("memberships")
    .addColumn("notify", "text").execute();
}

async function changeLog({ trx, dialect }: MigrationContext) {
  await trx.schema.alterTable("entries").addColumn("data", "text").execute();
  const add = () => trx.schema.alterTable("messages");
  await add().addColumn("kind", "text", (c) => c.notNull().defaultTo("posted"))
    .execute();
  await add().addColumn("data", "text").execute();
  await add().addColumn("reactions", "text").execute();
  await add().addColumn("pinned_at", dialect.integer).execute();
  await trx.schema.createIndex("messages_pinned")
    .on("messages").columns(["room", "pinned_at"])
    .where("pinned_at", "is not", null).execute();
  await trx.schema.createTable("mentions")
    .addColumn("person", dialect.uuid, (c) => c.notNull())
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("seq", dialect.integer, (c) => c.notNull())
    .addColumn("at", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("mentions_pkey", ["person", "room", "seq"])
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("mentions_by_time")
    .on("mentions").columns(["person", "at"]).execute();
  await trx.schema.createIndex("mentions_by_message")
    .on("mentions").columns(["room", "seq"]).execute();
}

async function createInvitations({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("invitations")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn("token_hash", dialect.bytes, (c) => c.notNull().unique())
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("room", dialect.uuid)
    .addColumn("created_by", dialect.uuid)
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .addColumn("expires_at", dialect.integer)
    .addColumn("uses", dialect.integer, (c) => c.notNull())
    .addColumn("max_uses", dialect.integer)
    .modifyEnd(dialect.keyed).execute();
}

async function createPlace({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("place")
    .addColumn("key", "text", (c) => c.primaryKey().notNull())
    .addColumn("value", "text", (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createTable("audit")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn("at", dialect.integer, (c) => c.notNull())
    .addColumn("actor", dialect.uuid)
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("person", dialect.uuid)
    .addColumn("room", dialect.uuid)
    .addColumn("detail", "text", (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("audit_by_time")
    .on("audit").columns(["at", "id"]).execute();
}
