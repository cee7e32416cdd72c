/** Write transactions on passkey challenges. */
import type { Trx } from "./schema.ts";

/** A challenge, and whom it was given to. */
export interface GivenChallenge {
  /** SHA-256 of the challenge. */
  challenge: Uint8Array;
  /** SHA-256 of what tells the browser apart. */
  browser: Uint8Array;
  /** Who adds a passkey; null for signing in with one. */
  person: string | null;
}

/** Keeps a challenge; of more than `most` the oldest give way. */
export async function putChallenge(
  trx: Trx,
  { challenge, browser, person, expiresAt, most }: GivenChallenge & {
    expiresAt: number;
    most: number;
  },
): Promise<void> {
  await trx.insertInto("challenges").values({
    challenge_hash: challenge,
    browser_hash: browser,
    person,
    expires_at: expiresAt,
  }).execute();
  const surplus = await trx.selectFrom("challenges")
    .orderBy("expires_at", "desc").offset(most).limit(1).select("expires_at")
    .executeTakeFirst();
  if (surplus) await forget(trx, surplus.expires_at);
}

/**
 * Uses a challenge up, whoever brings it; whether it was given to them, for
 * this, and not too long ago. Two who bring it at once wait for the same row.
 */
export async function takeChallenge(
  trx: Trx,
  { challenge, browser, person, now }: GivenChallenge & { now: number },
): Promise<boolean> {
  const given = await trx.deleteFrom("challenges")
    .where("challenge_hash", "=", challenge)
    .returning(["browser_hash", "person", "expires_at"]).executeTakeFirst();
  return given !== undefined && given.expires_at > now &&
    given.person === person &&
    given.browser_hash.toHex() === browser.toHex();
}

/** Forgets challenges that nobody answered in time. */
export async function sweepChallenges(
  trx: Trx,
  { now }: { now: number },
): Promise<void> {
  await forget(trx, now);
}

/** The oldest thousand; those that another machine forgets just now are left to it. */
async function forget(trx: Trx, upTo: number): Promise<void> {
  const old = trx.selectFrom("challenges").where("expires_at", "<=", upTo)
    .orderBy("expires_at").limit(1_000).select("challenge_hash")
    .forUpdate().skipLocked();
  await trx.deleteFrom("challenges").where("challenge_hash", "in", old)
    .execute();
}
