/** Reads of the rooms' logs. */
import type { Kysely } from "kysely";
import {
  type LogHead,
  type ReadBounds,
  readForward,
  readHeads,
  readNewest,
  readVersions,
  type Version,
} from "./db/log_queries.ts";
import {
  type MessagesPage,
  type PageBounds,
  readMessage,
  readPage,
  readPins,
} from "./db/page_queries.ts";
import type { Schema } from "./db/schema.ts";
import { isUuid } from "./db/uuid.ts";
import type { Entry, Message } from "./protocol.ts";

/** Reads from the logs of all rooms. */
export class LogReader {
  readonly #db: Kysely<Schema>;

  /** Reads by the given connections. */
  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Whether the id has a place, for the lookup that comes before all checks (L3). */
  async knows(room: string, id: string): Promise<boolean> {
    if (!isUuid(room) || !isUuid(id)) return false;
    const places = this.#db.selectFrom("places").select("seq")
      .where("room", "=", room).where("id", "=", id);
    const place = await this.#db.selectFrom("entries").select("seq")
      .where("room", "=", room).where("id", "=", id)
      .unionAll(places).executeTakeFirst();
    return place !== undefined;
  }

  /** The room's newest entry and its floor, or null when there is no such room. */
  async head(room: string): Promise<LogHead | null> {
    const [head] = await this.heads([room]);
    return head ?? null;
  }

  /** The heads of the rooms that exist, in no particular order. */
  heads(rooms: readonly string[]): Promise<LogHead[]> {
    return readHeads(this.#db, rooms.filter(isUuid));
  }

  /**
   * Entries behind `after`, oldest first (L5). Below the floor there are
   * none: the first one read may come later than `after + 1` (L8).
   */
  async read(
    room: string,
    options: ReadBounds & { after: number },
  ): Promise<Entry[]> {
    if (!isUuid(room)) return [];
    return await readForward(this.#db, room, options);
  }

  /** The newest entries, oldest first. */
  async newest(room: string, bounds: ReadBounds): Promise<Entry[]> {
    if (!isUuid(room)) return [];
    return await readNewest(this.#db, room, bounds);
  }

  /**
   * Id of the entry at `seq`, to compare with what a client holds (L9). That
   * of the head is known even when all entries are gone.
   */
  async entryId(room: string, seq: number): Promise<string | null> {
    if (!isUuid(room)) return null;
    const entries = this.#db.selectFrom("entries").select("id")
      .where("room", "=", room).where("seq", "=", seq);
    const row = await this.#db.selectFrom("rooms").select("head_id as id")
      .where("id", "=", room).where("head", "=", seq)
      .unionAll(entries).executeTakeFirst();
    return row?.id ?? null;
  }

  /**
   * The newest messages, or those next to a seq, together with the head, as
   * one snapshot (L5). Null when there is no such room.
   */
  async page(room: string, bounds: PageBounds): Promise<MessagesPage | null> {
    if (!isUuid(room)) return null;
    return await readPage(this.#db, room, bounds);
  }

  /** A message with the head of its room, as one snapshot; null when there is none. */
  async message(
    room: string,
    id: string,
  ): Promise<{ message: Message; seq: number } | null> {
    if (!isUuid(room) || !isUuid(id)) return null;
    return await readMessage(this.#db, room, id);
  }

  /** What a message says and said before, the newest first. */
  async versions(room: string, id: string, limit: number): Promise<Version[]> {
    return await readVersions(this.#db, room, id, limit);
  }

  /** The messages pinned last, the last first; `more` tells of others. */
  async pins(
    room: string,
    limit: number,
  ): Promise<{ messages: Message[]; more: boolean }> {
    return await readPins(this.#db, room, limit);
  }
}
