/** Write transactions that keep order among people; each is checked and put on record here. */
import { Refusal } from "../errors.ts";
import { may, outranks, type PlaceAction } from "../permissions.ts";
import type { Role } from "../protocol.ts";
import type { Updateable } from "kysely";
import { type AuditAction, record } from "./audit_writes.ts";
import { lockOwners, lockPersons } from "./locks.ts";
import { bumpPerson } from "./membership_writes.ts";
import type { Schema, Trx } from "./schema.ts";

/** What can be done about a person; times are in milliseconds since 1970. */
export type Measure =
  | { kind: "role"; role: Role }
  | { kind: "mute"; until: number; reason: string }
  | { kind: "unmute" }
  | { kind: "ban"; until: number; reason: string }
  | { kind: "unban" }
  | { kind: "kick" };

/** Who does what about whom. */
export interface OrderArgs {
  actor: string;
  person: string;
  measure: Measure;
  now: number;
}

type Change = Updateable<Schema["persons"]>;

/** What the table of rights calls each measure. */
export const MEASURE_ACTIONS: Readonly<Record<Measure["kind"], PlaceAction>> = {
  role: "changeRoles",
  mute: "mute",
  unmute: "mute",
  ban: "ban",
  unban: "ban",
  kick: "ban",
};

/**
 * Takes a measure about a person; refused with `no_person`, `forbidden`,
 * `no_credentials` (guests have no role to get) or `last_owner`.
 */
export async function keepOrder(trx: Trx, args: OrderArgs): Promise<void> {
  const { actor, person, measure, now } = args;
  // Neither gets another role, nor comes in again, before this is done.
  // A role may end an ownership, and then the other owners are counted.
  if (measure.kind === "role") await lockOwners(trx, [actor, person]);
  else await lockPersons(trx, [actor, person]);
  const by = await roleOf(trx, actor);
  const of = await roleOf(trx, person);
  if (measure.kind === "role") await checkRole(trx, args, by, of, measure.role);
  else if (!may(by, MEASURE_ACTIONS[measure.kind]) || !outranks(by, of)) {
    throw new Refusal("forbidden");
  }
  if (measure.kind === "ban") await takeBackInvitations(trx, person);
  if (measure.kind === "kick") await endSessions(trx, person);
  else await change(trx, person, changeBy(measure));
  await bumpPerson(trx, person);
  const { kind, ...detail } = measure;
  const action: AuditAction = kind;
  const before = kind === "role" ? { before: of } : {};
  await record(trx, {
    ...{ at: now, actor, action, person },
    detail: { ...detail, ...before },
  });
}

/** Refused with `last_owner` when nobody else owns the place: for whatever would end this. */
export async function keepAnOwner(trx: Trx, person: string): Promise<void> {
  const owners = await lockOwners(trx, [person]);
  if (owners.length === 1 && owners[0] === person) {
    throw new Refusal("last_owner");
  }
}

/** One's own role can be lowered, those of others as far as one stands above both. */
async function checkRole(
  trx: Trx,
  { actor, person }: OrderArgs,
  by: Role,
  of: Role,
  role: Role,
): Promise<void> {
  const self = actor === person;
  const isMine = self ? outranks(by, role) : outranks(by, of);
  const mayGrant = outranks(by, role) || by === "owner";
  if (!may(by, "changeRoles") || !isMine || !mayGrant) {
    throw new Refusal("forbidden");
  }
  // A guest has no credentials, and nobody else is one.
  if (of === "guest" || role === "guest") throw new Refusal("no_credentials");
  if (of === "owner") await keepAnOwner(trx, person);
}

async function roleOf(trx: Trx, person: string): Promise<Role> {
  const row = await trx.selectFrom("persons").where("id", "=", person)
    .select("role").executeTakeFirst();
  if (!row) throw new Refusal("no_person");
  return row.role;
}

async function change(trx: Trx, person: string, values: Change) {
  await trx.updateTable("persons").set(values).where("id", "=", person)
    .execute();
}

function changeBy(measure: Exclude<Measure, { kind: "kick" }>): Change {
  switch (measure.kind) {
    case "role":
      return { role: measure.role };
    case "mute":
      return { muted_until: measure.until, mute_reason: measure.reason };
    case "unmute":
      return { muted_until: null, mute_reason: null };
    case "ban":
      return { banned_until: measure.until, ban_reason: measure.reason };
    case "unban":
      return { banned_until: null, ban_reason: null };
  }
}

async function takeBackInvitations(trx: Trx, person: string): Promise<void> {
  await trx.deleteFrom("invitations").where("created_by", "=", person)
    .execute();
}

/** Without a session a guest can't come back: the name is free (N1). */
async function endSessions(trx: Trx, person: string): Promise<void> {
  await trx.deleteFrom("sessions").where("person", "=", person).execute();
  await trx.updateTable("persons").where("id", "=", person)
    .where("role", "=", "guest").set({ name_key: null }).execute();
}
