/** What one looks up in a room's past: one message, what it said before, pins, a place. */
import { padded } from "./db/lists.ts";
import type { Database } from "./db/open.ts";
import { Refusal } from "./errors.ts";
import type { MessageLog, Version } from "./message_log.ts";
import type { Message, MessagesFrame, Person } from "./protocol.ts";

/** Bounds of one answer. */
const MOST = { versions: 50, pins: 50, around: 25 } as const;

/** A message, and who reacted to it. */
export interface FoundMessage {
  message: Message;
  /** The room's head as of which it was read. */
  seq: number;
  /** Who reacted to it, in no particular order. */
  people: Person[];
}

/** A part of a room's past. */
export interface PastPage {
  page: MessagesFrame;
  /** Whether there are newer messages than these. */
  newer: boolean;
}

/** Where a part of the past is: next to a seq, or around it. */
export type PastPlace =
  | { before: number }
  | { after: number }
  | { around: number };

/** Reads for people who may read the room: whoever asks has seen it (`Rooms.see`). */
export class History {
  readonly #db: Pick<Database, "epoch" | "read">;
  readonly #log: MessageLog;

  /** The past of the rooms of a log. */
  constructor(db: Pick<Database, "epoch" | "read">, log: MessageLog) {
    this.#db = db;
    this.#log = log;
  }

  /** One message; refused with `no_message`. */
  async message(room: string, id: string): Promise<FoundMessage> {
    const found = await this.#log.message(room, id);
    if (!found) throw new Refusal("no_message");
    const ids = new Set(Object.values(found.message.reactions ?? {}).flat());
    return { ...found, people: await this.#people([...ids]) };
  }

  /**
   * What a message says and said before, the newest first; `more` tells that
   * there were others. Refused with `no_message` or `deleted`.
   */
  async versions(
    room: string,
    id: string,
  ): Promise<{ versions: Version[]; more: boolean }> {
    const { message } = await this.message(room, id);
    if (message.deleted) throw new Refusal("deleted");
    const limit = MOST.versions;
    const found = await this.#log.versions(room, message.id, limit + 1);
    return { versions: found.slice(0, limit), more: found.length > limit };
  }

  /** The messages pinned last, the last first; `more` tells of others. */
  async pins(room: string): Promise<{ messages: Message[]; more: boolean }> {
    return await this.#log.pins(room, MOST.pins);
  }

  /** The message with an id, or the one posted as entry `seq`; null when there is none. */
  async at(room: string, place: string): Promise<Message | null> {
    const seq = Number(place);
    if (!Number.isSafeInteger(seq) || seq < 1) {
      return (await this.#log.message(room, place))?.message ?? null;
    }
    const page = await this.#log.page(room, { before: seq + 1, limit: 1 });
    const message = page?.messages[0];
    return message?.seq === seq ? message : null;
  }

  /** The messages at a place; refused with `no_room`. */
  async past(room: string, place: PastPlace): Promise<PastPage> {
    if ("around" in place) return await this.#around(room, place.around);
    const limit = 2 * MOST.around;
    const other = "before" in place
      ? { after: place.before - 1 }
      : { before: place.after + 1 };
    const [page, others] = await Promise.all([
      this.#log.page(room, { ...place, limit }),
      this.#log.page(room, { ...other, limit: 1 }),
    ]);
    if (!page || !others) throw new Refusal("no_room");
    const beyond = others.messages.length > 0;
    return "before" in place
      ? { page: this.#frame(room, page), newer: beyond }
      : {
        page: this.#frame(room, { ...page, more: beyond }),
        newer: page.more,
      };
  }

  async #around(room: string, seq: number): Promise<PastPage> {
    const limit = MOST.around;
    const [older, newer] = await Promise.all([
      this.#log.page(room, { before: seq + 1, limit }),
      this.#log.page(room, { after: seq, limit }),
    ]);
    if (!older || !newer) throw new Refusal("no_room");
    const messages = [...older.messages, ...newer.messages];
    return {
      page: this.#frame(room, { ...older, messages }),
      newer: newer.more,
    };
  }

  #frame(
    room: string,
    page: Omit<MessagesFrame, "type" | "room" | "epoch">,
  ): MessagesFrame {
    return { type: "messages", room, epoch: this.#db.epoch, ...page };
  }

  async #people(ids: string[]): Promise<Person[]> {
    if (ids.length === 0) return [];
    return await this.#db.read.selectFrom("persons").select(["id", "name"])
      .where("id", "in", padded(ids)).execute();
  }
}
