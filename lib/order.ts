/** Order among people: their roles, who may not write, who may not come in. */
import * as v from "valibot";
import { nameLike } from "./db/name_search.ts";
import type { Database } from "./db/open.ts";
import { type Measure, MEASURE_ACTIONS } from "./db/order_writes.ts";
import { isUuid } from "./db/uuid.ts";
import { Refusal } from "./errors.ts";
import { may, outranks, require, type Who } from "./permissions.ts";
import type { Person, Role } from "./protocol.ts";

export type { Measure } from "./db/order_writes.ts";

/** Someone, as those who keep order see them; times are in milliseconds since 1970. */
export interface KnownPerson extends Person {
  role: Role;
  createdAt: number;
  lastSeenAt: number;
  /** Until when they may not write, and why. */
  muted: Measured | null;
  /** Until when they may not come in, and why. */
  banned: Measured | null;
  /** Someone let into one room only. */
  oneRoom: boolean;
  /** What the reader may do about them. */
  may: AllowedMeasures;
}

/** Until when, and why. */
export interface Measured {
  until: number;
  reason: string;
}

/** What someone may do about someone. */
export interface AllowedMeasures {
  /** Roles to give, the present one not among them. */
  roles: Role[];
  mute: boolean;
  ban: boolean;
}

/** People, in the order of their names. */
export interface PeoplePage {
  people: KnownPerson[];
  more: boolean;
}

/** A time after all others, for what has no end. */
export const FOR_EVER = 253_402_300_799_000;

const PAGE = 50;
const LONGEST_REASON = 300;
const ROLES: readonly Role[] = ["owner", "admin", "member"];

const COLUMNS = [
  ...["id", "name", "role", "created_at", "last_seen_at"] as const,
  ...["muted_until", "mute_reason", "banned_until", "ban_reason"] as const,
  "only_room",
] as const;

/** A timed measure as it is asked for: without a time it has no end. */
export interface TimedMeasure {
  /** Milliseconds since 1970. */
  until?: number | null | undefined;
  reason?: string | undefined;
}

/** Checks that. */
export const timedMeasure: v.GenericSchema<unknown, TimedMeasure> = v.object({
  until: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger()))),
  reason: v.optional(v.string()),
});

/** Where a page of a list begins, by `?skip=`. */
export function skipOf({ searchParams }: URL): number {
  const skip = Number(searchParams.get("skip"));
  return Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
}

/** Looks at people and takes measures about them. */
export class Order {
  readonly #db: Database;
  readonly #now: () => number;
  /** Called after a measure: it has to reach whoever is connected. */
  onMeasure: (person: string) => void = () => {};

  /** Order in a database, by the given clock. */
  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** People whose name contains `query`, from place `skip` on; refused with `forbidden`. */
  async list(
    who: Who,
    { query = "", skip = 0 }: { query?: string; skip?: number } = {},
  ): Promise<PeoplePage> {
    require(who, "seePeople");
    const rows = await this.#db.read.selectFrom("persons")
      .where("name_key", "is not", null)
      .where(nameLike(query).contains)
      .orderBy("name").orderBy("id").offset(skip).limit(PAGE + 1)
      .select(COLUMNS).execute();
    const people = rows.slice(0, PAGE).map((row) => this.#known(who, row));
    return { people, more: rows.length > PAGE };
  }

  /**
   * Someone by their id. What was done about them is told to those who keep
   * order alone; refused with `no_person`.
   */
  async find(who: Who, id: string): Promise<KnownPerson> {
    if (!isUuid(id)) throw new Refusal("no_person");
    const row = await this.#db.read.selectFrom("persons")
      .where("id", "=", id).select(COLUMNS).executeTakeFirst();
    if (!row || !await this.#mayKnow(who, id)) throw new Refusal("no_person");
    const known = this.#known(who, row);
    if (may(who.role, "seePeople")) return known;
    return { ...known, createdAt: 0, lastSeenAt: 0, muted: null, banned: null };
  }

  /** Takes a measure; refused with `forbidden`, `no_person`, `no_credentials` or `last_owner`. */
  async take(who: Who, person: string, measure: Measure): Promise<void> {
    require(who, MEASURE_ACTIONS[measure.kind]);
    if (!isUuid(person)) throw new Refusal("no_person");
    const given = "reason" in measure
      ? { ...measure, reason: cleaned(measure.reason) }
      : measure;
    await this.#db.write("keepOrder", {
      actor: who.person.id,
      person,
      measure: given,
      now: this.#now(),
    });
    this.onMeasure(person);
  }

  /** Who was let into one room knows those who are in it. */
  async #mayKnow({ person, onlyRoom }: Who, id: string): Promise<boolean> {
    if (onlyRoom === null || person.id === id) return true;
    const row = await this.#db.read.selectFrom("memberships")
      .where("room", "=", onlyRoom).where("person", "=", id)
      .select("person").executeTakeFirst();
    return row !== undefined;
  }

  #known(who: Who, row: Row): KnownPerson {
    const now = this.#now();
    const { id, name, role } = row;
    return {
      ...{ id, name, role },
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
      muted: measured(row.muted_until, row.mute_reason, now),
      banned: measured(row.banned_until, row.ban_reason, now),
      oneRoom: row.only_room !== null,
      may: allowed(who, { id, role }),
    };
  }
}

interface Row {
  id: string;
  name: string;
  role: Role;
  created_at: number;
  last_seen_at: number;
  muted_until: number | null;
  mute_reason: string | null;
  banned_until: number | null;
  ban_reason: string | null;
  only_room: string | null;
}

function measured(
  until: number | null,
  reason: string | null,
  now: number,
): Measured | null {
  return until !== null && until > now ? { until, reason: reason ?? "" } : null;
}

function allowed(
  { role: by, person }: Who,
  { id, role: of }: { id: string; role: Role },
): AllowedMeasures {
  const above = outranks(by, of);
  const self = person.id === id;
  const roles = ROLES.filter((role) =>
    role !== of && of !== "guest" && may(by, "changeRoles") &&
    (self ? outranks(by, role) : above) &&
    (outranks(by, role) || by === "owner")
  );
  return {
    roles,
    mute: above && may(by, "mute"),
    ban: above && may(by, "ban"),
  };
}

/** One line, of a length that everyone reads. */
function cleaned(reason: string): string {
  const line = reason.replace(/\p{C}+/gu, " ").trim().replace(/\s+/g, " ");
  return Array.from(line).slice(0, LONGEST_REASON).join("");
}
