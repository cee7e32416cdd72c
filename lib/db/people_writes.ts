/** Write transactions on people and their sessions. */
import { Refusal } from "../errors.ts";
import { FORMER_NAME } from "../protocol.ts";
import { bumpPerson, follow } from "./membership_writes.ts";
import { keepAnOwner } from "./order_writes.ts";
import { passOn } from "./room_acts.ts";
import type { Trx } from "./schema.ts";
import {
  endOtherSessions,
  insertSession,
  type NewSession,
} from "./session_writes.ts";

/** A newcomer: who, under which name, with which session. */
export interface Entrance extends NewSession {
  name: string;
  key: string;
  /** Guests not seen since then lose their name (N1). */
  freedBefore: number;
  /** The one room that they may see: then it is not the lobby. */
  onlyRoom?: string | null;
}

/** Adds a guest who follows the lobby, with a session; refused with `name_taken`. */
export async function enter(trx: Trx, entrance: Entrance): Promise<void> {
  const { person, name, key, now } = entrance;
  const { onlyRoom = null } = entrance;
  await claimName(trx, entrance);
  await trx.insertInto("persons").values({
    id: person,
    name,
    name_key: key,
    role: "guest",
    only_room: onlyRoom,
    head: 1,
    created_at: now,
    last_seen_at: now,
  }).execute();
  await insertSession(trx, { ...entrance, provedAt: 0 });
  if (onlyRoom !== null) return;
  const lobby = await trx.selectFrom("rooms").where("slug", "=", "lobby")
    .select("id").executeTakeFirstOrThrow();
  await follow(trx, { person, room: lobby.id, now });
}

/** Gives a person another name; refused with `name_taken`. */
export async function rename(
  trx: Trx,
  change: { person: string; name: string; key: string; freedBefore: number },
): Promise<{ id: string; name: string; picture: string | null }> {
  const { person, name, key } = change;
  await claimName(trx, change);
  return await trx.updateTable("persons").where("id", "=", person)
    .set((eb) => ({ name, name_key: key, head: eb("head", "+", 1) }))
    .returning(["id", "name", "picture"]).executeTakeFirstOrThrow();
}

/** Frees the name if its guest was not seen for long, or refuses it. */
async function claimName(
  trx: Trx,
  { person, key, freedBefore }: {
    person: string;
    key: string;
    freedBefore: number;
  },
): Promise<void> {
  // Locked: they may come back just now.
  const holder = await trx.selectFrom("persons").where("name_key", "=", key)
    .select(["id", "role", "last_seen_at", "banned_until"]).forUpdate()
    .executeTakeFirst();
  if (!holder || holder.id === person) return;
  // A ban lasts by the name, too: nobody comes back under it.
  const heldUntil = Math.max(holder.last_seen_at, holder.banned_until ?? 0);
  if (holder.role !== "guest" || heldUntil >= freedBefore) {
    throw new Refusal("name_taken");
  }
  await trx.updateTable("persons").where("id", "=", holder.id)
    .set({ name_key: null }).execute();
}

/**
 * Deletes an account: the name is free, the messages stay. Gives the SHA-256
 * of the tokens of the sessions that ended.
 */
export async function removeAccount(
  trx: Trx,
  { person }: { person: string },
): Promise<Uint8Array[]> {
  await leaveRooms(trx, person);
  await keepAnOwner(trx, person);
  const ended = await endOtherSessions(trx, { person, keep: null });
  const tables = [
    "passwords",
    "passkeys",
    "recovery_codes",
    "pictures",
  ] as const;
  for (const table of tables) {
    await trx.deleteFrom(table).where("person", "=", person).execute();
  }
  await trx.updateTable("persons").where("id", "=", person)
    .set({ name: FORMER_NAME, name_key: null, role: "guest", picture: null })
    .execute();
  await bumpPerson(trx, person);
  return ended;
}

/** Before the person is locked: whoever appends to one of the rooms locks it first. */
async function leaveRooms(trx: Trx, person: string): Promise<void> {
  const kept = await trx.selectFrom("rooms").where("created_by", "=", person)
    .where("kind", "=", "private").orderBy("id").select("id").forUpdate()
    .execute();
  await trx.selectFrom("memberships").where("person", "=", person)
    .orderBy("room").select("room").forUpdate().execute();
  await trx.deleteFrom("memberships").where("person", "=", person).execute();
  for (const { id } of kept) await passOn(trx, id, person);
}

/** A picture of a person, or null for none. */
export interface PictureChange {
  person: string;
  picture: { hash: string; type: string; bytes: Uint8Array } | null;
}

/** Sets or removes a person's picture. */
export async function setPicture(
  trx: Trx,
  { person, picture }: PictureChange,
): Promise<void> {
  await trx.deleteFrom("pictures").where("person", "=", person).execute();
  if (picture) {
    const { type, bytes } = picture;
    await trx.insertInto("pictures").values({ person, type, bytes }).execute();
  }
  await trx.updateTable("persons").where("id", "=", person)
    .set({ picture: picture?.hash ?? null }).execute();
  await bumpPerson(trx, person);
}
