/** The place as a whole: what it is called, who may come in, who owns it. */
import { type Accounts, type Newcomer, pictureHash } from "./accounts.ts";
import type { Attempts } from "./attempts.ts";
import { hashCode, newCode } from "./codes.ts";
import type { Visit } from "./credentials.ts";
import type { Database } from "./db/open.ts";
import type { Entrance } from "./db/people_writes.ts";
import { PICTURE, SETUP_CODE } from "./db/place_writes.ts";
import { Refusal } from "./errors.ts";
import { checkPlaceName } from "./names.ts";
import { require, type Who } from "./permissions.ts";

/** Who may come in: everyone who has the address, or only those invited. */
export type Entry = "guests" | "invited";

/** How the place shows itself. */
export interface PlaceFace {
  name: string;
  /** Hash of its picture, or null. */
  picture: string | null;
}

/** What is set for the place. */
export interface PlaceSettings extends PlaceFace {
  entry: Entry;
}

/** What the place needs. */
export interface PlaceOptions {
  db: Database;
  accounts: Pick<Accounts, "prepare">;
  attempts: Attempts;
  now?: () => number;
}

/** Pixels of its picture, as wide as high: systems want that of an installed app. */
export const PICTURE_SIZE = 512;

/** What the place is called until somebody names it. */
export const DEFAULT_NAME = "Atoll";

/** How it shows itself until then. */
export const DEFAULT_FACE: PlaceFace = { name: DEFAULT_NAME, picture: null };

/** Settings of the place and the owner link. */
export class Place {
  readonly #db: Database;
  readonly #options: PlaceOptions;
  readonly #now: () => number;
  /** Called after someone became the owner. */
  onOwner: (person: string) => void = () => {};

  /** The place of a database. */
  constructor(options: PlaceOptions) {
    this.#options = options;
    this.#db = options.db;
    this.#now = options.now ?? Date.now;
  }

  /** What is set; read anew, since another machine may have changed it. */
  async settings(): Promise<PlaceSettings> {
    const rows = await this.#db.read.selectFrom("place")
      .where("key", "in", ["name", "entry", PICTURE.hash]).selectAll()
      .execute();
    const set = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    return {
      name: set.name ?? DEFAULT_NAME,
      picture: set[PICTURE.hash] ?? null,
      entry: set.entry === "invited" ? "invited" : "guests",
    };
  }

  /** Changes settings; refused with a `name_…` code or `forbidden`. */
  async change(
    who: Who,
    change: { name?: string | undefined; entry?: Entry | undefined },
  ): Promise<PlaceSettings> {
    require(who, "managePlace");
    const { name, entry } = change;
    await this.#db.write("changePlace", {
      actor: who.person.id,
      change: {
        ...name !== undefined && { name: checkPlaceName(name) },
        ...entry !== undefined && { entry },
      },
      now: this.#now(),
    });
    return await this.settings();
  }

  /** Sets its picture, bytes of WebP that are encoded anew already, or removes it; refused with `forbidden`. */
  async setPicture(
    who: Who,
    bytes: Uint8Array<ArrayBuffer> | null,
  ): Promise<void> {
    require(who, "managePlace");
    const picture = bytes && { hash: await pictureHash(bytes), bytes };
    const actor = who.person.id;
    await this.#db.write("setPlacePicture", {
      ...{ actor, picture, now: this.#now() },
    });
  }

  /** Its picture, or null. */
  async picture(): Promise<
    { hash: string; bytes: Uint8Array<ArrayBuffer> } | null
  > {
    const rows = await this.#db.read.selectFrom("place")
      .where("key", "in", [PICTURE.hash, PICTURE.bytes]).selectAll().execute();
    const [hash, text] = [PICTURE.hash, PICTURE.bytes].map((key) =>
      rows.find((row) => row.key === key)?.value
    );
    if (hash === undefined || text === undefined) return null;
    return { hash, bytes: Uint8Array.fromBase64(text) };
  }

  /** Lets nobody in without an invitation, where that is set: `invitation_needed`. */
  async checkEntry(): Promise<void> {
    const { entry } = await this.settings();
    if (entry === "invited") throw new Refusal("invitation_needed");
  }

  /** A new code of the owner link; null when someone owns the place and can come in. */
  async offerSetup(): Promise<string | null> {
    const code = newCode(5);
    const hash = (await hashCode(code)).toHex();
    const offer = { hash, now: this.#now() };
    return await this.#db.write("offerSetup", offer) ? code : null;
  }

  /** Whether there is a code that would make somebody the owner. */
  async isOffered(): Promise<boolean> {
    const code = await this.#db.read.selectFrom("place")
      .where("key", "=", SETUP_CODE).select("key").executeTakeFirst();
    return code !== undefined;
  }

  /** Makes who is here the owner by the code; refused with `wrong_code`. */
  async claim(who: Who, code: string, visit: Visit): Promise<void> {
    await this.#claim(code, who.person.id, null, visit);
  }

  /** Lets someone new in as the owner; refused with `wrong_code` or a `name_…` code. */
  async claimAs(name: string, code: string, visit: Visit): Promise<Newcomer> {
    const { accounts } = this.#options;
    const { entrance, newcomer } = accounts.prepare(name, visit.device);
    await this.#claim(code, newcomer.person.id, entrance, visit);
    return newcomer;
  }

  async #claim(
    code: string,
    person: string,
    newcomer: Entrance | null,
    { address }: Visit,
  ): Promise<void> {
    const hash = (await hashCode(code)).toHex();
    const claim = { hash, person, newcomer, now: this.#now() };
    await this.#options.attempts.code(
      address,
      () => this.#db.write("claimPlace", claim),
    );
    this.onOwner(person);
  }
}
