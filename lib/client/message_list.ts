/** The messages held of one room: in order, each in its newest known state. */
import type { Message, Person } from "../protocol.ts";
import { blank, type Change, changed } from "./message_fold.ts";

/** How many changes to messages not held are kept for pages still to come. */
export const KEPT_CHANGES = 200;

/** Who wrote messages, as the newest of what was read of them says. */
interface KnownAuthor {
  name: string;
  picture: string | undefined;
  /** The seq as of which it was read. */
  asOf: number;
}

/** Messages in order of seq, merged by "newer wins". */
export class MessageList {
  #messages: Message[] = [];
  /** `#messages` was handed out: it must be copied before it changes. */
  #shared = false;
  #byId = new Map<string, Message>();
  /** By message, in order of seq; the message with the oldest news comes first. */
  #changes = new Map<string, Change[]>();
  #keptChanges = 0;
  #authors = new Map<string, KnownAuthor>();
  #completeSince = 0;

  /**
   * The seq from which on all changes are known here: a page read before it
   * may lack a change that this list has forgotten.
   */
  get completeSince(): number {
    return this.#completeSince;
  }

  /** How many messages are held. */
  get size(): number {
    return this.#messages.length;
  }

  /** The messages in order; the same array as long as nothing changed. */
  view(): readonly Message[] {
    this.#shared = true;
    return this.#messages;
  }

  /** The message with this id, where it is held. */
  get(id: string): Message | undefined {
    return this.#byId.get(id);
  }

  /** The oldest message held. */
  get oldest(): Message | undefined {
    return this.#messages[0];
  }

  /** The newest message at or before `seq`, where it is held. */
  atOrBefore(seq: number): Message | undefined {
    return this.#messages[this.#indexAfter(seq) - 1];
  }

  /** Forgets everything; what was read before `seq` can't be merged any more. */
  clear(seq: number): void {
    this.#messages = [];
    this.#shared = false;
    this.#byId.clear();
    this.#authors.clear();
    this.#forgetChanges(seq);
  }

  /** Adds a message, or the newer of it and what is held; `asOf` dates its name. */
  put(given: Message, asOf: number): void {
    let message = given.deleted ? blank(given) : given;
    for (const change of this.#takeKept(given.id)) {
      message = changed(message, change);
    }
    this.learnAuthor(authorOf(message), asOf);
    message = shownAs(message, this.#authors.get(message.author)!);
    const held = this.#byId.get(message.id);
    if (!held) this.#insert(message);
    else this.#replace(held, newer(held, message));
  }

  /** Changes a message, or keeps the change until the message comes. */
  change(change: Change): void {
    const held = this.#byId.get(change.message);
    if (held) this.#replace(held, changed(held, change));
    else this.#keep(change.message, change);
  }

  /** Shows an author's name and picture on all messages, unless newer ones are known; tells whether any changed. */
  learnAuthor({ id, name, picture }: Person, asOf: number): boolean {
    const known = this.#authors.get(id);
    if (known && known.asOf > asOf) return false;
    const author = { name, picture, asOf };
    this.#authors.set(id, author);
    if (!known) return false;
    if (known.name === name && known.picture === picture) return false;
    for (const message of [...this.#messages]) {
      if (message.author !== id) continue;
      this.#replace(message, shownAs(message, author));
    }
    return true;
  }

  /** Changes to a message that is not held. */
  changesOf(id: string): readonly Change[] {
    return this.#changes.get(id) ?? [];
  }

  /** Whether a message of this author was seen. */
  knows(author: string): boolean {
    return this.#authors.has(author);
  }

  /** Keeps only the newest `count` messages, as of `seq`. */
  trim(count: number, seq: number): void {
    const surplus = this.#messages.length - count;
    if (surplus <= 0) return;
    this.#dropOldest(surplus);
    this.#forgetChanges(seq);
  }

  /** Drops the messages below a floor, which no page brings again (L8); tells whether there were any. */
  dropBelow(floor: number): boolean {
    const count = this.#indexAfter(floor - 1);
    if (count > 0) this.#dropOldest(count);
    return count > 0;
  }

  #dropOldest(count: number): void {
    for (const { id } of this.#messages.slice(0, count)) {
      this.#byId.delete(id);
    }
    this.#messages = this.#messages.slice(count);
    this.#shared = false;
    const authors = new Set(this.#messages.map((message) => message.author));
    for (const author of this.#authors.keys()) {
      if (!authors.has(author)) this.#authors.delete(author);
    }
  }

  #forgetChanges(seq: number): void {
    this.#changes.clear();
    this.#keptChanges = 0;
    this.#completeSince = seq;
  }

  #keep(id: string, change: Change): void {
    const kept = this.#takeKept(id);
    if (change.seq > (kept.at(-1)?.seq ?? 0)) kept.push(change);
    this.#changes.set(id, kept);
    this.#keptChanges += kept.length;
    while (this.#keptChanges > KEPT_CHANGES) {
      const [oldest] = this.#changes.keys();
      const dropped = this.#takeKept(oldest!);
      const { seq } = dropped.at(-1)!;
      this.#completeSince = Math.max(this.#completeSince, seq);
    }
  }

  #takeKept(id: string): Change[] {
    const kept = this.#changes.get(id) ?? [];
    this.#changes.delete(id);
    this.#keptChanges -= kept.length;
    return kept;
  }

  #insert(message: Message): void {
    this.#byId.set(message.id, message);
    this.#writable().splice(this.#indexAfter(message.seq), 0, message);
  }

  #replace(held: Message, message: Message): void {
    if (held === message) return;
    this.#byId.set(message.id, message);
    this.#writable()[this.#indexAfter(message.seq) - 1] = message;
  }

  #writable(): Message[] {
    if (this.#shared) this.#messages = this.#messages.slice();
    this.#shared = false;
    return this.#messages;
  }

  /** How many messages have a seq up to this one. */
  #indexAfter(seq: number): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The state with the higher `rev`; what was deleted once stays blank (L7). */
function newer(held: Message, given: Message): Message {
  const winner = given.rev > held.rev ? given : held;
  return held.deleted || given.deleted ? blank(winner) : winner;
}

/** Who wrote a message or an entry. */
export function authorOf(
  { author, name, picture }: { author: string; name: string; picture?: string },
): Person {
  return { id: author, name, ...picture !== undefined && { picture } };
}

/** The message with its author's present name and picture. */
function shownAs(message: Message, author: KnownAuthor): Message {
  const { name, picture } = author;
  if (message.name === name && message.picture === picture) return message;
  const { picture: _, ...rest } = message;
  return { ...rest, name, ...picture !== undefined && { picture } };
}
