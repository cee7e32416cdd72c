/** People: how someone enters, and what they are called. */
import type { Database } from "./db/open.ts";
import type { Entrance } from "./db/people_writes.ts";
import { uuidv7 } from "./client/uuid.ts";
import type { Visit } from "./credentials.ts";
import { checkPersonName } from "./names.ts";
import { networkOf } from "./origins.ts";
import { FORMER_NAME, type Person } from "./protocol.ts";
import { perHour, RateLimiter } from "./rate_limiter.ts";
import {
  hashToken,
  type Newcomer,
  newToken,
  personOf,
  SESSION_LIFETIME,
} from "./sessions.ts";

export type { Newcomer } from "./sessions.ts";

/** Of whoever comes in by no request. */
const NOWHERE: Visit = { address: "", device: "" };

/** Lets people in and renames them. */
export class Accounts {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #newcomers: RateLimiter;
  /** Called after a person got another name or picture. */
  onChange: (person: Person) => void = () => {};
  /** Called after an account was deleted. */
  onRemove: (person: string) => void = () => {};

  /** People of the given database, by the given clock. */
  constructor(
    db: Database,
    now: () => number = Date.now,
    newcomersPerHour: number = Number.MAX_SAFE_INTEGER,
  ) {
    this.#db = db;
    this.#now = now;
    this.#newcomers = new RateLimiter(perHour(newcomersPerHour), now);
  }

  /** Lets a guest in; refused with a `name_…` code or `too_many_newcomers`. */
  async enter(
    text: string,
    { address, device }: Visit = NOWHERE,
  ): Promise<Newcomer> {
    return await this.counted(address, async () => {
      const { entrance, newcomer } = this.prepare(text, device);
      await this.#db.write("enter", entrance);
      return newcomer;
    });
  }

  /** Counts somebody who comes in from an address; refused with `too_many_newcomers`. */
  counted<T>(address: string, enter: () => Promise<T>): Promise<T> {
    return this.#newcomers.spend(
      networkOf(address),
      "too_many_newcomers",
      enter,
    );
  }

  /** Someone who is to be let in by another write; refused with a `name_…` code. */
  prepare(
    text: string,
    device = "",
  ): { entrance: Entrance; newcomer: Newcomer } {
    const { name, key } = checkPersonName(text);
    const now = this.#now();
    const token = newToken();
    const person = { id: uuidv7(now), name };
    const expiresAt = now + SESSION_LIFETIME;
    const entrance = {
      person: person.id,
      name,
      key,
      tokenHash: hashToken(token),
      device,
      now,
      expiresAt,
      freedBefore: now - SESSION_LIFETIME,
    };
    return { entrance, newcomer: { person, token, expiresAt } };
  }

  /** Gives a person another name; refused with a `name_…` code. */
  async rename(person: string, text: string): Promise<Person> {
    const { name, key } = checkPersonName(text);
    const freedBefore = this.#now() - SESSION_LIFETIME;
    const change = { person, name, key, freedBefore };
    const renamed = personOf(await this.#db.write("rename", change));
    this.onChange(renamed);
    return renamed;
  }

  /** Sets a person's picture, or removes it; the bytes are already encoded anew. */
  async setPicture(
    person: Person,
    picture: { type: string; bytes: Uint8Array<ArrayBuffer> } | null,
  ): Promise<Person> {
    const hash = picture && await pictureHash(picture.bytes);
    await this.#db.write("setPicture", {
      person: person.id,
      picture: picture && { ...picture, hash: hash! },
    });
    const { picture: _, ...bare } = person;
    const changed = { ...bare, ...hash !== null && { picture: hash } };
    this.onChange(changed);
    return changed;
  }

  /** A person's picture, or null. */
  async picture(
    person: string,
  ): Promise<{ type: string; bytes: Uint8Array; hash: string } | null> {
    const row = await this.#db.read.selectFrom("pictures")
      .innerJoin("persons", "persons.id", "pictures.person")
      .where("pictures.person", "=", person)
      .select(["type", "bytes", "persons.picture"]).executeTakeFirst();
    if (!row || row.picture === null) return null;
    return { type: row.type, bytes: row.bytes, hash: row.picture };
  }

  /** Deletes an account: credentials, sessions and picture go, the messages stay. */
  async remove(person: string): Promise<void> {
    await this.#db.write("removeAccount", { person });
    this.onRemove(person);
    this.onChange({ id: person, name: FORMER_NAME });
  }
}

/** What tells one picture from another in its address: SHA-256, shortened, as base64url. */
export async function pictureHash(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.slice(0, 9).toBase64({ alphabet: "base64url" });
}
