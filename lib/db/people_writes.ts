/** Write transactions on people and their sessions. */
import { Refusal } from "../errors.ts";
import type { Person } from "../protocol.ts";
import { bumpPerson, follow } from "./membership_writes.ts";
import type { Trx } from "./schema.ts";

/** A newcomer: who, under which name, with which session. */
export interface Entrance {
  person: string;
  name: string;
  key: string;
  tokenHash: Uint8Array;
  now: number;
  expiresAt: number;
  /** Guests not seen since then lose their name (N1). */
  freedBefore: number;
}

/** Adds a guest who follows the lobby, with a session; refused with `name_taken`. */
export async function enter(trx: Trx, entrance: Entrance): Promise<void> {
  const { person, name, key, tokenHash, now, expiresAt } = entrance;
  await claimName(trx, entrance);
  await trx.insertInto("persons").values({
    id: person,
    name,
    name_key: key,
    role: "guest",
    head: 1,
    created_at: now,
    last_seen_at: now,
  }).execute();
  await trx.insertInto("sessions").values({
    token_hash: tokenHash,
    person,
    created_at: now,
    last_seen_at: now,
    expires_at: expiresAt,
  }).execute();
  const lobby = await trx.selectFrom("rooms").where("slug", "=", "lobby")
    .select("id").executeTakeFirstOrThrow();
  await follow(trx, { person, room: lobby.id, now });
}

/** Gives a person another name; refused with `name_taken`. */
export async function rename(
  trx: Trx,
  change: { person: string; name: string; key: string; freedBefore: number },
): Promise<Person> {
  const { person, name, key } = change;
  await claimName(trx, change);
  await trx.updateTable("persons").where("id", "=", person)
    .set((eb) => ({ name, name_key: key, head: eb("head", "+", 1) }))
    .execute();
  return { id: person, name };
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
  const holder = await trx.selectFrom("persons").where("name_key", "=", key)
    .select(["id", "role", "last_seen_at"]).executeTakeFirst();
  if (!holder || holder.id === person) return;
  if (holder.role !== "guest" || holder.last_seen_at >= freedBefore) {
    throw new Refusal("name_taken");
  }
  await trx.updateTable("persons").where("id", "=", holder.id)
    .set({ name_key: null }).execute();
}

/** Notes that a session is in use, and extends it. */
export async function touchSession(
  trx: Trx,
  touch: {
    tokenHash: Uint8Array;
    person: string;
    now: number;
    expiresAt: number;
  },
): Promise<void> {
  await trx.updateTable("sessions").where("token_hash", "=", touch.tokenHash)
    .set({ last_seen_at: touch.now, expires_at: touch.expiresAt }).execute();
  await trx.updateTable("persons").where("id", "=", touch.person)
    .set({ last_seen_at: touch.now }).execute();
}

/** Forgets sessions that ran out, the oldest thousand at a time. */
export async function sweepSessions(
  trx: Trx,
  { now }: { now: number },
): Promise<void> {
  const ended = trx.selectFrom("sessions").where("expires_at", "<=", now)
    .orderBy("expires_at").limit(1_000).select("token_hash");
  await trx.deleteFrom("sessions").where("token_hash", "in", ended).execute();
}

/** Ends a session; a guest who has no other one can't come back: the name is free (N1). */
export async function endSession(
  trx: Trx,
  { tokenHash, person }: { tokenHash: Uint8Array; person: string },
): Promise<void> {
  await trx.deleteFrom("sessions").where("token_hash", "=", tokenHash)
    .execute();
  const other = await trx.selectFrom("sessions").where("person", "=", person)
    .select("token_hash").executeTakeFirst();
  if (!other) {
    await trx.updateTable("persons").where("id", "=", person)
      .where("role", "=", "guest").set({ name_key: null }).execute();
  }
  await bumpPerson(trx, person);
}
