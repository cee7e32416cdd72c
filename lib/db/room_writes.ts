/** Write transactions on rooms. */
import { Refusal } from "../errors.ts";
import { follow } from "./membership_writes.ts";
import type { Trx } from "./schema.ts";

/** A room to be made, and by whom. */
export interface NewRoom {
  id: string;
  name: string;
  /** Unique; only open rooms have one of their name. */
  key: string;
  slug: string;
  kind: "open" | "private";
  person: string;
  now: number;
}

/** A direct room to be found, or made. */
export interface NewDirectRoom {
  id: string;
  /** Everyone it is between, the one who asks included. */
  people: readonly string[];
  person: string;
  now: number;
}

/**
 * Makes a room that its maker follows, and gives its slug, which gets a
 * number when it is taken; refused with `name_taken`.
 */
export async function createRoom(
  trx: Trx,
  room: NewRoom,
): Promise<{ slug: string }> {
  const { id, name, key, kind, person, now } = room;
  const same = await trx.selectFrom("rooms").where("name_key", "=", key)
    .select("id").executeTakeFirst();
  if (same) throw new Refusal("name_taken");
  const slug = await freeSlug(trx, room.slug, id);
  await trx.insertInto("rooms").values({
    id,
    slug,
    name,
    name_key: key,
    kind,
    head: 0,
    head_id: null,
    posts: 0,
    floor: 1,
    floor_posts: 0,
    retention_days: null,
    last_at: now,
    created_by: person,
    created_at: now,
  }).execute();
  await follow(trx, { person, room: id, now });
  return { slug };
}

/** Finds the room between these people, or makes it; refused with `no_person`. */
export async function openDirectRoom(
  trx: Trx,
  { id, people, person, now }: NewDirectRoom,
): Promise<{ id: string; isNew: boolean }> {
  const all = [...new Set(people)].sort();
  const peopleKey = all.join(" ");
  const found = await trx.selectFrom("rooms")
    .where("people_key", "=", peopleKey).select("id").executeTakeFirst();
  if (found) return { id: found.id, isNew: false };
  const known = await trx.selectFrom("persons").where("id", "in", all)
    .where("name_key", "is not", null).where("only_room", "is", null)
    .select("id").execute();
  if (known.length < all.length) throw new Refusal("no_person");
  await trx.insertInto("rooms").values({
    id,
    ...{ slug: id, name: "", name_key: nameless(id), kind: "direct" },
    ...{ head: 0, head_id: null, posts: 0, floor: 1, people_key: peopleKey },
    ...{ last_at: now, created_by: person, created_at: now },
  }).execute();
  for (const one of all) await follow(trx, { person: one, room: id, now });
  return { id, isNew: true };
}

/** What stands for the key of a name that need not be unique; no name's key has a space. */
export function nameless(id: string): string {
  return ` ${id}`;
}

/**
 * The one wanted, or with a number, or with a random end when many share it;
 * those that the room itself has or had are free for it.
 */
export async function freeSlug(
  trx: Trx,
  wanted: string,
  room: string,
): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const end = attempt <= 3 ? attempt : crypto.randomUUID().slice(0, 8);
    const slug = attempt === 1 ? wanted : `${wanted}-${end}`;
    const taken = await trx.selectFrom("rooms").where("slug", "=", slug)
      .where("id", "!=", room).select("id").executeTakeFirst();
    const old = await trx.selectFrom("old_slugs").where("slug", "=", slug)
      .where("room", "!=", room).select("room").executeTakeFirst();
    if (!taken && !old) return slug;
  }
}
