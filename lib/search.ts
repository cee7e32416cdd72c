/** Finding messages: who may look, what they mean, and when the index is ready. */
import type { Database } from "./db/open.ts";
import type { FoundMessage } from "./db/search_reads.ts";
import { Refusal } from "./errors.ts";
import { checkPersonName, checkRoomName } from "./names.ts";
import { RateLimiter } from "./rate_limiter.ts";
import type { Rooms } from "./rooms.ts";
import { BadQuery, parseQuery } from "./search_query.ts";
import { SearchIndexer } from "./search_indexer.ts";

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
const RATE = { perSecond: 2, burst: 20 };

/** Milliseconds: when the reader gives up by itself, and when it is stopped. */
const TIMEOUT = { own: 2_000, hard: 3_000 };

const PAGE = 20;

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
    this.#limiter = new RateLimiter(RATE);
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
   * What a person may read and asks for. Refused with `bad_query` (a
   * {@link BadQuery}), `too_broad`, `too_fast` or `unavailable`.
   */
  async find(
    person: string,
    text: string,
    { timeZone, before, limit = PAGE }: SearchOptions = {},
  ): Promise<SearchPage> {
    const { from, in: room, before: until, after, ...query } = parseQuery(
      text,
      timeZone,
    );
    const wait = this.#limiter.take(person);
    if (wait > 0) throw new Refusal("too_fast", wait);
    const author = from && await this.#author(person, from);
    const roomId = room && await this.#room(person, room);
    await this.#indexer.catchUp();
    const { results, next } = await this.#db.readSlowly("searchMessages", {
      ...query,
      person,
      limit,
      timeout: TIMEOUT.own,
      ...author && { author },
      ...roomId && { room: roomId },
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

  async #room(_person: string, name: string): Promise<string> {
    const room = await this.#rooms.find(name) ?? await this.#roomNamed(name);
    if (!room) throw new BadQuery("room", name);
    return room.id;
  }

  async #roomNamed(name: string): Promise<{ id: string } | undefined> {
    const key = keyOf(checkRoomName, name);
    if (key === null) return undefined;
    return await this.#db.read.selectFrom("rooms").select("id")
      .where("name_key", "=", key).executeTakeFirst();
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
