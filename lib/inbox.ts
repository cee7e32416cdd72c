/** Where someone was mentioned. */
import { excerptOf } from "./db/search_excerpt.ts";
import type { Database } from "./db/open.ts";
import { isUuid } from "./db/uuid.ts";
import type { Who } from "./permissions.ts";
import type { Person, RoomKind } from "./protocol.ts";
import { personOf } from "./sessions.ts";

/** A message that mentions someone. */
export interface FoundMention {
  /** Id of the message. */
  id: string;
  /** Its seq in the room. */
  seq: number;
  /** When it came to mention them, in milliseconds since 1970. */
  at: number;
  author: Person;
  room: { id: string; slug: string; name: string; kind: RoomKind };
  /** The beginning of what it says. */
  excerpt: string;
  /** They follow the room and have not read it. */
  unread: boolean;
}

/** A part of an inbox. */
export interface MentionsPage {
  /** The newest first. */
  mentions: FoundMention[];
  /** Asks for the older ones, or null when there are none. */
  before: string | null;
}

/** What an inbox is read with. */
export interface InboxOptions {
  db: Pick<Database, "read">;
  /** Stores what someone has read up to now. */
  flush: (person: string) => Promise<unknown>;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

const PAGE = 30;

/** The mentions of everyone. */
export class Inbox {
  readonly #options: InboxOptions;

  /** Mentions in a database. */
  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /**
   * The messages that mention someone, as far as they may read them now, the
   * newest first; `before` is that of an answer before, anything else is none.
   */
  async of(
    who: Who,
    { before, limit = PAGE }: { before?: string | null; limit?: number } = {},
  ): Promise<MentionsPage> {
    await this.#options.flush(who.person.id);
    const rows = await this.#select(who, placeOf(before))
      .limit(limit + 1).execute();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      mentions: rows.slice(0, limit).map((row) => ({
        ...{ id: row.id, seq: row.seq, at: row.mentionedAt },
        author: personOf({
          id: row.author,
          name: row.author_name ?? "",
          picture: row.picture,
        }),
        room: {
          ...{ id: row.room, slug: row.slug, name: row.room_name },
          kind: row.kind,
        },
        excerpt: excerptOf(row.body, []).excerpt,
        unread: row.last_read !== null &&
          row.seq >= (row.unread_from ?? row.last_read + 1),
      })),
      before: last ? `${last.mentionedAt}.${last.seq}.${last.room}` : null,
    };
  }

  #select({ person: { id }, onlyRoom }: Who, place: Place | null) {
    const now = (this.#options.now ?? Date.now)();
    return this.#options.db.read.selectFrom("mentions as n")
      .innerJoin("rooms as r", "r.id", "n.room")
      .innerJoin(
        "messages as m",
        (join) =>
          join.onRef("m.room", "=", "n.room").onRef("m.seq", "=", "n.seq"),
      )
      .leftJoin("persons as p", "p.id", "m.author")
      .leftJoin(
        "memberships as own",
        (join) =>
          join.onRef("own.room", "=", "n.room").on("own.person", "=", id),
      )
      .where("n.person", "=", id).where("m.deleted", "=", 0)
      .where((eb) =>
        eb.or([eb("r.kind", "=", "open"), eb("own.joined_at", "is not", null)])
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(
          selectFrom("removals as out").select("out.room")
            .whereRef("out.room", "=", "n.room").where("out.person", "=", id)
            .where("out.until", ">", now),
        ))
      )
      .$if(onlyRoom !== null, (query) => query.where("n.room", "=", onlyRoom!))
      .$if(
        place !== null,
        (query) =>
          query.where("n.at", "<=", place!.at).where(({ eb, or, and }) =>
            or([
              eb("n.at", "<", place!.at),
              eb("n.seq", "<", place!.seq),
              and([
                eb("n.seq", "=", place!.seq),
                eb("n.room", "<", place!.room),
              ]),
            ])
          ),
      )
      .orderBy("n.at", "desc").orderBy("n.seq", "desc").orderBy(
        "n.room",
        "desc",
      )
      .select(["n.at as mentionedAt", "m.id", "m.seq", "m.author", "m.body"])
      .select(["p.name as author_name", "p.picture"])
      .select(["r.id as room", "r.slug", "r.name as room_name", "r.kind"])
      .select(["own.last_read", "own.unread_from"]);
  }
}

interface Place {
  at: number;
  seq: number;
  room: string;
}

function placeOf(text: string | null | undefined): Place | null {
  const [, at, seq, room = ""] =
    /^(\d{1,15})\.(\d{1,15})\.(.+)$/.exec(text ?? "") ?? [];
  return isUuid(room) ? { at: Number(at), seq: Number(seq), room } : null;
}
