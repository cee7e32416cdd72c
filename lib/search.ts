/** Finding messages: who may look, what they mean, and when the index is ready. */
import type { Database } from "./db/open.ts";
import type { FoundMessage } from "./db/search_reads.ts";
import { Refusal } from "./errors.ts";
import { checkPersonName, checkRoomName } from "./names.ts";
import { require, type Who } from "./permissions.ts";
import { type Rate, RateLimiter } from "./rate_limiter.ts";
import type { Rooms } from "./rooms.ts";
import { BadQuery, parseQuery } from "./search_query.ts";
import { SearchIndexer } from "./search_indexer.ts";
import { fold } from "./search_tokens.ts";

/** A page of what was found; `GET /api/search` answers with it. */
export interface SearchPage {
  /** The newest first. */
  results: FoundMessage[];
  /** What to give as `before` for the next page, or null when this is all. */
  before: number | null;
  /** Not all messages are indexed yet: there may be more. */
  indexing?: true;
}

/** How to look. */
export interface SearchOptions {
  /** IANA name of the time zone that days are meant in. */
  timeZone?: string;
  /** Goes on behind a page. */
  before?: number;
  /** Messages on a page. */
  limit?: number;
}

/** How often one person may search: in a burst, and in the long run. */
export const SEARCH_RATE: Rate = { perSecond: 2, burst: 20 };

/** Milliseconds: when the reader gives up by itself, and when it is stopped. */
const TIMEOUT = { own: 2_000, hard: 3_000 };

const PAGE = 20;

/** An id that nobody has. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

/** Searches the messages of a database. */
export class Search {
  readonly #db: Database;
  readonly #rooms: Rooms;
  readonly #indexer: SearchIndexer;
  readonly #limiter: RateLimiter;

  /** Search over a database; its index is kept from now on. */
  constructor(
    db: Database,
    rooms: Rooms,
    onError: (error: unknown) => void,
  ) {
    this.#db = db;
    this.#rooms = rooms;
    this.#indexer = new SearchIndexer(db, onError);
    this.#limiter = new RateLimiter(SEARCH_RATE);
  }

  /** Whether all messages are in the index. */
  get isComplete(): boolean {
    return this.#indexer.isComplete;
  }

  /** There are new messages. */
  wake(): void {
    this.#indexer.wake();
  }

  /**
   * Searches for nobody, so that the first who searches finds the reader's
   * thread running, its code loaded and the index at hand.
   */
  async prepare(): Promise<void> {
    await this.#db.readSlowly("searchMessages", {
      ...{ words: ["a"], without: [], has: [] },
      person: NOBODY,
      now: Date.now(),
      limit: 1,
      timeout: TIMEOUT.own,
    }, { timeout: TIMEOUT.hard });
  }

  /**
   * What someone may read and asks for. Refused with `bad_query` (a
   * {@link BadQuery}), `too_broad`, `too_fast`, `forbidden` or `unavailable`.
   */
  async find(
    who: Who,
    text: string,
    { timeZone, before, limit = PAGE }: SearchOptions = {},
  ): Promise<SearchPage> {
    require(who, "search");
    const { from, in: named, before: until, after, ...query } = parseQuery(
      text,
      timeZone,
    );
    const person = who.person.id;
    const wait = this.#limiter.take(person);
    if (wait > 0) throw new Refusal("too_fast", wait);
    const author = from && await this.#author(person, from);
    const room = named ? await this.#room(who, named) : who.onlyRoom;
    await this.#indexer.catchUp();
    const { results, next } = await this.#db.readSlowly("searchMessages", {
      ...query,
      person,
      now: Date.now(),
      limit,
      timeout: TIMEOUT.own,
      ...author && { author },
      ...room !== null && { room },
      ...until !== undefined && { before: until },
      ...after !== undefined && { after },
      ...before !== undefined && { below: before },
    }, { timeout: TIMEOUT.hard });
    return {
      results,
      before: next,
      ...!this.#indexer.isComplete && { indexing: true },
    };
  }

  /** Stops indexing. */
  close(): Promise<void> {
    return this.#indexer.close();
  }

  async #author(person: string, name: string): Promise<string> {
    if (name.toLowerCase() === "me") return person;
    const key = keyOf(checkPersonName, name);
    const found = key !== null &&
      await this.#db.read.selectFrom("persons").select("id")
        .where("name_key", "=", key).executeTakeFirst();
    if (!found) throw new BadQuery("person", name);
    return found.id;
  }

  /** A room that one may read: by its address, or by its name. */
  async #room(who: Who, text: string): Promise<string> {
    const places = [text, ...await this.#roomsNamed(who.person.id, text)];
    for (const place of places) {
      try {
        return (await this.#rooms.see(who, place)).id;
      } catch (error) {
        // A room that may not be seen is like none.
        if (!(error instanceof Refusal)) throw error;
      }
    }
    throw new BadQuery("room", text);
  }

  /** Open rooms have a name of their own, others one among those one belongs to. */
  async #roomsNamed(person: string, text: string): Promise<string[]> {
    const key = keyOf(checkRoomName, text);
    const open = key === null
      ? []
      : await this.#db.read.selectFrom("rooms").select("id")
        .where("name_key", "=", key).execute();
    const own = await this.#db.read.selectFrom("memberships as m")
      .innerJoin("rooms as r", "r.id", "m.room")
      .where("m.person", "=", person).where("r.kind", "=", "private")
      .select(["r.id", "r.name"]).execute();
    const wanted = fold(text);
    return [...open, ...own.filter(({ name }) => fold(name) === wanted)]
      .map(({ id }) => id);
  }
}

/** What makes a name unique, or null for what can't be one. */
function keyOf(
  check: (name: string) => { key: string },
  name: string,
): string | null {
  try {
    return check(name).key;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
