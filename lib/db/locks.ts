/**
 * Locks for transactions that count or compare before they write. Where there
 * are several writers, what was read without one may be over before the write;
 * SQLite has one writer at a time, and nothing to lock.
 *
 * Whoever takes several takes them in this order, or others wait in a circle:
 * invitations, rooms, uploads and memberships, loose files, people, sessions. What waits in
 * a circle all the same is undone by PostgreSQL, and tried again.
 */
import { padded } from "./lists.ts";
import type { Trx } from "./schema.ts";

/** Holds a person until the transaction ends: who counts what is theirs comes first. */
export async function lockPerson(trx: Trx, person: string): Promise<void> {
  await trx.selectFrom("persons").where("id", "=", person)
    .select("id").forUpdate().execute();
}

/** Holds several people, in the order of their ids. */
export async function lockPersons(
  trx: Trx,
  persons: readonly string[],
): Promise<void> {
  await trx.selectFrom("persons").where("id", "in", padded(persons))
    .orderBy("id").select("id").forUpdate().execute();
}

/**
 * Holds all owners and others, in the order of their ids, and gives the owners'
 * ids. Without a limit: of rows that are waited for, some may be left out
 * afterwards.
 */
export async function lockOwners(
  trx: Trx,
  others: readonly string[],
): Promise<string[]> {
  const held = await trx.selectFrom("persons")
    .where((eb) =>
      eb.or([eb("role", "=", "owner"), eb("id", "in", padded(others))])
    )
    .orderBy("id").select(["id", "role"]).forUpdate().execute();
  return held.filter(({ role }) => role === "owner").map(({ id }) => id);
}
