/** Numbers a batch of drafts for one room, without touching the database. */
import type { ErrorCode } from "../protocol.ts";
import { type Draft, type Outcome, sameAs } from "./drafts.ts";
import type {
  EntriesTable,
  MessagesTable,
  PlacesTable,
  RoomsTable,
} from "./schema.ts";

/** What was read of a room, its head locked, before its drafts are numbered. */
export interface PlanInput {
  room: Pick<RoomsTable, "id" | "head" | "head_id" | "posts" | "last_at">;
  /** Entries that have an id of the drafts. */
  entries: readonly EntriesTable[];
  /** Messages that the drafts edit or delete. */
  messages: readonly MessagesTable[];
  /** Places of entries below the floor that have an id of the drafts. */
  places: readonly PlacesTable[];
  /** Milliseconds since 1970. */
  now: number;
}

/** What a batch changes in one room: fill it with `add`, then write it. */
export class AppendPlan {
  /** The room's head after the drafts added so far. */
  readonly room: PlanInput["room"];
  /** New entries in order. */
  readonly entries: EntriesTable[] = [];
  /** Messages, new ones too, that differ from what was posted. */
  readonly changed = new Set<MessagesTable>();
  /** Ids of messages whose text has to go (L7). */
  readonly deleted = new Set<string>();
  readonly #at: number;
  readonly #entriesById: Map<string, EntriesTable>;
  readonly #messagesById: Map<string, MessagesTable>;
  readonly #placesById: Map<string, PlacesTable>;

  /** Starts from what the room holds. */
  constructor({ room, entries, messages, places, now }: PlanInput) {
    this.room = { ...room };
    this.#at = Math.max(now, room.last_at);
    this.#entriesById = new Map(entries.map((entry) => [entry.id, entry]));
    this.#messagesById = new Map(messages.map((one) => [one.id, one]));
    this.#placesById = new Map(places.map((place) => [place.id, place]));
  }

  /** Gives the draft its place, or finds the one it has, or refuses it. */
  add(draft: Draft): Outcome {
    const found = this.#entriesById.get(draft.id);
    if (found) return repeated(found, draft);
    const place = this.#placesById.get(draft.id);
    if (place) return repetition(place);
    if (draft.kind === "posted") return this.#post(draft);
    const message = this.#messagesById.get(draft.message);
    const refused = whyNot(message, draft.author);
    if (!message || refused) return { refused: refused ?? "no_message" };
    if (draft.kind === "edited") return this.#edit(message, draft);
    return this.#delete(message, draft);
  }

  #post(draft: Draft & { kind: "posted" }): Outcome {
    this.room.posts++;
    const { id, author, body } = draft;
    const outcome = this.#enter(draft, null, body);
    const { room, seq, at, posts } = this.entries.at(-1)!;
    const message = { room, seq, id, rev: seq, author, body, at, posts };
    this.#messagesById.set(id, { ...message, edited_at: null, deleted: 0 });
    return outcome;
  }

  #edit(message: MessagesTable, draft: Draft & { kind: "edited" }): Outcome {
    const outcome = this.#enter(draft, message.id, draft.body);
    this.#change(message, draft.body);
    message.edited_at = this.#at;
    return outcome;
  }

  #delete(message: MessagesTable, draft: Draft): Outcome {
    const outcome = this.#enter(draft, message.id, "");
    this.#change(message, "");
    message.deleted = 1;
    this.deleted.add(message.id);
    for (const entry of this.#entriesById.values()) {
      if (entry.id === message.id || isEditOf(entry, message)) blank(entry);
    }
    return outcome;
  }

  #change(message: MessagesTable, body: string): void {
    message.body = body;
    message.rev = this.room.head;
    this.changed.add(message);
  }

  #enter(draft: Draft, message: string | null, body: string): Outcome {
    const { id, kind, author } = draft;
    const seq = ++this.room.head;
    this.room.head_id = id;
    this.room.last_at = this.#at;
    const { posts } = this.room;
    const place = { room: this.room.id, seq, id, at: this.#at, posts };
    const entry = { ...place, kind, author, message, body, deleted: 0 };
    this.entries.push(entry);
    this.#entriesById.set(id, entry);
    return { seq, id, at: this.#at, posts, repeated: false };
  }
}

function repeated(found: EntriesTable, draft: Draft): Outcome {
  const deleted = found.deleted !== 0;
  if (!sameAs({ ...found, deleted }, draft)) return { refused: "id_taken" };
  return repetition(found);
}

function repetition({ seq, id, at, posts }: PlacesTable): Outcome {
  return { seq, id, at, posts, repeated: true };
}

function whyNot(
  message: MessagesTable | undefined,
  author: string,
): ErrorCode | undefined {
  if (!message) return "no_message";
  if (message.author !== author) return "not_yours";
  return message.deleted ? "deleted" : undefined;
}

function isEditOf(entry: EntriesTable, message: MessagesTable): boolean {
  return entry.kind === "edited" && entry.message === message.id;
}

function blank(entry: EntriesTable): void {
  entry.body = "";
  entry.deleted = 1;
}
