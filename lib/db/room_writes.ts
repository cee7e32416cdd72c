/** Write transactions on rooms. */
import { Refusal } from "../errors.ts";
import { follow } from "./membership_writes.ts";
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
    floor_posts: 0,
    retention_days: null,
    last_at: now,
    created_by: person,
    created_at: now,
  }).execute();
  await follow(trx, { person, room: id, now });
  return { slug };
}

/** The one wanted, or with a number, or with a random end when many share it. */
async function freeSlug(trx: Trx, wanted: string): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const end = attempt <= 3 ? attempt : crypto.randomUUID().slice(0, 8);
    const slug = attempt === 1 ? wanted : `${wanted}-${end}`;
    const taken = await trx.selectFrom("rooms").where("slug", "=", slug)
      .select("id").executeTakeFirst();
    if (!taken) return slug;
  }
}
