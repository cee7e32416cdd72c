/** Rooms: finding, listing, making, following and leaving them. */
import { uuidv7 } from "./client/uuid.ts";
import { padded } from "./db/lists.ts";
import { nameLike } from "./db/name_search.ts";
import type { Database } from "./db/open.ts";
import { nameless } from "./db/room_writes.ts";
import { isUuid } from "./db/uuid.ts";
import { Refusal } from "./errors.ts";
import { checkRoomName, slugOf } from "./names.ts";
import { mayInRoom, require, type Standing, type Who } from "./permissions.ts";
import {
  type FollowedRoom,
  LIMITS,
  type MeFrame,
  type Notify,
  type Person,
  type Role,
  type RoomKind,
} from "./protocol.ts";
import { perHour, RateLimiter } from "./rate_limiter.ts";
import { personOf } from "./sessions.ts";

/** A room's identity and names. */
export interface Room {
  id: string;
  /** Stable part of its address. */
  slug: string;
  name: string;
  kind: RoomKind;
}

/** A room as someone sees it who may read it. */
export interface SeenRoom extends Room, Standing {
  topic: string;
  archived: boolean;
  /** Of direct rooms: the others. */
  people?: Person[];
}

/** What is known of a person and a room, before it is judged what they may see. */
export interface Regard {
  room: SeenRoom;
  /** Until when they may not come back, in milliseconds since 1970; 0 for not at all. */
  removedUntil: number;
}

/** Lets pass numbers of days after which messages may go; null is the default. */
export function checkRetention(days: number | null): void {
  const isValid = days === null ||
    Number.isInteger(days) && days >= 1 && days <= LIMITS.retentionDays;
  if (!isValid) throw new Refusal("bad_retention");
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

/** A room as those who keep the place see it. */
export interface OverviewRoom {
  id: string;
  slug: string;
  name: string;
  /** Messages posted so far. */
  posts: number;
  /** How many people follow it. */
  people: number;
  archived: boolean;
}

/** The room that always exists and that everyone follows. */
export const LOBBY = "lobby";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** All rooms of a database. */
export class Rooms {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #made: RateLimiter;
  /** Called after the set of rooms a person follows changed. */
  onFollowedChange: (person: string) => void = () => {};
  /** Called after a room's retention changed. */
  onRetentionChange: () => void = () => {};

  /** Rooms of the given database, by the given clock; each person makes `perHour`. */
  constructor(
    db: Database,
    now: () => number = Date.now,
    mostPerHour: number = Number.MAX_SAFE_INTEGER,
  ) {
    this.#db = db;
    this.#now = now;
    this.#made = new RateLimiter(perHour(mostPerHour), now);
  }

  /**
   * A room by its id, its slug or one that it had before, or null. Whoever
   * shows anything of it to somebody takes {@link see} instead.
   */
  async find(idOrSlug: string): Promise<Room | null> {
    if (!isAddress(idOrSlug)) return null;
    const room = await this.#select(idOrSlug).executeTakeFirst();
    if (room || UUID.test(idOrSlug)) return room ?? null;
    const id = await this.#formerly(idOrSlug);
    if (id === null) return null;
    return await this.#select(id).executeTakeFirst() ?? null;
  }

  /** Id of the room that had this slug before, or null. */
  async #formerly(slug: string): Promise<string | null> {
    const old = await this.#db.read.selectFrom("old_slugs")
      .where("slug", "=", slug).select("room").executeTakeFirst();
    return old?.room ?? null;
  }

  /**
   * A room as this person sees it. Refused with `no_room` when there is none,
   * and all the same when they may not read it; with `removed` for a while
   * after they were sent out of an open one.
   */
  async see(who: Who, idOrSlug: string): Promise<SeenRoom> {
    return this.judge(who, await this.regard(who.person.id, idOrSlug));
  }

  /** What {@link judge} has to know of a person and a room; null when there is none. */
  async regard(person: string, idOrSlug: string): Promise<Regard | null> {
    if (!isAddress(idOrSlug)) return null;
    const regard = await this.#regard(person, idOrSlug);
    if (regard || UUID.test(idOrSlug)) return regard;
    const id = await this.#formerly(idOrSlug);
    return id === null ? null : await this.#regard(person, id);
  }

  async #regard(person: string, idOrSlug: string): Promise<Regard | null> {
    const row = await this.#db.read.selectFrom("rooms")
      .leftJoin(
        "memberships as m",
        (join) =>
          join.onRef("m.room", "=", "rooms.id").on("m.person", "=", person),
      )
      .leftJoin(
        "removals as r",
        (join) =>
          join.onRef("r.room", "=", "rooms.id").on("r.person", "=", person),
      )
      .where(`rooms.${addressOf(idOrSlug)}`, "=", idOrSlug)
      .select(["id", "slug", "name", "kind", "topic", "archived_at"])
      .select(["created_by", "m.joined_at", "r.until"])
      .executeTakeFirst();
    if (!row) return null;
    const { archived_at, created_by, joined_at, until, ...room } = row;
    const { id, kind } = room;
    const seen = {
      ...room,
      inside: joined_at !== null,
      maker: created_by === person,
      archived: archived_at !== null,
      ...kind === "direct" && { people: await this.#others(person, id) },
    };
    return { room: seen, removedUntil: until ?? 0 };
  }

  /** The room as this person sees it; refused as {@link see} tells. */
  judge(who: Who, regard: Regard | null): SeenRoom {
    if (!regard) throw new Refusal("no_room");
    const { room, removedUntil } = regard;
    const elsewhere = who.onlyRoom !== null && who.onlyRoom !== room.id;
    if (elsewhere || !mayInRoom(who.role, "read", room)) {
      throw new Refusal("no_room");
    }
    if (removedUntil > this.#now()) throw new Refusal("removed");
    return room;
  }

  async #others(person: string, room: string): Promise<Person[]> {
    return await this.#db.read.selectFrom("memberships")
      .innerJoin("persons", "persons.id", "memberships.person")
      .where("room", "=", room).where("person", "!=", person)
      .orderBy("persons.name").select(["persons.id", "persons.name"])
      .execute();
  }

  #select(idOrSlug: string) {
    return this.#db.read.selectFrom("rooms")
      .where(addressOf(idOrSlug), "=", idOrSlug).select([
        "id",
        "slug",
        "name",
        "kind",
      ]);
  }

  /** The open rooms that someone sees whose name contains `query`, the busiest first. */
  async list(
    { person: { id: person }, onlyRoom }: Who,
    { query = "", limit = 100 }: { query?: string; limit?: number } = {},
  ): Promise<ListedRoom[]> {
    const rooms = await this.#db.read.selectFrom("rooms")
      .where("kind", "=", "open").where("archived_at", "is", null)
      .$if(onlyRoom !== null, (query) => query.where("id", "=", onlyRoom!))
      .where(nameLike(query).contains)
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

  /**
   * All open rooms in the order of their names, archived ones too, from place
   * `skip` on, `limit` of them; refused with `forbidden`.
   */
  async overview(
    who: Who,
    { skip, limit }: { skip: number; limit: number },
  ): Promise<OverviewRoom[]> {
    require(who, "managePlace");
    const rows = await this.#db.read.selectFrom("rooms")
      .where("kind", "=", "open").orderBy("name").orderBy("id")
      .offset(skip).limit(limit)
      .select((eb) => [
        ...["id", "slug", "name", "posts", "archived_at"] as const,
        eb.selectFrom("memberships").whereRef("room", "=", "rooms.id")
          .select((eb) => eb.fn.countAll<number>().as("people")).as("people"),
      ]).execute();
    return rows.map(({ archived_at, people, ...room }) => ({
      ...room,
      people: Number(people),
      archived: archived_at !== null,
    }));
  }

  /** Makes a room; refused with a `name_…` code, `forbidden` or `too_many_rooms`. */
  async create(
    who: Who,
    text: string,
    kind: "open" | "private" = "open",
  ): Promise<Room> {
    const isOpen = kind === "open";
    require(who, isOpen ? "createOpenRoom" : "createPrivateRoom");
    if (who.onlyRoom !== null) throw new Refusal("forbidden");
    const { name, key } = checkRoomName(text);
    const now = this.#now();
    const id = uuidv7(now);
    const person = who.person.id;
    // A private room's name must not be felt by others, in addresses neither.
    const { slug } = await this.#counted(
      person,
      () =>
        this.#db.write("createRoom", {
          ...{ id, name, kind, person, now },
          ...(isOpen
            ? { key, slug: slugOf(name) }
            : { key: nameless(id), slug: id }),
        }),
    );
    this.onFollowedChange(person);
    return { id, slug, name, kind };
  }

  /**
   * The direct room between someone and these others, made when there is
   * none; refused with `no_person` or `too_many_rooms`.
   */
  async direct(who: Who, others: readonly string[]): Promise<Room> {
    require(who, "createDirectRoom");
    const person = who.person.id;
    const people = [...new Set([person, ...others])];
    const isBounded = people.length > 1 && people.length <= LIMITS.directPeople;
    if (!isBounded || who.onlyRoom !== null || !others.every(isUuid)) {
      throw new Refusal("no_person");
    }
    const now = this.#now();
    const { id, isNew } = await this.#counted(
      person,
      () =>
        this.#db.write("openDirectRoom", {
          ...{ id: uuidv7(now), people, person, now },
        }),
    );
    if (!isNew) this.#made.giveBack(person);
    if (isNew) people.forEach((one) => this.onFollowedChange(one));
    return { id, slug: id, name: "", kind: "direct" };
  }

  #counted<T>(person: string, make: () => Promise<T>): Promise<T> {
    return this.#made.spend(person, "too_many_rooms", make);
  }

  /** Who belongs to a room, in the order of their names, `limit` of them. */
  async people(
    room: string,
    limit: number,
  ): Promise<(Person & { role: Role })[]> {
    return await this.#db.read.selectFrom("memberships")
      .innerJoin("persons", "persons.id", "memberships.person")
      .where("room", "=", room).orderBy("persons.name").limit(limit)
      .select(["persons.id", "persons.name", "role"]).execute();
  }

  /**
   * Follows an open room; nothing changes when the person does already.
   * Refused with `no_room` or `removed`.
   */
  async follow(person: string, room: string): Promise<void> {
    const membership = await this.#db.read.selectFrom("memberships")
      .where("person", "=", person).where("room", "=", room)
      .select("joined_at").executeTakeFirst();
    if (membership) return;
    await this.#db.write("followOpen", { person, room, now: this.#now() });
    this.onFollowedChange(person);
  }

  /** Stops following an open room; refused with `cannot_leave` for the lobby. */
  async leave(person: string, room: string): Promise<void> {
    const found = await this.find(room);
    if (found?.slug === LOBBY) throw new Refusal("cannot_leave");
    await this.#db.write("leaveRoom", { person, room });
    this.onFollowedChange(person);
  }

  /** Sets what someone is told of in a room; null for what is usual. */
  async setNotify(
    person: string,
    room: string,
    notify: Notify | null,
  ): Promise<void> {
    await this.#db.write("setNotify", { person, room, notify });
    this.onFollowedChange(person);
  }

  /** Marks a room as unread from a message on, given by its seq, until it is read again. */
  async markUnread(
    person: string,
    room: string,
    from: number,
  ): Promise<void> {
    await this.#db.write("markUnread", { person, room, from });
    this.onFollowedChange(person);
  }

  /**
   * Sets after how many days a room's messages go, null for the server's
   * default. Refused with `no_room` or `bad_retention`.
   */
  async setRetention(
    room: string,
    days: number | null,
    actor: string,
  ): Promise<void> {
    checkRetention(days);
    const now = this.#now();
    await this.#db.write("setRetention", { room, days, actor, now });
    this.onRetentionChange();
  }

  /** Who the person is, and the rooms they follow, the lobby first (D6). */
  async followed(person: string): Promise<MeFrame> {
    // One statement, hence one snapshot.
    const rows = await this.#db.read.selectFrom("persons")
      .leftJoin("memberships as m", "m.person", "persons.id")
      .leftJoin("rooms", "rooms.id", "m.room")
      .where("persons.id", "=", person)
      .select([
        ...["persons.head as version", "persons.name as person"] as const,
        "persons.picture as picture",
        ...["muted_until", "mute_reason"] as const,
        ...["role", "rooms.id as room", "slug", "rooms.name as name"] as const,
        ...["rooms.kind as kind", "topic", "archived_at"] as const,
        ...["rooms.head as head", "posts", "floor_posts"] as const,
        ...["last_read", "last_read_posts", "notify"] as const,
        ...["unread_from", "unread_from_posts"] as const,
      ])
      .select((eb) =>
        eb.selectFrom("mentions as n")
          .whereRef("n.person", "=", "persons.id")
          .whereRef("n.room", "=", "rooms.id")
          .where((eb) => {
            const marked = eb("m.unread_from", "-", 1);
            return eb("n.seq", ">", eb.fn.coalesce(marked, "m.last_read"));
          })
          .select((eb) => eb.fn.countAll<number>().as("mentions"))
          .as("mentions")
      ).execute();
    const [own] = rows as [typeof rows[number]];
    const { version, person: name, picture, role } = own;
    const { muted_until: until, mute_reason: reason } = own;
    const isMuted = until !== null && until > this.#now();
    const rooms = rows.flatMap((row) => row.room === null ? [] : toRoom(row));
    const direct = rooms.filter(({ kind }) => kind === "direct");
    const others = await this.#othersOf(person, direct.map(({ room }) => room));
    for (const room of direct) room.people = others.get(room.room) ?? [];
    return {
      type: "me",
      version,
      epoch: this.#db.epoch,
      person: personOf({ id: person, name, picture }),
      role,
      ...isMuted && { muted: { until, reason: reason ?? "" } },
      rooms: rooms.sort(byName),
    };
  }

  /** The other people of direct rooms, by room. */
  async #othersOf(
    person: string,
    rooms: readonly string[],
  ): Promise<Map<string, Person[]>> {
    if (rooms.length === 0) return new Map();
    const rows = await this.#db.read.selectFrom("memberships as m")
      .innerJoin("persons as p", "p.id", "m.person")
      .where("m.room", "in", padded(rooms)).where("m.person", "!=", person)
      .orderBy("p.name").select(["m.room", "p.id", "p.name", "p.picture"])
      .execute();
    const grouped = Map.groupBy(rows, ({ room }) => room);
    return new Map(
      [...grouped].map(([room, people]) => [
        room,
        people.map(personOf),
      ]),
    );
  }
}

/** PostgreSQL takes no NUL in a text: asking for it would be an error. */
function isAddress(text: string): boolean {
  return !text.includes("\0");
}

function addressOf(idOrSlug: string): "id" | "slug" {
  return UUID.test(idOrSlug) ? "id" : "slug";
}

interface FollowedRow {
  room: string | null;
  slug: string | null;
  name: string | null;
  kind: RoomKind | null;
  topic: string | null;
  archived_at: number | null;
  head: number | null;
  posts: number | null;
  floor_posts: number | null;
  last_read: number | null;
  last_read_posts: number | null;
  unread_from: number | null;
  unread_from_posts: number | null;
  notify: Notify | null;
  mentions: number | null;
}

function toRoom(row: FollowedRow): FollowedRoom {
  const { topic, notify, unread_from, unread_from_posts } = row;
  const mentions = Number(row.mentions ?? 0);
  return {
    room: row.room!,
    slug: row.slug!,
    name: row.name!,
    kind: row.kind!,
    ...topic && { topic },
    ...row.archived_at !== null && { archived: true as const },
    head: row.head!,
    posts: row.posts!,
    lastRead: row.last_read!,
    // What is gone can't be read any more (L8).
    lastReadPosts: Math.max(row.last_read_posts!, row.floor_posts!),
    ...unread_from !== null && unread_from_posts !== null && {
      unreadFrom: unread_from,
      unreadFromPosts: Math.max(unread_from_posts, row.floor_posts!),
    },
    ...mentions > 0 && { mentions },
    ...notify !== null && { notify },
  };
}

function byName(a: FollowedRoom, b: FollowedRoom): number {
  if (a.slug === LOBBY) return -1;
  if (b.slug === LOBBY) return 1;
  return a.name.localeCompare(b.name);
}
