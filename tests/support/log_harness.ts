/** A log over a database of whatever kind, with people and rooms. */
import { assertEquals, assertRejects } from "@std/assert";
import { uuidv7 } from "../../lib/client/uuid.ts";
import type { Database } from "../../lib/db/open.ts";
import {
  type Appended,
  type Draft,
  MessageLog,
  type RoomHead,
  type Trimmed,
} from "../../lib/message_log.ts";
import { Refusal } from "../../lib/errors.ts";
import { begun, blank, changed } from "../../lib/client/message_fold.ts";
import type { Entry, ErrorCode, Message } from "../../lib/protocol.ts";
import { Rooms } from "../../lib/rooms.ts";

/** Registers one test of the log's contract. */
export type Rule = (
  name: string,
  test: (harness: LogHarness) => Promise<void>,
) => void;

/** Waits for a refusal and compares its code. */
export async function assertRefused(
  code: ErrorCode,
  promise: Promise<unknown>,
): Promise<void> {
  const refusal = await assertRejects(() => promise, Refusal);
  assertEquals(refusal.code, code);
}

/** A database that tests can open, look into from outside, and remove. */
export interface LogStore {
  /** What was reported behind every `unavailable`. */
  readonly errors: unknown[];
  /** Opens it, new or as it was left. */
  open(): Promise<Database>;
  /** A new one of the same kind. */
  another(): LogStore;
  /** Runs statements as another program would. */
  execute(statements: string): Promise<void>;
  /** Removes it and everything that belongs to it. */
  remove(): Promise<void>;
}

const ALL = { limit: 1_000_000, bytes: Number.MAX_SAFE_INTEGER };

/** Far in the future, so that `at` is this clock's, not that of a room's making. */
const START = Date.UTC(2100, 0, 1);

/** What a test of the log needs; names are people's, rooms go by number. */
export class LogHarness {
  readonly store: LogStore;
  /** Milliseconds since 1970; it stands still unless a test moves it. */
  now = START;
  /** What the doorbell told. */
  readonly rung: RoomHead[] = [];
  /** What was told of risen floors. */
  readonly trimmed: Trimmed[] = [];
  db!: Database;
  log!: MessageLog;
  rooms!: Rooms;
  /** The person who writes unless another is named. */
  ada!: string;
  /** The lobby's id. */
  lobby!: string;

  private constructor(store: LogStore) {
    this.store = store;
  }

  /** Opens a new store and adds Ada. */
  static async start(store: LogStore): Promise<LogHarness> {
    const harness = new LogHarness(store);
    await harness.open();
    harness.ada = await harness.person("Ada");
    const lobby = await harness.db.read.selectFrom("rooms").select("id")
      .where("slug", "=", "lobby").executeTakeFirstOrThrow();
    harness.lobby = lobby.id;
    return harness;
  }

  /** Opens the database (again). */
  async open(): Promise<void> {
    this.db = await this.store.open();
    this.rooms = new Rooms(this.db);
    this.log = new MessageLog(this.db, {
      now: () => this.now,
      onCommitted: (heads) => this.rung.push(...heads),
      onTrimmed: (trimmed) => this.trimmed.push(trimmed),
    });
  }

  /** Closes the log and the database. */
  async close(): Promise<void> {
    await this.log.close();
    await this.log.wiped();
    await this.db.close();
  }

  /** The epoch of another database of the same kind. */
  async another(): Promise<string> {
    const store = this.store.another();
    const db = await store.open();
    await db.close();
    await store.remove();
    return db.epoch;
  }

  /** Adds a person, who follows the lobby. */
  async person(name: string): Promise<string> {
    const person = uuidv7();
    await this.db.write("enter", {
      person,
      name,
      key: name.toLowerCase(),
      tokenHash: crypto.getRandomValues(new Uint8Array(32)),
      now: this.now,
      expiresAt: this.now + 1,
      freedBefore: 0,
    });
    return person;
  }

  /** Adds a room, which Ada follows. */
  async room(name: string): Promise<string> {
    const id = uuidv7();
    const person = this.ada;
    const key = name.toLowerCase();
    await this.db.write("createRoom", {
      ...{ id, name, key, slug: key, person, now: START },
      kind: "open",
    });
    return id;
  }

  /** Posts, as Ada in the lobby unless told otherwise. */
  post(body: string, draft: Partial<Draft> = {}): Promise<Appended> {
    return this.append({ kind: "posted", body, ...draft });
  }

  /** Edits a message, as Ada in the lobby unless told otherwise. */
  edit(
    message: string,
    body: string,
    draft: Partial<Draft> = {},
  ): Promise<Appended> {
    return this.append({ kind: "edited", message, body, ...draft });
  }

  /** Deletes a message, as Ada in the lobby unless told otherwise. */
  delete(message: string, draft: Partial<Draft> = {}): Promise<Appended> {
    return this.append({ kind: "deleted", message, ...draft });
  }

  /** Appends with a new id unless one is given. */
  append(draft: Record<string, unknown>): Promise<Appended> {
    const base = { room: this.lobby, id: uuidv7(), author: this.ada };
    return this.log.append({ ...base, ...draft } as Draft);
  }

  /** The room's whole log. */
  entries(room = this.lobby): Promise<Entry[]> {
    return this.log.read(room, { after: 0, ...ALL });
  }

  /** The present state of all messages in the room. */
  async messages(room = this.lobby): Promise<Message[]> {
    const messages: Message[] = [];
    for (let before = Number.MAX_SAFE_INTEGER;;) {
      const page = await this.log.page(room, { before, limit: 100 });
      messages.unshift(...page!.messages);
      if (!page!.more) return messages;
      before = messages[0]!.seq;
    }
  }

  /** Checks that the log has no holes and that the messages are its fold. */
  async checkFold(room = this.lobby): Promise<Entry[]> {
    const entries = await this.entries(room);
    const { seq, id, posts, floor } = (await this.log.head(room))!;
    const seqs = Array.from({ length: seq + 1 - floor }, (_, i) => floor + i);
    assertEquals(entries.map(({ seq }) => seq), seqs);
    assertEquals(await this.messages(room), fold(entries));
    if (floor > seq) return entries;
    const { seq: lastSeq, id: lastId, posts: lastPosts } = entries.at(-1) ??
      { seq: 0, id: "", posts: 0 };
    assertEquals({ seq, id, posts }, {
      ...{ seq: lastSeq, id: lastId, posts: lastPosts },
    });
    return entries;
  }
}

/** What the messages must look like after these entries. */
function fold(entries: readonly Entry[]): Message[] {
  const messages = new Map<string, Message>();
  for (const entry of entries) {
    if (!("message" in entry)) {
      const message = begun(entry);
      const isGone = "deleted" in entry && entry.deleted;
      messages.set(entry.id, isGone ? blank(message) : message);
      continue;
    }
    const message = messages.get(entry.message);
    // It went below the floor before what was said of it later (L8).
    if (message) messages.set(entry.message, changed(message, entry));
  }
  return [...messages.values()];
}
