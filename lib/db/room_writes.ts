/** Write transactions on rooms and on who follows them. */
import { Refusal } from "../errors.ts";
import { bumpPerson } from "./people_writes.ts";
import type { Trx } from "./schema.ts";

/** A room to be made, and by whom. */
export interface NewRoom {
  id: string;
  name: string;
  key: string;
  slug: string;
  person: string;
  now: number;
}

/**
 * Makes an open room that its maker follows, and gives its slug, which gets a
 * number when it is taken; refused with `name_taken`.
 */
export async function createRoom(
  trx: Trx,
  room: NewRoom,
): Promise<{ slug: string }> {
  const { id, name, key, person, now } = room;
  const same = await trx.selectFrom("rooms").where("name_key", "=", key)
    .select("id").executeTakeFirst();
  if (same) throw new Refusal("name_taken");
  const slug = await freeSlug(trx, room.slug);
  await trx.insertInto("rooms").values({
    id,
    slug,
    name,
    name_key: key,
    kind: "open",
    head: 0,
    head_id: null,
    posts: 0,
    floor: 1,
    last_at: now,
    created_by: person,
    created_at: now,
  }).execute();
  await follow(trx, { person, room: id, now });
  return { slug };
}

async function freeSlug(trx: Trx, wanted: string): Promise<string> {
  for (let number = 1;; number++) {
    const slug = number === 1 ? wanted : `${wanted}-${number}`;
    const taken = await trx.selectFrom("rooms").where("slug", "=", slug)
      .select("id").executeTakeFirst();
    if (!taken) return slug;
  }
}

/** Starts to follow a room, with everything in it counted as read. */
export async function follow(
  trx: Trx,
  { person, room, now }: { person: string; room: string; now: number },
): Promise<void> {
  await trx.insertInto("memberships").columns([
    "person",
    "room",
    "last_read",
    "last_read_posts",
    "joined_at",
  ]).expression((eb) =>
    eb.selectFrom("rooms").where("id", "=", room).select((eb) => [
      eb.val(person).as("person"),
      "id as room",
      "head as last_read",
      "posts as last_read_posts",
      eb.val(now).as("joined_at"),
    ])
  ).onConflict((conflict) => conflict.doNothing()).execute();
  await bumpPerson(trx, person);
}

/** Stops following a room. */
export async function leaveRoom(
  trx: Trx,
  { person, room }: { person: string; room: string },
): Promise<void> {
  await trx.deleteFrom("memberships").where("person", "=", person)
    .where("room", "=", room).execute();
  await bumpPerson(trx, person);
}

/** How far a person has read a room. */
export interface ReadCursor {
  person: string;
  room: string;
  seq: number;
}

/** Moves read cursors forward, never back (D6). */
export async function markRead(
  trx: Trx,
  cursors: readonly ReadCursor[],
): Promise<void> {
  for (const { person, room, seq } of cursors) {
    const entry = await trx.selectFrom("entries").where("room", "=", room)
      .where("seq", "<=", seq).orderBy("seq", "desc").limit(1)
      .select(["seq", "posts"]).executeTakeFirst();
    if (!entry) continue;
    const moved = await trx.updateTable("memberships")
      .where("person", "=", person).where("room", "=", room)
      .where("last_read", "<", entry.seq)
      .set({ last_read: entry.seq, last_read_posts: entry.posts })
      .executeTakeFirst();
    if (moved.numUpdatedRows > 0n) await bumpPerson(trx, person);
  }
}
