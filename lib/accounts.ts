/** People: how someone enters, and what they are called. */
import type { Database } from "./db/open.ts";
import { uuidv7 } from "./client/uuid.ts";
import { checkPersonName } from "./names.ts";
import type { Person } from "./protocol.ts";
import { hashToken, newToken, SESSION_LIFETIME } from "./sessions.ts";

/** Someone who just came in, with the session's secret. */
export interface Newcomer {
  person: Person;
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Lets people in and renames them. */
export class Accounts {
  readonly #db: Database;
  readonly #now: () => number;
  /** Called after a person got another name. */
  onRename: (person: Person) => void = () => {};

  /** People of the given database, by the given clock. */
  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** Lets a guest in; refused with a `name_…` code. */
  async enter(text: string): Promise<Newcomer> {
    const { name, key } = checkPersonName(text);
    const now = this.#now();
    const token = newToken();
    const person = { id: uuidv7(now), name };
    const expiresAt = now + SESSION_LIFETIME;
    await this.#db.write("enter", {
      person: person.id,
      name,
      key,
      tokenHash: await hashToken(token),
      now,
      expiresAt,
      freedBefore: now - SESSION_LIFETIME,
    });
    return { person, token, expiresAt };
  }

  /** Gives a person another name; refused with a `name_…` code. */
  async rename(person: string, text: string): Promise<Person> {
    const { name, key } = checkPersonName(text);
    const freedBefore = this.#now() - SESSION_LIFETIME;
    const change = { person, name, key, freedBefore };
    const renamed = await this.#db.write("rename", change);
    this.onRename(renamed);
    return renamed;
  }
}
