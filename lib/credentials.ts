/** Passwords and recovery codes: how a guest becomes an account, and comes back. */
import { Attempts } from "./attempts.ts";
import { hashCode, newCode } from "./codes.ts";
import type { Database } from "./db/open.ts";
import { Refusal } from "./errors.ts";
import { personNameKey } from "./names.ts";
import type { PasswordHasher } from "./password_hasher.ts";
import type { Who } from "./permissions.ts";
import { checkPassword, normalizePassword } from "./passwords.ts";
import {
  type Newcomer,
  personOf,
  type Session,
  type Sessions,
} from "./sessions.ts";

/** How many recovery codes one gets; each works once. */
const CODES = 10;

/** A passkey in the list of one's own. */
export interface ListedPasskey {
  /** The credential's id. */
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970, null for never. */
  usedAt: number | null;
}

/** What a person can prove themselves with. */
export interface CredentialList {
  /** When the password was set, in milliseconds since 1970; null without one. */
  passwordSince: number | null;
  passkeys: ListedPasskey[];
  /** Recovery codes that are left. */
  codes: number;
}

/** Whether someone has a credential: an account, not a guest. */
export function isAccount(list: CredentialList): boolean {
  return list.passwordSince !== null || list.passkeys.length > 0;
}

/** From where someone tries to come in. */
export interface Visit {
  address: string;
  /** Browser and system, or empty. */
  device: string;
}

/** What someone brings who lost their password and passkeys. */
export interface Recovery {
  name: string;
  /** A recovery code. */
  code: string;
  /** The new one. */
  password: string;
}

/** What credentials need. */
export interface CredentialsOptions {
  db: Database;
  sessions: Sessions;
  hasher: PasswordHasher;
  attempts: Attempts;
  now?: () => number;
}

/** Sets, checks and removes what people prove themselves with. */
export class Credentials {
  readonly #db: Database;
  readonly #sessions: Sessions;
  readonly #hasher: PasswordHasher;
  readonly #attempts: Attempts;
  readonly #now: () => number;

  /** Credentials in the given database. */
  constructor(options: CredentialsOptions) {
    this.#db = options.db;
    this.#sessions = options.sessions;
    this.#hasher = options.hasher;
    this.#attempts = options.attempts;
    this.#now = options.now ?? Date.now;
  }

  /** What a person has. */
  async of(person: string): Promise<CredentialList> {
    const { read } = this.#db;
    const [password, passkeys, codes] = await Promise.all([
      read.selectFrom("passwords").where("person", "=", person)
        .select("changed_at").executeTakeFirst(),
      read.selectFrom("passkeys").where("person", "=", person)
        .select(["credential", "name", "created_at", "used_at"])
        .orderBy("created_at").execute(),
      read.selectFrom("recovery_codes").where("person", "=", person)
        .select("code_hash").execute(),
    ]);
    return {
      passwordSince: password?.changed_at ?? null,
      passkeys: passkeys.map((row) => ({
        id: row.credential,
        name: row.name,
        createdAt: row.created_at,
        usedAt: row.used_at,
      })),
      codes: codes.length,
    };
  }

  /** Whether someone owns the place, and would lose it with the cookie. */
  async mustKeep(
    { person, role }: Pick<Who, "person" | "role">,
  ): Promise<boolean> {
    return role === "owner" && !isAccount(await this.of(person.id));
  }

  /**
   * Refused with `proof_needed` when someone with an account has not lately
   * proved who they are: an unlocked screen is not enough for dangerous acts.
   */
  async requireProof(session: Session): Promise<void> {
    if (this.#sessions.isProved(session)) return;
    const list = await this.of(session.person.id);
    if (isAccount(list)) throw new Refusal("proof_needed");
  }

  /**
   * Sets or changes the password; other sessions end. Gives recovery codes
   * when it is the first credential. Refused with a `password_…` code.
   */
  async setPassword(session: Session, text: string): Promise<string[] | null> {
    await this.requireProof(session);
    const { id: person, name } = session.person;
    const password = checkPassword(text, name);
    const { codes, hashes } = await mintCodes();
    const { first, ended } = await this.#db.write("setPassword", {
      person,
      hash: await this.#hasher.hash(password),
      keep: Uint8Array.fromHex(session.hash),
      now: this.#now(),
      codes: hashes,
    });
    await this.#sessions.prove(session);
    this.#sessions.ended(person, ended);
    return first ? codes : null;
  }

  /** Removes the password; refused with `last_credential`. */
  async removePassword(session: Session): Promise<void> {
    await this.requireProof(session);
    await this.#db.write("removePassword", { person: session.person.id });
  }

  /** Gives one's passkey another name. */
  async renamePasskey(session: Session, id: string, text: string) {
    const name = passkeyName(text);
    const person = session.person.id;
    await this.#db.write("renamePasskey", { person, credential: id, name });
  }

  /** Removes one's passkey; refused with `last_credential`. */
  async removePasskey(session: Session, id: string): Promise<void> {
    await this.requireProof(session);
    const person = session.person.id;
    await this.#db.write("removePasskey", { person, credential: id });
  }

  /** New recovery codes, which are shown once; the old ones end. */
  async newCodes(session: Session): Promise<string[]> {
    await this.requireProof(session);
    const person = session.person.id;
    if (!isAccount(await this.of(person))) throw new Refusal("proof_needed");
    const { codes, hashes } = await mintCodes();
    await this.#db.write("replaceCodes", { person, codes: hashes });
    return codes;
  }

  /**
   * Lets in whose name and password fit; else `bad_credentials`, after the
   * same work, whether or not there is such a name.
   */
  async signIn(name: string, text: string, visit: Visit): Promise<Newcomer> {
    const key = personNameKey(name);
    this.#attempts.take(visit.address, key);
    const password = normalizePassword(text);
    const found = await this.#find(key);
    const fits = await this.#hasher.verify(password, found?.hash ?? null);
    if (!found || !fits) throw new Refusal("bad_credentials");
    return await this.#sessions.signIn(personOf(found), visit.device);
  }

  /** Notes that the person of a session knows their password. */
  async prove(session: Session, text: string, visit: Visit): Promise<void> {
    const key = personNameKey(session.person.name);
    this.#attempts.take(visit.address, key);
    const password = normalizePassword(text);
    const found = await this.#find(key);
    const hash = found?.id === session.person.id ? found.hash : null;
    const fits = await this.#hasher.verify(password, hash);
    if (!fits) throw new Refusal("bad_credentials");
    await this.#sessions.prove(session);
  }

  /**
   * Lets in who has a recovery code, with a new password; all other sessions
   * end. The same work for every name, and `bad_credentials` as in `signIn`.
   */
  async recover(
    { name, code, password }: Recovery,
    visit: Visit,
  ): Promise<Newcomer> {
    const key = personNameKey(name);
    this.#attempts.take(visit.address, key);
    const hash = await this.#hasher.hash(checkPassword(password, name));
    const found = await this.#find(key);
    if (!found) throw new Refusal("bad_credentials");
    const ended = await this.#db.write("recover", {
      person: found.id,
      code: await hashCode(code),
      hash,
      now: this.#now(),
    });
    this.#sessions.ended(found.id, ended);
    return await this.#sessions.signIn(personOf(found), visit.device);
  }

  async #find(key: string | null) {
    if (key === null) return undefined;
    return await this.#db.read.selectFrom("persons")
      .leftJoin("passwords", "passwords.person", "persons.id")
      .where("name_key", "=", key)
      .select(["persons.id", "persons.name", "persons.picture"])
      .select("passwords.hash").executeTakeFirst();
  }
}

/** New recovery codes, and what is stored of them. */
export async function mintCodes(): Promise<{
  codes: string[];
  hashes: Uint8Array[];
}> {
  const codes = Array.from({ length: CODES }, () => newCode(4));
  return { codes, hashes: await Promise.all(codes.map(hashCode)) };
}

/** What a passkey is called: one line of up to 60 characters. */
export function passkeyName(text: string): string {
  const name = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return [...name].slice(0, 60).join("");
}
