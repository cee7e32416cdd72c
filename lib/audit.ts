/** Reading the record of what those who keep order did. */
import type { AuditAction } from "./db/audit_writes.ts";
import type { Database } from "./db/open.ts";
import { isUuid } from "./db/uuid.ts";
import { require, type Who } from "./permissions.ts";
import type { Person } from "./protocol.ts";

/** One act on record. */
export interface AuditRecord {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  actor: Person | null;
  action: AuditAction;
  /** Whom it concerned. */
  person: Person | null;
  /** Null for none, and for one that the reader may not know of: see `hidden`. */
  room: { slug: string; name: string } | null;
  hidden: boolean;
  detail: Record<string, unknown>;
}

/** Acts, newest first. */
export interface AuditPage {
  acts: AuditRecord[];
  /** What to ask for the older ones with, or null when there are none. */
  next: string | null;
}

/** Acts on one page. */
const PAGE = 50;

/** The record of a database. */
export class Audit {
  readonly #db: Database;

  /** The record as it is in the database. */
  constructor(db: Database) {
    this.#db = db;
  }

  /** The newest acts, or those before the act `before`; refused with `forbidden`. */
  async page(who: Who, before: string | null = null): Promise<AuditPage> {
    require(who, "seeAudit");
    const start = before !== null && isUuid(before)
      ? await this.#db.read.selectFrom("audit").where("id", "=", before)
        .select(["at", "id"]).executeTakeFirst()
      : undefined;
    const rows = await this.#rows(who.person.id, start);
    const acts = rows.slice(0, PAGE).map(toRecord);
    return { acts, next: rows.length > PAGE ? acts.at(-1)!.id : null };
  }

  async #rows(
    reader: string,
    start: { at: number; id: string } | undefined,
  ): Promise<Row[]> {
    return await this.#db.read.selectFrom("audit as a")
      .leftJoin("persons as b", "b.id", "a.actor")
      .leftJoin("persons as p", "p.id", "a.person")
      .leftJoin("rooms as r", "r.id", "a.room")
      .leftJoin(
        "memberships as m",
        (join) => join.onRef("m.room", "=", "r.id").on("m.person", "=", reader),
      )
      .$if(start !== undefined, (query) =>
        query.where((eb) =>
          eb.or([
            eb("a.at", "<", start!.at),
            eb("a.at", "=", start!.at).and("a.id", "<", start!.id),
          ])
        ))
      .orderBy("a.at", "desc").orderBy("a.id", "desc").limit(PAGE + 1)
      .select([
        ...["a.id", "a.at", "a.actor", "a.action", "a.person"] as const,
        ...["a.room", "a.detail", "b.name as actor_name"] as const,
        ...["p.name as person_name", "r.slug", "r.name"] as const,
        ...["r.kind", "m.joined_at"] as const,
      ]).execute();
  }
}

interface Row {
  id: string;
  at: number;
  actor: string | null;
  action: string;
  person: string | null;
  room: string | null;
  detail: string;
  actor_name: string | null;
  person_name: string | null;
  slug: string | null;
  name: string | null;
  kind: string | null;
  joined_at: number | null;
}

function toRecord(row: Row): AuditRecord {
  const isSeen = row.kind === "open" || row.joined_at !== null;
  return {
    id: row.id,
    at: row.at,
    actor: personOf(row.actor, row.actor_name),
    action: row.action as AuditAction,
    person: personOf(row.person, row.person_name),
    room: row.slug !== null && isSeen
      ? { slug: row.slug, name: row.name! }
      : null,
    hidden: row.room !== null && !isSeen,
    detail: JSON.parse(row.detail),
  };
}

function personOf(id: string | null, name: string | null): Person | null {
  return id === null || name === null ? null : { id, name };
}
