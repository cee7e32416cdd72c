/** What changed in a database that several machines write to (L6). */
import { type Kysely, sql } from "kysely";
import type { Changed } from "./open.ts";
import type { Schema } from "./schema.ts";

/**
 * Rooms and people that changed since a mark. A transaction may commit long
 * after others that began later: the mark is the oldest one still under way,
 * and what it or a later one changes is told again, so that nothing is missed.
 */
export async function readChanged(
  db: Kysely<Schema>,
  mark: string | null,
): Promise<Changed> {
  // Before the rows are read: what commits in between has a later number.
  const { rows: [now] } = await sql<{ mark: string }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as mark`.execute(db);
  if (mark === null) return { mark: now!.mark, rooms: [], persons: [] };
  const rooms = await db.selectFrom("rooms")
    .where(changedSince(mark))
    .select(["id as room", "head as seq", "head_id", "posts", "floor"])
    .select(["floor_posts as floorPosts", "slug", "name", "topic"])
    .select("archived_at").execute();
  const persons = await db.selectFrom("persons")
    .where(changedSince(mark))
    .select(["id", "head", "name", "picture"]).execute();
  return {
    mark: now!.mark,
    rooms: rooms.map(({ head_id, archived_at, ...room }) => ({
      ...room,
      id: head_id ?? "",
      archived: archived_at !== null,
    })),
    persons,
  };
}

/** Rows of a restored copy may have numbers that are still to come here. */
function changedSince(mark: string) {
  return sql<boolean>`changed >= ${mark}::xid8
    and changed < pg_snapshot_xmax(pg_current_snapshot())`;
}
