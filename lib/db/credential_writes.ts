/** Write transactions on passwords, passkeys and recovery codes. */
import { Refusal } from "../errors.ts";
import { lockPerson } from "./locks.ts";
import { bumpPerson } from "./membership_writes.ts";
import type { Trx } from "./schema.ts";
import { endOtherSessions } from "./session_writes.ts";

/** What is stored of the first recovery codes, which come with the first credential. */
interface FirstCodes {
  /** SHA-256 of each. */
  codes: Uint8Array[];
}

/** A password for someone, and the session that goes on. */
export interface PasswordChange extends FirstCodes {
  person: string;
  hash: string;
  /** The session in which it was set: the others end. */
  keep: Uint8Array;
  now: number;
}

/** What an added credential brought with it. */
export interface CredentialAdded {
  /** It was the first: the codes were stored, and the guest is a member. */
  first: boolean;
  /** SHA-256 of the tokens of sessions that ended. */
  ended: Uint8Array[];
}

/** Sets or changes a password; the person's other sessions end. */
export async function setPassword(
  trx: Trx,
  { person, hash, keep, now, codes }: PasswordChange,
): Promise<CredentialAdded> {
  const first = await becomeMember(trx, { person, codes });
  await storePassword(trx, { person, hash, now });
  const ended = await endOtherSessions(trx, { person, keep });
  return { first, ended };
}

async function storePassword(
  trx: Trx,
  { person, hash, now }: { person: string; hash: string; now: number },
): Promise<void> {
  await trx.insertInto("passwords").values({ person, hash, changed_at: now })
    .onConflict((conflict) =>
      conflict.column("person").doUpdateSet({ hash, changed_at: now })
    ).execute();
}

/** Someone's first credential makes a guest a member, who gets recovery codes. */
async function becomeMember(
  trx: Trx,
  { person, codes }: FirstCodes & { person: string },
): Promise<boolean> {
  await lockPerson(trx, person);
  // Another credential would let somebody else in whose account was deleted.
  const holder = await trx.selectFrom("persons").where("id", "=", person)
    .where("name_key", "is not", null).select("role").executeTakeFirst();
  if (!holder) throw new Refusal("unauthorized");
  if (await countCredentials(trx, person) > 0) return false;
  if (holder.role === "guest") {
    await trx.updateTable("persons").where("id", "=", person)
      .set({ role: "member" }).execute();
    await bumpPerson(trx, person);
  }
  await replaceCodes(trx, { person, codes });
  return true;
}

async function countCredentials(trx: Trx, person: string): Promise<number> {
  const password = await trx.selectFrom("passwords")
    .where("person", "=", person).select("person").execute();
  const passkeys = await trx.selectFrom("passkeys")
    .where("person", "=", person).select("credential").execute();
  return password.length + passkeys.length;
}

/** Gives new recovery codes; the old ones end. */
export async function replaceCodes(
  trx: Trx,
  { person, codes }: FirstCodes & { person: string },
): Promise<void> {
  await lockPerson(trx, person);
  await trx.deleteFrom("recovery_codes").where("person", "=", person)
    .execute();
  await trx.insertInto("recovery_codes")
    .values(codes.map((code_hash) => ({ person, code_hash }))).execute();
}

/** Removes the password; refused with `last_credential`. */
export async function removePassword(
  trx: Trx,
  { person }: { person: string },
): Promise<void> {
  await lockPerson(trx, person);
  await trx.deleteFrom("passwords").where("person", "=", person).execute();
  await requireCredential(trx, person);
}

async function requireCredential(trx: Trx, person: string): Promise<void> {
  const left = await countCredentials(trx, person);
  if (left === 0) throw new Refusal("last_credential");
}

/**
 * Uses up a recovery code and sets a password; all sessions end. Refused with
 * `bad_credentials` when there is no such code.
 */
export async function recover(
  trx: Trx,
  { person, code, hash, now }: {
    person: string;
    /** SHA-256 of the code. */
    code: Uint8Array;
    hash: string;
    now: number;
  },
): Promise<Uint8Array[]> {
  const used = await trx.deleteFrom("recovery_codes")
    .where("person", "=", person).where("code_hash", "=", code)
    .executeTakeFirst();
  if (used.numDeletedRows === 0n) throw new Refusal("bad_credentials");
  await storePassword(trx, { person, hash, now });
  return await endOtherSessions(trx, { person, keep: null });
}

/** A new passkey as it is stored. */
export interface NewPasskey extends FirstCodes {
  person: string;
  /** Base64url. */
  credential: string;
  name: string;
  publicKey: Uint8Array;
  counter: number;
  /** How it can be reached, separated by spaces. */
  transports: string;
  now: number;
}

/** Most passkeys that one person may have. */
const MOST_PASSKEYS = 20;

/** Adds a passkey; whether it was the first credential. */
export async function addPasskey(
  trx: Trx,
  passkey: NewPasskey,
): Promise<{ first: boolean }> {
  const { person, codes } = passkey;
  const first = await becomeMember(trx, { person, codes });
  const known = await trx.selectFrom("passkeys")
    .where("credential", "=", passkey.credential).select("person")
    .executeTakeFirst();
  const own = await countCredentials(trx, person);
  if (known || own >= MOST_PASSKEYS) throw new Refusal("passkey_failed");
  await trx.insertInto("passkeys").values({
    credential: passkey.credential,
    person,
    name: passkey.name,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: passkey.transports,
    created_at: passkey.now,
    used_at: null,
  }).execute();
  return { first };
}

/**
 * Notes that a passkey was used; refused with `passkey_failed` when it is gone
 * or its counter stood still meanwhile: then there are two of it.
 */
export async function usePasskey(
  trx: Trx,
  { credential, counter, now }: {
    credential: string;
    counter: number;
    now: number;
  },
): Promise<void> {
  const used = await trx.updateTable("passkeys")
    .where("credential", "=", credential)
    .where((eb) =>
      eb.or([
        eb("counter", "<", counter),
        eb.and([eb("counter", "=", 0), eb.lit(counter === 0)]),
      ])
    )
    .set({ counter, used_at: now }).executeTakeFirst();
  if (used.numUpdatedRows === 0n) throw new Refusal("passkey_failed");
}

/** Gives one's passkey another name. */
export async function renamePasskey(
  trx: Trx,
  { person, credential, name }: {
    person: string;
    credential: string;
    name: string;
  },
): Promise<void> {
  await trx.updateTable("passkeys").where("person", "=", person)
    .where("credential", "=", credential).set({ name }).execute();
}

/** Removes one's passkey; refused with `last_credential`. */
export async function removePasskey(
  trx: Trx,
  { person, credential }: { person: string; credential: string },
): Promise<void> {
  await lockPerson(trx, person);
  await trx.deleteFrom("passkeys").where("person", "=", person)
    .where("credential", "=", credential).execute();
  await requireCredential(trx, person);
}
