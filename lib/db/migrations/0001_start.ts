/** Everything of the first version: people, rooms, and the log. */
import { uuidv7 } from "../../client/uuid.ts";
import type { MigrationContext } from "./migration.ts";

/** Creates all tables, the epoch (L9) and the lobby. */
export async function start(context: MigrationContext): Promise<void> {
  await createPeople(context);
  await createRooms(context);
  await createMemberships(context);
  await createLog(context);
  await fill(context);
}

async function createPeople({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("persons")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.unique())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("head", dialect.integer, (c) => c.notNull())
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .addColumn("last_seen_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createTable("sessions")
    .addColumn("token_hash", dialect.bytes, (c) => c.primaryKey().notNull())
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.notNull().references("persons.id").onDelete("cascade"),
    )
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .addColumn("last_seen_at", dialect.integer, (c) => c.notNull())
    .addColumn("expires_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("sessions_by_person")
    .on("sessions").column("person").execute();
  await trx.schema.createIndex("sessions_by_expiry")
    .on("sessions").column("expires_at").execute();
}

async function createRooms({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("rooms")
    .addColumn("id", dialect.uuid, (c) => c.primaryKey().notNull())
    .addColumn("slug", "text", (c) => c.notNull().unique())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull().unique())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("head", dialect.integer, (c) => c.notNull().defaultTo(0))
    .addColumn("head_id", dialect.uuid)
    .addColumn("posts", dialect.integer, (c) => c.notNull().defaultTo(0))
    .addColumn("floor", dialect.integer, (c) => c.notNull().defaultTo(1))
    .addColumn("last_at", dialect.integer, (c) => c.notNull().defaultTo(0))
    .addColumn("created_by", dialect.uuid)
    .addColumn("created_at", dialect.integer, (c) => c.notNull())
    .modifyEnd(dialect.keyed).execute();
}

async function createMemberships({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("memberships")
    .addColumn(
      "person",
      dialect.uuid,
      (c) => c.notNull().references("persons.id").onDelete("cascade"),
    )
    .addColumn(
      "room",
      dialect.uuid,
      (c) => c.notNull().references("rooms.id").onDelete("cascade"),
    )
    .addColumn("last_read", dialect.integer, (c) => c.notNull())
    .addColumn("last_read_posts", dialect.integer, (c) => c.notNull())
    .addColumn("joined_at", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("memberships_pkey", ["person", "room"])
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("memberships_by_room")
    .on("memberships").columns(["room", "person"]).execute();
}

// Authors are not checked against `persons` here: sessions are, and entries
// outlive whoever wrote them. Ids come before rooms in the indexes, so that one
// statement finds those of many rooms, and new ones of all rooms lie together.
async function createLog({ trx, dialect }: MigrationContext) {
  await trx.schema.createTable("entries")
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("seq", dialect.integer, (c) => c.notNull())
    .addColumn("id", dialect.uuid, (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("author", dialect.uuid, (c) => c.notNull())
    .addColumn("message", dialect.uuid)
    .addColumn("body", "text", (c) => c.notNull())
    .addColumn("deleted", dialect.integer, (c) => c.notNull())
    .addColumn("at", dialect.integer, (c) => c.notNull())
    .addColumn("posts", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("entries_pkey", ["room", "seq"])
    .addUniqueConstraint("entries_by_id", ["id", "room"])
    .modifyEnd(dialect.keyed).execute();
  await trx.schema.createIndex("entries_by_message")
    .on("entries").columns(["room", "message"])
    .where("message", "is not", null).execute();
  await trx.schema.createTable("messages")
    .addColumn("room", dialect.uuid, (c) => c.notNull())
    .addColumn("seq", dialect.integer, (c) => c.notNull())
    .addColumn("id", dialect.uuid, (c) => c.notNull())
    .addColumn("rev", dialect.integer, (c) => c.notNull())
    .addColumn("author", dialect.uuid, (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .addColumn("at", dialect.integer, (c) => c.notNull())
    .addColumn("posts", dialect.integer, (c) => c.notNull())
    .addColumn("edited_at", dialect.integer)
    .addColumn("deleted", dialect.integer, (c) => c.notNull())
    .addPrimaryKeyConstraint("messages_pkey", ["room", "seq"])
    .addUniqueConstraint("messages_by_id", ["id", "room"])
    .modifyEnd(dialect.keyed).execute();
}

async function fill({ trx, now }: MigrationContext) {
  const epoch = crypto.randomUUID();
  await trx.insertInto("meta")
    .values({ key: "epoch", value: epoch }).execute();
  await trx.insertInto("rooms").values({
    id: uuidv7(now),
    slug: "lobby",
    name: "lobby",
    name_key: "lobby",
    kind: "open",
    created_at: now,
  }).execute();
}
