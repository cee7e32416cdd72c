/** What people change about rooms: settings, and who belongs to them. */
import { uuidv7 } from "./client/uuid.ts";
import { nameLike } from "./db/name_search.ts";
import type { Database } from "./db/open.ts";
import { isUuid } from "./db/uuid.ts";
import { Refusal } from "./errors.ts";
import type { Messages } from "./messages.ts";
import { checkRoomName, slugOf } from "./names.ts";
import { FOR_EVER } from "./order.ts";
import {
  mayInRoom,
  outranks,
  require,
  ROOM_ACTIONS,
  type RoomAction,
  type Who,
} from "./permissions.ts";
import {
  LIMITS,
  normalizeBody,
  type Notify,
  type Person,
  type Role,
  type RoomChange,
} from "./protocol.ts";
import { checkRetention, LOBBY, type Rooms, type SeenRoom } from "./rooms.ts";

/** New settings; what is missing stays as it is. */
export interface RoomSettings {
  name?: string | undefined;
  topic?: string | undefined;
  archived?: boolean | undefined;
  /** Days after which messages go, null for the server's default. */
  retentionDays?: number | null | undefined;
}

/** A room, what one may do in it, and who belongs to it. */
export interface RoomDetails {
  room: Omit<SeenRoom, "inside" | "maker"> & {
    followed: boolean;
    notify: Notify | null;
    retentionDays: number | null;
    createdAt: number;
  };
  may: RoomAction[];
  /** The first in the order of their names. */
  people: (Person & { role: Role })[];
  /** How many there are. */
  count: number;
}

/** What changes are carried out with. */
export interface RoomChangesOptions {
  db: Pick<Database, "read">;
  rooms: Rooms;
  messages: Messages;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

/** How many are listed or found at once. */
const MOST = { people: 200, found: 20 } as const;

/** Milliseconds for which someone is sent out of an open room. */
const USUAL_REMOVAL = 60 * 60_000;

/** Changes rooms, and tells of them. */
export class RoomChanges {
  readonly #db: Pick<Database, "read">;
  readonly #rooms: Rooms;
  readonly #messages: Messages;
  readonly #now: () => number;

  /** Changes of the rooms of a database. */
  constructor({ db, rooms, messages, now }: RoomChangesOptions) {
    this.#db = db;
    this.#rooms = rooms;
    this.#messages = messages;
    this.#now = now ?? Date.now;
  }

  /** A room and its people, for those who may read it; refused like `Rooms.see`. */
  async details(who: Who, idOrSlug: string): Promise<RoomDetails> {
    const seen = await this.#rooms.see(who, idOrSlug);
    const { inside, maker: _, ...room } = seen;
    const { read } = this.#db;
    const facts = await read.selectFrom("rooms")
      .leftJoin(
        "memberships as m",
        (join) =>
          join.onRef("m.room", "=", "rooms.id")
            .on("m.person", "=", who.person.id),
      )
      .where("rooms.id", "=", room.id)
      .select(["notify", "retention_days", "created_at"])
      .select((eb) =>
        eb.selectFrom("memberships as all").whereRef(
          "all.room",
          "=",
          "rooms.id",
        )
          .select((eb) => eb.fn.countAll<number>().as("count")).as("count")
      ).executeTakeFirstOrThrow();
    return {
      room: {
        ...room,
        followed: inside,
        notify: facts.notify,
        retentionDays: facts.retention_days,
        createdAt: facts.created_at,
      },
      may: (Object.keys(ROOM_ACTIONS) as RoomAction[])
        .filter((action) => mayInRoom(who.role, action, seen)),
      people: await this.#rooms.people(room.id, MOST.people),
      count: Number(facts.count),
    };
  }

  /**
   * Changes a room's settings and tells of it in the room; what is as wanted
   * already is not told. Refused like `Rooms.see`, or with `forbidden`, a
   * `name_…` code, `topic_too_long` or `bad_retention`.
   */
  async change(
    who: Who,
    idOrSlug: string,
    settings: RoomSettings,
  ): Promise<void> {
    const room = await this.#seeFor(who, idOrSlug, "manage");
    const { archived, retentionDays } = settings;
    // Where everyone comes in.
    if (archived && room.slug === LOBBY) throw new Refusal("forbidden");
    const name = settings.name === undefined
      ? undefined
      : checkRoomName(settings.name);
    const topic = settings.topic === undefined
      ? undefined
      : checkTopic(settings.topic);
    const change: RoomChange = {
      ...name && name.name !== room.name && { roomName: name.name },
      ...topic !== undefined && topic !== room.topic && { topic },
      ...archived !== undefined && archived !== room.archived && { archived },
    };
    if (retentionDays !== undefined) checkRetention(retentionDays);
    if (Object.keys(change).length > 0) {
      const hasOwnName = name && room.kind === "open";
      await this.#messages.write(who, {
        ...this.#draft(who, room),
        ...{ kind: "settings", ...change },
        ...hasOwnName && { named: { key: name.key, slug: slugOf(name.name) } },
      });
    }
    if (retentionDays !== undefined) {
      await this.#rooms.setRetention(room.id, retentionDays, who.person.id);
    }
  }

  /**
   * Lets someone into a private room, or adds them to an open one, also after
   * they were sent out. Refused like `Rooms.see`, or with `forbidden` or
   * `no_person`.
   */
  async invite(who: Who, idOrSlug: string, id: string): Promise<void> {
    const room = await this.#seeFor(who, idOrSlug, "invite");
    if (who.onlyRoom !== null) throw new Refusal("forbidden");
    const person = await this.#person(room.id, id);
    const isElsewhere = person.onlyRoom !== null && person.onlyRoom !== room.id;
    if (isElsewhere || !person.isHere) throw new Refusal("no_person");
    if (person.inside) return;
    await this.#messages.write(who, {
      ...this.#draft(who, room),
      ...{ kind: "member", change: "joined" },
      person: { id, name: person.name },
    });
  }

  /**
   * Sends someone out: of a private room for good, of an open one until a
   * time, an hour from now unless given. Refused like `Rooms.see`, or with
   * `forbidden`, `cannot_leave` or `no_person`.
   */
  async remove(
    who: Who,
    idOrSlug: string,
    id: string,
    until: number = this.#now() + USUAL_REMOVAL,
  ): Promise<void> {
    const room = await this.#seeFor(who, idOrSlug, "remove");
    if (room.slug === LOBBY) throw new Refusal("cannot_leave");
    const person = await this.#person(room.id, id);
    const isOpen = room.kind === "open";
    if (!isOpen && !person.inside) throw new Refusal("no_person");
    if (outranks(person.role, who.role)) throw new Refusal("forbidden");
    await this.#messages.write(who, {
      ...this.#draft(who, room),
      ...{ kind: "member", change: "removed" },
      person: { id, name: person.name },
      // A link that they still have lets them in no more.
      until: isOpen ? until : FOR_EVER,
    });
  }

  /**
   * Stops following an open room, or leaves a private one and tells of it.
   * Refused like `Rooms.see`, or with `cannot_leave`.
   */
  async leave(who: Who, idOrSlug: string): Promise<void> {
    const room = await this.#rooms.see(who, idOrSlug);
    if (room.kind === "open") {
      return await this.#rooms.leave(who.person.id, room.id);
    }
    if (room.kind === "direct") throw new Refusal("cannot_leave");
    await this.#messages.write(who, {
      ...this.#draft(who, room),
      ...{ kind: "member", change: "left", person: who.person },
    });
  }

  /** Lets pass who may look for people to write to; guests of one room are refused with `forbidden`. */
  checkFinding(who: Who): void {
    require(who, "createDirectRoom");
    if (who.onlyRoom !== null) throw new Refusal("forbidden");
  }

  /**
   * People whose name contains `query`, whom one may invite or write to, those
   * that begin with it first. Refused as {@link checkFinding} tells.
   */
  async findPeople(who: Who, query: string): Promise<Person[]> {
    this.checkFinding(who);
    const { contains, begins } = nameLike(query);
    return await this.#db.read.selectFrom("persons")
      .where(contains).where("only_room", "is", null)
      .where("id", "!=", who.person.id)
      .where((eb) =>
        eb.or([
          eb("banned_until", "is", null),
          eb("banned_until", "<=", this.#now()),
        ])
      )
      .orderBy((eb) => eb.case().when(begins).then(0).else(1).end())
      .orderBy("name").limit(MOST.found).select(["id", "name"]).execute();
  }

  async #seeFor(
    who: Who,
    idOrSlug: string,
    action: RoomAction,
  ): Promise<SeenRoom> {
    const room = await this.#rooms.see(who, idOrSlug);
    if (!mayInRoom(who.role, action, room)) throw new Refusal("forbidden");
    return room;
  }

  async #person(room: string, id: string) {
    if (!isUuid(id)) throw new Refusal("no_person");
    const found = await this.#db.read.selectFrom("persons")
      .leftJoin(
        "memberships as m",
        (join) =>
          join.onRef("m.person", "=", "persons.id").on("m.room", "=", room),
      )
      .where("persons.id", "=", id)
      .select(["name", "role", "only_room", "name_key", "joined_at"])
      .select("banned_until").executeTakeFirst();
    if (!found) throw new Refusal("no_person");
    const { name, role, only_room, name_key, joined_at } = found;
    const isBanned = (found.banned_until ?? 0) > this.#now();
    return {
      ...{ name, role, onlyRoom: only_room },
      isHere: name_key !== null && !isBanned,
      inside: joined_at !== null,
    };
  }

  #draft({ person }: Who, room: SeenRoom) {
    return { room: room.id, id: uuidv7(this.#now()), author: person.id };
  }
}

/** One line, within bounds; refused with `topic_too_long`. */
function checkTopic(text: string): string {
  const topic = normalizeBody(text).replace(/\s+/g, " ").trim();
  if ([...topic].length > LIMITS.topicCodePoints) {
    throw new Refusal("topic_too_long");
  }
  return topic;
}
