/** Numbers a batch of drafts for one room, without touching the database. */
import type { ErrorCode } from "../protocol.ts";
import {
  bodyOf,
  dataOf,
  type Draft,
  type MemberDraft,
  type Mention,
  type Outcome,
  type PostedDraft,
  sameAs,
  type SettingsDraft,
  subjectOf,
} from "./drafts.ts";
import { type Attaching, fileInfo } from "./file_writes.ts";
import { reacted } from "./reactions.ts";
import type {
  EntriesTable,
  MentionsTable,
  MessageRow,
  PlacesTable,
  RoomsTable,
  UploadsTable,
} from "./schema.ts";
import type { Selectable } from "kysely";

/** What was read of a room, its head locked, before its drafts are numbered. */
export interface PlanInput {
  room: Pick<
    Selectable<RoomsTable>,
    | "id"
    | "head"
    | "head_id"
    | "posts"
    | "last_at"
    | "kind"
    | "archived_at"
  >;
  /** Entries that have an id of the drafts. */
  entries: readonly EntriesTable[];
  /** Messages that the drafts are about. */
  messages: readonly MessageRow[];
  /** Places of entries below the floor that have an id of the drafts. */
  places: readonly PlacesTable[];
  /** Which of the drafts' authors belong to the room; only asked of rooms that aren't open. */
  insiders: ReadonlySet<string>;
  /** Keys of names that other rooms have. */
  takenNames: ReadonlySet<string>;
  /** Uploads that the drafts name, by id; those that a message takes are removed. */
  uploads: Map<string, UploadsTable>;
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
  readonly changed = new Set<MessageRow>();
  /** Messages whose text has to go (L7). */
  readonly deleted = new Set<MessageRow>();
  /** What changes about the room itself, in order. */
  readonly acts: (MemberDraft | SettingsDraft)[] = [];
  /** Seqs of messages whose mentions are to be written anew. */
  readonly named = new Set<number>();
  /** Who is mentioned in them. */
  mentions: MentionsTable[] = [];
  /** Whom messages came to mention by name, by the message's seq. */
  readonly called = new Map<number, { posts: number; people: string[] }>();
  /** What those who keep order did, for the record. */
  readonly noted: { draft: Draft; at: number; person: string | null }[] = [];
  /** Uploads that become files of new messages. */
  readonly attached: Attaching[] = [];
  readonly #at: number;
  readonly #entriesById: Map<string, EntriesTable>;
  readonly #messagesById: Map<string, MessageRow>;
  readonly #placesById: Map<string, PlacesTable>;
  readonly #insiders: Set<string>;
  readonly #takenNames: ReadonlySet<string>;
  readonly #uploads: Map<string, UploadsTable>;

  /** Starts from what the room holds. */
  constructor(input: PlanInput) {
    const { room, entries, messages, places, now } = input;
    this.room = { ...room };
    this.#at = Math.max(now, room.last_at);
    this.#entriesById = new Map(entries.map((entry) => [entry.id, entry]));
    this.#messagesById = new Map(messages.map((one) => [one.id, one]));
    this.#placesById = new Map(places.map((place) => [place.id, place]));
    this.#insiders = new Set(input.insiders);
    this.#takenNames = input.takenNames;
    this.#uploads = input.uploads;
  }

  /** Gives the draft its place, or finds the one it has, or refuses it. */
  add(draft: Draft): Outcome {
    const found = this.#entriesById.get(draft.id);
    // To those outside, what others wrote is as if it were not there.
    if (found && found.author !== draft.author && this.#shuts(draft)) {
      return { refused: "no_room" };
    }
    if (found) return repeated(found, draft);
    const place = this.#placesById.get(draft.id);
    if (place) return repetition(place);
    const refused = this.#whyNot(draft);
    return refused ? { refused } : this.#take(draft);
  }

  #take(draft: Draft): Outcome {
    if (draft.kind === "posted") return this.#post(draft);
    if (draft.kind === "member" || draft.kind === "settings") {
      return this.#act(draft);
    }
    const message = this.#messagesById.get(draft.message);
    const refused = whyNotAbout(message, draft);
    if (!message || refused) return { refused: refused ?? "no_message" };
    switch (draft.kind) {
      case "edited":
        return this.#edit(message, draft);
      case "deleted":
        return this.#delete(message, draft);
      case "reacted": {
        const reactions = reacted(message.reactions, draft);
        if (reactions === "full") return { refused: "too_many_reactions" };
        message.reactions = reactions;
        return this.#about(message, draft);
      }
      case "pinned":
        message.pinned_at = draft.on ? this.#at : null;
        return this.#about(message, draft);
    }
  }

  /** The room may be closed to the author since the draft was checked (D5). */
  #whyNot(draft: Draft): ErrorCode | undefined {
    if (this.#shuts(draft)) return "no_room";
    if (draft.kind === "settings") {
      const taken = draft.named && this.#takenNames.has(draft.named.key);
      return taken ? "name_taken" : undefined;
    }
    if (this.room.archived_at !== null && draft.kind !== "member") {
      return "archived";
    }
    return undefined;
  }

  /** Whether the room is closed to the draft's author. */
  #shuts(draft: Draft): boolean {
    const invited = draft.kind === "member" && draft.invited;
    return this.room.kind !== "open" && !invited &&
      !this.#insiders.has(draft.author);
  }

  #post(draft: Draft & { kind: "posted" }): Outcome {
    const uploads = this.#claim(draft);
    if (uploads === null) return { refused: "no_file" };
    this.room.posts++;
    const outcome = this.#stand(draft, withFiles(dataOf(draft), uploads));
    const { head: seq, posts } = this.room;
    this.#mention({ seq, posts }, draft);
    return outcome;
  }

  /** The uploads that the draft names; null unless all are its author's and unused. */
  #claim({ id, author, files = [] }: PostedDraft): UploadsTable[] | null {
    const uploads = files.flatMap((file) => this.#uploads.get(file) ?? []);
    const areOwn = uploads.every(({ person }) => person === author);
    const isComplete = uploads.length === files.length &&
      new Set(files).size === files.length;
    if (!areOwn || !isComplete) return null;
    for (const file of files) this.#uploads.delete(file);
    const place = { room: this.room.id, message: id };
    if (uploads.length > 0) this.attached.push({ ...place, uploads });
    return uploads;
  }

  #act(draft: MemberDraft | SettingsDraft): Outcome {
    this.acts.push(draft);
    if (draft.kind === "settings") {
      this.#note(draft, null);
      if (draft.archived !== undefined) {
        this.room.archived_at = draft.archived ? this.#at : null;
      }
    } else if (draft.change === "joined") this.#insiders.add(draft.person.id);
    else this.#insiders.delete(draft.person.id);
    if (draft.kind === "member" && draft.change === "removed") {
      this.#note(draft, draft.person.id);
    }
    return this.#stand(draft);
  }

  #note(draft: Draft, person: string | null): void {
    this.noted.push({ draft, at: this.#at, person });
  }

  #edit(message: MessageRow, draft: Draft & { kind: "edited" }): Outcome {
    const outcome = this.#about(message, draft);
    message.body = draft.body;
    message.edited_at = this.#at;
    const { mentions: before, ...rest } = JSON.parse(message.data ?? "{}");
    message.data = toJson({ ...rest, ...dataOf(draft) });
    this.#mention(message, draft, before);
    return outcome;
  }

  #delete(message: MessageRow, draft: Draft): Outcome {
    const outcome = this.#about(message, draft);
    if (message.author !== draft.author) this.#note(draft, message.author);
    message.body = "";
    message.deleted = 1;
    message.data = message.reactions = message.pinned_at = null;
    this.deleted.add(message);
    this.#mention(message, draft);
    for (const entry of this.#entriesById.values()) {
      if (entry.id === message.id || isEditOf(entry, message)) blank(entry);
    }
    return outcome;
  }

  #mention(
    { seq, posts }: { seq: number; posts: number },
    { author, mentions = [] }: {
      author: string;
      mentions?: readonly Mention[] | undefined;
    },
    before: readonly { id: string }[] = [],
  ): void {
    const isNew = seq === this.room.head;
    if (!isNew) this.named.add(seq);
    this.mentions = this.mentions.filter((one) => one.seq !== seq);
    // Nobody has to be told of what they said themselves.
    const others = mentions.filter(({ id }) => id !== author);
    const place = { room: this.room.id, seq, at: this.#at };
    const people = others.flatMap(({ id, here }) => here ?? [id]);
    for (const person of new Set(people)) {
      if (person !== author) this.mentions.push({ person, ...place });
    }
    const known = new Set(before.map(({ id }) => id));
    for (const id of this.called.get(seq)?.people ?? []) known.delete(id);
    const called = others.filter(({ id, here }) => !here && !known.has(id));
    this.called.set(seq, { posts, people: called.map(({ id }) => id) });
  }

  /** An entry that is a message itself. */
  #stand(draft: PostedOrAct, given = dataOf(draft)): Outcome {
    const outcome = this.#enter(draft, given);
    const { room, seq, id, author, body, at, posts, data } = this.entries
      .at(-1)!;
    const message = { room, seq, id, rev: seq, author, body, at, posts, data };
    this.#messagesById.set(id, {
      ...message,
      ...{ kind: draft.kind, edited_at: null, deleted: 0 },
      ...{ reactions: null, pinned_at: null },
    });
    return outcome;
  }

  /** An entry about a message. */
  #about(message: MessageRow, draft: Draft): Outcome {
    const outcome = this.#enter(draft);
    message.rev = this.room.head;
    this.changed.add(message);
    return outcome;
  }

  #enter(draft: Draft, data = dataOf(draft)): Outcome {
    const { id, kind, author } = draft;
    const seq = ++this.room.head;
    this.room.head_id = id;
    this.room.last_at = this.#at;
    const { posts } = this.room;
    const place = { room: this.room.id, seq, id, at: this.#at, posts };
    const entry = {
      ...place,
      ...{ kind, author, message: subjectOf(draft), body: bodyOf(draft) },
      ...{ deleted: 0, data: toJson(data) },
    };
    this.entries.push(entry);
    this.#entriesById.set(id, entry);
    return { seq, id, at: this.#at, posts, repeated: false };
  }
}

type PostedOrAct = Extract<Draft, { kind: "posted" | "member" | "settings" }>;

function repeated(found: EntriesTable, draft: Draft): Outcome {
  const deleted = found.deleted !== 0;
  if (!sameAs({ ...found, deleted }, draft)) return { refused: "id_taken" };
  return repetition(found);
}

function repetition({ seq, id, at, posts }: PlacesTable): Outcome {
  return { seq, id, at, posts, repeated: true };
}

function whyNotAbout(
  message: MessageRow | undefined,
  draft: Draft,
): ErrorCode | undefined {
  if (!message || message.kind !== "posted") return "no_message";
  const isOwn = message.author === draft.author;
  const needsOwn = draft.kind === "edited" ||
    (draft.kind === "deleted" && !draft.moderating);
  if (needsOwn && !isOwn) return "not_yours";
  return message.deleted ? "deleted" : undefined;
}

function isEditOf(entry: EntriesTable, message: MessageRow): boolean {
  return entry.kind === "edited" && entry.message === message.id;
}

function blank(entry: EntriesTable): void {
  entry.body = "";
  entry.deleted = 1;
  entry.data = null;
}

/** Of its files a message says more than their ids. */
function withFiles(
  data: Record<string, unknown>,
  uploads: readonly UploadsTable[],
): Record<string, unknown> {
  return uploads.length === 0
    ? data
    : { ...data, files: uploads.map(fileInfo) };
}

function toJson(data: Record<string, unknown>): string | null {
  return Object.keys(data).length === 0 ? null : JSON.stringify(data);
}
