/** People and rooms, and what the database says of them in the end. */
import { uuidv7 } from "../../lib/client/uuid.ts";
import type { Gone } from "../../lib/client/delivery_checker.ts";
import { readForward, readHeads } from "../../lib/db/log_queries.ts";
import type { PostedDraft } from "../../lib/db/drafts.ts";
import { runWrite } from "../../lib/db/writes.ts";
import type { Entry, Person } from "../../lib/protocol.ts";
import type { MemorySqlite } from "./memory_sqlite.ts";
import type { Random } from "./random.ts";

const ALL = { after: 0, limit: 100_000, bytes: 1e9 };

/** Who is there, and where they meet. */
export class Town {
  readonly people: Person[] = [];
  /** Ids of the rooms. */
  readonly rooms: string[] = [];
  /** What was posted before. */
  readonly messages: PostedDraft[] = [];
  readonly #sqlite: MemorySqlite;
  readonly #slugs = new Map<string, string>();

  constructor(sqlite: MemorySqlite) {
    this.#sqlite = sqlite;
  }

  /** Puts people, rooms and old messages into an empty database. */
  async found(
    counts: { people: number; rooms: number; messages: number },
    random: Random,
  ): Promise<void> {
    for (let i = 0; i < counts.people; i++) {
      this.people.push({ id: uuidv7(i), name: `Person ${i}` });
    }
    for (let i = 0; i < counts.rooms; i++) {
      const id = uuidv7(i);
      this.rooms.push(id);
      this.#slugs.set(`room-${i}`, id);
    }
    await this.#store();
    const drafts = Array.from({ length: counts.messages }, (_, i) => ({
      ...{ kind: "posted" as const, id: uuidv7(i), body: `old ${i}` },
      room: random.pick(this.rooms),
      author: random.pick(this.people).id,
    }));
    this.messages.push(...drafts);
    await this.#sqlite.kysely.transaction()
      .execute((trx) => runWrite(trx, "append", { drafts, now: 0 }));
  }

  async #store(): Promise<void> {
    const db = this.#sqlite.kysely;
    for (const { id, name } of this.people) {
      const person = { id, name, name_key: name };
      await db.insertInto("persons")
        .values({ ...person, head: 1, created_at: 0, last_seen_at: 0 })
        .execute();
    }
    for (const [slug, id] of this.#slugs) {
      const room = { id, slug, name: slug, name_key: slug };
      await db.insertInto("rooms").values({
        ...{ ...room, kind: "open", created_by: null, created_at: 0 },
        ...{ head: 0, head_id: null, posts: 0, floor: 1, last_at: 0 },
        ...{ floor_posts: 0, retention_days: null },
      }).execute();
    }
    const [room] = this.rooms as [string];
    // As everyone follows the lobby.
    const read = { last_read: 0, last_read_posts: 0, joined_at: 0 };
    for (const { id: person } of this.people) {
      await db.insertInto("memberships").values({ person, room, ...read })
        .execute();
    }
  }

  /** A room, by both its names. */
  room(random: Random): { room: string; slug: string } {
    const [slug, room] = random.pick([...this.#slugs]);
    return { room, slug };
  }

  /** Seqs of the rooms' newest entries, by room id. */
  async heads(): Promise<Map<string, number>> {
    const heads = await readHeads(this.#sqlite.kysely, this.rooms);
    return new Map(heads.map(({ room, seq }) => [room, seq]));
  }

  /** The rooms that a person follows. */
  followed(
    person: string,
  ): Promise<{ room: string; head: number; posts: number }[]> {
    return this.#sqlite.kysely.selectFrom("memberships as m")
      .innerJoin("rooms", "rooms.id", "m.room").where("m.person", "=", person)
      .select(["m.room", "head", "posts"]).execute();
  }

  /** What is gone from a room's log. */
  async gone(id: string): Promise<Gone> {
    const db = this.#sqlite.kysely;
    const { floor, floor_posts: posts } = await db.selectFrom("rooms")
      .select(["floor", "floor_posts"]).where("id", "=", id)
      .executeTakeFirstOrThrow();
    const places = await db.selectFrom("places").select(["id", "seq"])
      .where("room", "=", id).execute();
    return {
      floor,
      posts,
      places: new Map(places.map(({ id, seq }) => [id, seq])),
    };
  }

  /** All that is kept of a room's log, as clients get it. */
  log(room: string): Promise<Entry[]> {
    return readForward(this.#sqlite.kysely, room, ALL);
  }

  /** Gives someone another name. */
  async rename(person: Person): Promise<void> {
    person.name += "'";
    const { id, name } = person;
    await this.#sqlite.kysely.updateTable("persons").where("id", "=", id)
      .set((eb) => ({ name, head: eb("head", "+", 1) })).execute();
  }
}
