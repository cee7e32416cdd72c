/** Rooms: finding, listing, making, following and leaving them. */
import { sql } from "kysely";
import { uuidv7 } from "./client/uuid.ts";
import type { Database } from "./db/open.ts";
import { Refusal } from "./errors.ts";
import { checkRoomName, slugOf } from "./names.ts";
import { type FollowedRoom, LIMITS, type MeFrame } from "./protocol.ts";

/** A room's identity and names. */
export interface Room {
  id: string;
  /** Stable part of its address. */
  slug: string;
  name: string;
  kind: "open";
}

/** A room in the list of all rooms. */
export interface ListedRoom extends Room {
  /** Seq of its newest entry, 0 when empty. */
  head: number;
  /** Messages posted so far. */
  posts: number;
  /** Milliseconds since 1970 of the newest entry, null when empty. */
  lastAt: number | null;
  /** How many people follow it. */
  people: number;
  /** Whether the asking person does. */
  followed: boolean;
}

/** The room that always exists and that everyone follows. */
export const LOBBY = "lobby";

const LONGEST_QUERY = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** All rooms of a database. */
export class Rooms {
  readonly #db: Database;
  readonly #now: () => number;
  /** Called after the set of rooms a person follows changed. */
  onFollowedChange: (person: string) => void = () => {};
  /** Called after a room's retention changed. */
  onRetentionChange: () => void = () => {};

  /** Rooms of the given database, by the given clock. */
  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** A room by its id or slug, or null. */
  async find(idOrSlug: string): Promise<Room | null> {
    const column = UUID.test(idOrSlug) ? "id" : "slug";
    const room = await this.#db.read.selectFrom("rooms")
      .where(column, "=", idOrSlug).select(["id", "slug", "name", "kind"])
      .executeTakeFirst();
    return room ?? null;
  }

  /** Open rooms whose name contains `query`, the busiest first. */
  async list(
    person: string,
    { query = "", limit = 100 }: { query?: string; limit?: number } = {},
  ): Promise<ListedRoom[]> {
    // Longer than any name; SQLite refuses patterns of 50,000 bytes.
    const part = query.slice(0, LONGEST_QUERY).replace(/[\\%_]/g, "\\$&");
    const pattern = `%${part}%`;
    const rooms = await this.#db.read.selectFrom("rooms")
      .where("kind", "=", "open")
      .where(sql<boolean>`name like ${pattern} escape '\\'`)
      .orderBy("last_at", "desc").limit(limit)
      .select((eb) => [
        "id",
        "slug",
        "name",
        "kind",
        "head",
        "posts",
        "last_at",
        eb.selectFrom("memberships").whereRef("room", "=", "rooms.id")
          .select((eb) => eb.fn.countAll<number>().as("people")).as("people"),
        eb.selectFrom("memberships").whereRef("room", "=", "rooms.id")
          .where("person", "=", person)
          .select((eb) => eb.fn.countAll<number>().as("own")).as("own"),
      ]).execute();
    return rooms.map(({ last_at, own, people, ...room }) => ({
      ...room,
      lastAt: room.head === 0 ? null : last_at,
      people: Number(people),
      followed: Number(own) > 0,
    }));
  }

  /** Makes an open room; refused with a `name_…` code. */
  async create(person: string, text: string): Promise<Room> {
    const { name, key } = checkRoomName(text);
    const now = this.#now();
    const id = uuidv7(now);
    const made = { id, name, key, slug: slugOf(name), person, now };
    const { slug } = await this.#db.write("createRoom", made);
    this.onFollowedChange(person);
    return { id, slug, name, kind: "open" };
  }

  /** Follows an open room; nothing changes when the person does already. */
  async follow(person: string, room: string): Promise<void> {
    const membership = await this.#db.read.selectFrom("memberships")
      .where("person", "=", person).where("room", "=", room)
      .select("joined_at").executeTakeFirst();
    if (membership) return;
    await this.#db.write("follow", { person, room, now: this.#now() });
    this.onFollowedChange(person);
  }

  /** Stops following; refused with `cannot_leave` for the lobby. */
  async leave(person: string, room: string): Promise<void> {
    const found = await this.find(room);
    if (found?.slug === LOBBY) throw new Refusal("cannot_leave");
    await this.#db.write("leaveRoom", { person, room });
    this.onFollowedChange(person);
  }

  /**
   * Sets after how many days a room's messages go, null for the server's
   * default. Refused with `no_room` or `bad_retention`.
   */
  async setRetention(room: string, days: number | null): Promise<void> {
    const isValid = days === null ||
      Number.isInteger(days) && days >= 1 && days <= LIMITS.retentionDays;
    if (!isValid) throw new Refusal("bad_retention");
    await this.#db.write("setRetention", { room, days });
    this.onRetentionChange();
  }

  /** Who the person is, and the rooms they follow, the lobby first (D6). */
  async followed(person: string): Promise<MeFrame> {
    // One statement, hence one snapshot; a person follows the lobby at least.
    const rows = await this.#db.read.selectFrom("persons")
      .innerJoin("memberships", "memberships.person", "persons.id")
      .innerJoin("rooms", "rooms.id", "memberships.room")
      .where("persons.id", "=", person)
      .select([
        "persons.head as version",
        "persons.name as person",
        "rooms.id as room",
        "slug",
        "rooms.name as name",
        "rooms.kind as kind",
        "rooms.head as head",
        "posts",
        "last_read as lastRead",
        "last_read_posts as lastReadPosts",
        "rooms.floor_posts as floorPosts",
      ]).execute();
    const { version, person: name } = rows[0]!;
    return {
      type: "me",
      version,
      epoch: this.#db.epoch,
      person: { id: person, name },
      rooms: rows.map((
        { version: _, person: __, floorPosts, lastReadPosts, ...room },
      ) => ({
        ...room,
        // What is gone can't be read any more (L8).
        lastReadPosts: Math.max(lastReadPosts, floorPosts),
      })).sort(byName),
    };
  }
}

function byName(a: FollowedRoom, b: FollowedRoom): number {
  if (a.slug === LOBBY) return -1;
  if (b.slug === LOBBY) return 1;
  return a.name.localeCompare(b.name);
}
