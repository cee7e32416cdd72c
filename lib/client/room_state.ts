/** What one client holds of one room: the fold of its log (C2). */
import type {
  EntriesFrame,
  Entry,
  ErrorCode,
  Message,
  MessagesFrame,
  Person,
} from "../protocol.ts";
import { begun, changed } from "./message_fold.ts";
import { authorOf, MessageList } from "./message_list.ts";
import type { OutboxRow } from "./outbox.ts";
import { type PendingRow, PendingRows } from "./pending_rows.ts";
import { QuotedMessages } from "./quoted_messages.ts";

export type { PendingRow };

/** A reaction or a pin that was refused for good and is shown no longer. */
export interface Undone {
  readonly kind: PendingRow["kind"];
  /** An error's code, or `poison`. */
  readonly code: string;
}

/** What became of a frame: `gap` asks to resume from the cursor, `stale` to ask again. */
export type Applied = "applied" | "ignored" | "gap" | "stale";

/** New messages that are kept before the oldest go, on top of pages asked for. */
export const LIVE_MESSAGES = 2_000;
/** By how much that is exceeded before it is done, so that it is done rarely. */
const TRIM_STEP = 500;

/** What one client holds of one room. */
export class RoomState {
  /** The room's id, or its slug until the server told the id. */
  room: string;
  #version = 0;
  #loaded = false;
  #epoch = "";
  #cursor: { readonly seq: number; readonly id: string } = { seq: 0, id: "" };
  #posts = 0;
  #more = false;
  #floor = 1;
  #loadingOlder = false;
  #error: ErrorCode | null = null;
  #undone: Undone | null = null;
  #pinsVersion = 0;
  #list = new MessageList();
  #quoted = new QuotedMessages();
  #rows = new PendingRows();
  #limit = LIVE_MESSAGES;

  /** Makes the empty state of a room. */
  constructor(room: string) {
    this.room = room;
  }

  /** Grows with every change, for cheap comparisons. */
  get version(): number {
    return this.#version;
  }

  /** Whether anything was loaded yet. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Seq of the oldest entry that the log keeps, as far as that was told (L8). */
  get floor(): number {
    return this.#floor;
  }

  /** The log's identity; empty until loaded. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Seq and id of the newest entry applied; 0 and empty in an empty room. */
  get cursor(): { readonly seq: number; readonly id: string } {
    return this.#cursor;
  }

  /** Messages posted in the room up to the cursor. */
  get posts(): number {
    return this.#posts;
  }

  /** Whether there are older messages than those held. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether older messages are being loaded. */
  get loadingOlder(): boolean {
    return this.#loadingOlder;
  }
  set loadingOlder(value: boolean) {
    if (this.#loadingOlder !== value) this.#version++;
    this.#loadingOlder = value;
  }

  /** Why the room can't be opened, or null. */
  get error(): ErrorCode | null {
    return this.#error;
  }
  set error(value: ErrorCode | null) {
    if (this.#error !== value) this.#version++;
    this.#error = value;
  }

  /** Messages in order; the same array as long as none changed. */
  get messages(): readonly Message[] {
    return this.#list.view();
  }

  /** Own posts that the log doesn't show yet, oldest first; the same array while unchanged. */
  get pending(): readonly PendingRow[] {
    return this.#rows.posts;
  }

  /** Own edits and deletes under way or refused, by message id; the same map while unchanged. */
  get changes(): ReadonlyMap<string, PendingRow> {
    return this.#rows.changes;
  }

  /** Own reactions and pins under way, by message id; the same map while unchanged. */
  get marks(): ReadonlyMap<string, readonly PendingRow[]> {
    return this.#rows.marks;
  }

  /** What was undone last, until it is set to null. */
  get undone(): Undone | null {
    return this.#undone;
  }
  set undone(value: Undone | null) {
    this.#undone = value;
    this.#version++;
  }

  /** Grows when other messages than before may be pinned. */
  get pinsVersion(): number {
    return this.#pinsVersion;
  }

  /** The message with this id, where it is held. */
  get(id: string): Message | undefined {
    return this.#list.get(id);
  }

  /**
   * A message that another one answers: held among the others or apart. Null
   * where there is none any more, undefined where that is not known here.
   */
  original(id: string): Message | null | undefined {
    return this.#list.get(id) ?? this.#quoted.get(id);
  }

  /**
   * Keeps a message apart, as it was read as of entry `seq`, or that there is
   * none; false when a change since then is forgotten, and it must be read
   * again.
   */
  keepOriginal(
    id: string,
    found: { message: Message; seq: number } | null,
  ): boolean {
    if (found && found.seq < this.#list.completeSince) return false;
    const message = found && this.#list.changesOf(id).reduce(
      (message, change) => changed(message, change),
      found.message,
    );
    this.#quoted.put(id, message);
    this.#version++;
    return true;
  }

  /** Messages posted up to and including `seq`, or null when that is not held. */
  postsAt(seq: number): number | null {
    if (!this.#loaded) return null;
    if (seq >= this.#cursor.seq) return this.#posts;
    const message = this.#list.atOrBefore(seq);
    if (message) return message.posts;
    if (this.#more) return null;
    const { oldest } = this.#list;
    return oldest ? oldest.posts - 1 : this.#posts;
  }

  /** Applies log entries: those at or below the cursor are ignored, a hole is a `gap`. */
  applyEntries(frame: EntriesFrame): Applied {
    if (!this.#loaded || frame.epoch !== this.#epoch) return "gap";
    const before = this.#cursor.seq;
    for (const entry of frame.entries) {
      if (entry.seq < this.#cursor.seq) continue;
      if (entry.seq === this.#cursor.seq) {
        if (entry.id !== this.#cursor.id) return "gap"; // another log (L9)
        continue;
      }
      if (entry.seq !== this.#cursor.seq + 1) return this.#advanced("gap");
      this.#apply(entry);
    }
    if (this.#cursor.seq === before) return "ignored";
    return this.#advanced("applied");
  }

  /** Applies states of messages: all of them with `reset`, else an older page. */
  applyMessages(frame: MessagesFrame): Applied {
    if (frame.reset || !this.#loaded) return this.#reset(frame);
    if (frame.epoch !== this.#epoch) return "ignored";
    if (!this.#fits(frame)) return "stale";
    const held = this.#list.size;
    const oldest = frame.messages[0];
    const older = !oldest || oldest.seq <= (this.#list.oldest?.seq ?? Infinity);
    if (older) this.#more = frame.more;
    for (const message of frame.messages) {
      // What is newer than the cursor comes by the log.
      if (message.seq > this.#cursor.seq) break;
      this.#list.put(message, frame.seq);
      this.#rows.remove(message.id);
    }
    // The page may have been read before the floor rose.
    if (this.#list.dropBelow(this.#floor)) this.#more = false;
    this.#limit += this.#list.size - held;
    this.#version++;
    return "applied";
  }

  /** Forgets the messages below the floor: they are gone from the log (L8). */
  applyFloor(floor: number): void {
    if (floor <= this.#floor) return;
    this.#floor = floor;
    this.#quoted.dropBelow(floor);
    this.#pinsVersion++;
    if (!this.#list.dropBelow(floor)) return;
    this.#more = false;
    this.#version++;
  }

  /** Shows a person's present name and picture on their messages. */
  rename(person: Person): void {
    if (!this.#list.knows(person.id)) return;
    // Presence and `me` tell the present, so they win over all entries read.
    const asOf = this.#cursor.seq;
    if (this.#list.learnAuthor(person, asOf)) this.#version++;
  }

  /** Keeps only the newest `count` messages; older ones can be loaded again. */
  trim(count: number): void {
    this.#limit = LIVE_MESSAGES;
    if (this.#list.size <= count) return;
    this.#list.trim(count, this.#cursor.seq);
    this.#more = true;
    this.#version++;
  }

  // --- Own rows --------------------------------------------------------------

  /** The row with this id: on its way, acknowledged but not yet applied, or failed. */
  row(id: string): PendingRow | undefined {
    return this.#rows.get(id);
  }

  /** Whether the row's entry is known to be in the log. */
  isAcknowledged(id: string): boolean {
    return this.#rows.isAcknowledged(id);
  }

  /** How many own rows are not yet in the log as held here. */
  get rowCount(): number {
    return this.#rows.size;
  }

  /** Shows a row that is being sent, or was refused for good. */
  putRow(row: OutboxRow): void {
    if (this.#list.get(row.id)) return;
    this.#rows.put(row);
    this.#version++;
  }

  /** Shows all rows of another state of the same room, failed ones too. */
  takeRows(other: RoomState): void {
    this.#rows.takeOver(other.#rows);
    for (const { id } of [...this.#rows.all()]) {
      if (this.#list.get(id)) this.#rows.remove(id);
    }
    this.#rows.settle(this.#cursor.seq);
    this.#version++;
  }

  /** Shows a row as refused for good. */
  failRow(id: string, code: string): void {
    this.#rows.fail(id, code);
    this.#version++;
  }

  /** No longer shows a reaction or a pin that was refused for good. */
  undoRow(id: string, code: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.removeRow(id);
    this.undone = { kind: row.kind, code };
  }

  /** No longer shows a row. */
  removeRow(id: string): void {
    if (this.#rows.remove(id)) this.#version++;
  }

  /** The row's entry is in the log at `seq`; it stays until that entry is applied. */
  acknowledgeRow(id: string, seq: number): void {
    this.#rows.acknowledge(id, seq);
    if (this.#rows.settle(this.#cursor.seq)) this.#version++;
  }

  /** Drops acknowledged rows of a room whose entries aren't followed any more. */
  dropAcknowledgedRows(): void {
    if (this.#rows.settle(Infinity)) this.#version++;
  }

  /** Rows to be sent again: neither failed nor acknowledged. */
  unacknowledgedRows(): PendingRow[] {
    return [...this.#rows.all()].filter((row) =>
      row.state === "pending" && !this.#rows.isAcknowledged(row.id)
    );
  }

  // --- Internals -------------------------------------------------------------

  #apply(entry: Entry): void {
    const { seq, id, posts } = entry;
    if ("message" in entry) {
      this.#list.change(entry);
      this.#quoted.change(entry);
      const mayPin = entry.kind === "pinned" || entry.kind === "deleted";
      if (mayPin) this.#pinsVersion++;
    } else this.#list.put(begun(entry), seq);
    const author = authorOf(entry);
    if (this.#list.knows(author.id)) this.#list.learnAuthor(author, seq);
    this.#rows.remove(id);
    this.#cursor = { seq, id };
    this.#posts = posts;
    if (seq < this.#floor) this.#list.dropBelow(this.#floor);
  }

  #advanced(result: Applied): Applied {
    this.#rows.settle(this.#cursor.seq);
    if (this.#list.size > this.#limit + TRIM_STEP) {
      this.#list.trim(this.#limit, this.#cursor.seq);
      this.#more = true;
    }
    this.#version++;
    return result;
  }

  #reset(frame: MessagesFrame): Applied {
    const sameLog = frame.epoch === this.#epoch;
    this.#list.clear(frame.seq);
    this.#quoted.clear();
    this.#pinsVersion++;
    for (const message of frame.messages) {
      this.#list.put(message, frame.seq);
      this.#rows.remove(message.id);
    }
    if (!sameLog) this.#floor = 1;
    const isCut = this.#list.dropBelow(this.#floor);
    if (sameLog) this.#rows.settle(frame.seq);
    // What is left was acknowledged by a log that is gone: it is sent again.
    this.#rows.forgetAcknowledgements();
    this.#loaded = true;
    this.#epoch = frame.epoch;
    this.#cursor = { seq: frame.seq, id: frame.id };
    this.#posts = frame.posts;
    this.#more = frame.more && !isCut;
    this.#limit = LIVE_MESSAGES;
    this.#error = null;
    this.#version++;
    return "applied";
  }

  /** Whether a page joins what is held: no forgotten change, no hole between. */
  #fits(frame: MessagesFrame): boolean {
    if (frame.seq < this.#list.completeSince) return false;
    const newest = frame.messages.at(-1);
    if (!newest) return true;
    const oldest = this.#list.oldest;
    return newest.posts >= (oldest?.posts ?? this.#posts + 1) - 1;
  }
}
