/** Write transactions on sessions. */
import { Refusal } from "../errors.ts";
import { sweepChallenges } from "./challenge_writes.ts";
import { lockPerson } from "./locks.ts";
import { bumpPerson } from "./membership_writes.ts";
import type { Trx } from "./schema.ts";

/** A session that begins. */
export interface NewSession {
  person: string;
  /** SHA-256 of its token. */
  tokenHash: Uint8Array;
  /** Browser and system, where they are known. */
  device?: string;
  now: number;
  expiresAt: number;
}

/** Begins a guest's session. */
export async function insertSession(
  trx: Trx,
  session: NewSession & { provedAt: number },
): Promise<void> {
  await trx.insertInto("sessions").values({
    token_hash: session.tokenHash,
    person: session.person,
    device: session.device ?? "",
    created_at: session.now,
    last_seen_at: session.now,
    expires_at: session.expiresAt,
    proved_at: session.provedAt,
  }).execute();
}

/** Begins the session of someone who proved who they are. */
export async function signIn(trx: Trx, session: NewSession): Promise<void> {
  const { person, now } = session;
  const holder = await trx.updateTable("persons").where("id", "=", person)
    .where("name_key", "is not", null).set({ last_seen_at: now })
    .returning("banned_until").executeTakeFirst();
  // The account was deleted while its password was verified.
  if (!holder) throw new Refusal("bad_credentials");
  if ((holder.banned_until ?? 0) > now) throw new Refusal("banned");
  await insertSession(trx, { ...session, provedAt: now });
}

/** Notes that the person of a session proved anew who they are. */
export async function proveSession(
  trx: Trx,
  { tokenHash, now }: { tokenHash: Uint8Array; now: number },
): Promise<void> {
  await trx.updateTable("sessions").where("token_hash", "=", tokenHash)
    .set({ proved_at: now }).execute();
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
  await trx.updateTable("persons").where("id", "=", touch.person)
    .set({ last_seen_at: touch.now }).execute();
  await trx.updateTable("sessions").where("token_hash", "=", touch.tokenHash)
    .set({ last_seen_at: touch.now, expires_at: touch.expiresAt }).execute();
}

/** Forgets sessions that ran out, the oldest thousand at a time, and challenges. */
export async function sweepSessions(
  trx: Trx,
  { now }: { now: number },
): Promise<void> {
  const ended = trx.selectFrom("sessions").where("expires_at", "<=", now)
    .orderBy("expires_at").limit(1_000).select("token_hash");
  await trx.deleteFrom("sessions").where("token_hash", "in", ended).execute();
  await sweepChallenges(trx, { now });
}

/**
 * Ends a person's session, whether there was one; a guest who has no other one
 * can't come back: the name is free (N1).
 */
export async function endSession(
  trx: Trx,
  { tokenHash, person }: { tokenHash: Uint8Array; person: string },
): Promise<void> {
  // First, as a lock: of two sessions that end at once one is the last.
  await bumpPerson(trx, person);
  await trx.deleteFrom("sessions").where("token_hash", "=", tokenHash)
    .where("person", "=", person).execute();
  const other = await trx.selectFrom("sessions").where("person", "=", person)
    .select("token_hash").executeTakeFirst();
  if (!other) {
    await trx.updateTable("persons").where("id", "=", person)
      .where("role", "=", "guest").set({ name_key: null }).execute();
  }
}

/** Ends a person's sessions but one; gives the SHA-256 of their tokens. */
export async function endOtherSessions(
  trx: Trx,
  { person, keep }: { person: string; keep: Uint8Array | null },
): Promise<Uint8Array[]> {
  // A session that begins just now is among those that end, or waits.
  await lockPerson(trx, person);
  const found = await trx.selectFrom("sessions").where("person", "=", person)
    .select("token_hash").execute();
  const ended = found.map((row) => row.token_hash)
    .filter((hash) => keep === null || hash.toHex() !== keep.toHex());
  for (const hash of ended) {
    await trx.deleteFrom("sessions").where("token_hash", "=", hash).execute();
  }
  if (ended.length > 0) await bumpPerson(trx, person);
  return ended;
}
