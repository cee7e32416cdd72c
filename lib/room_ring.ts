/** A room's newest entries in memory, already encoded. */
import { Buffer } from "node:buffer";
import { type Entry, messageOf } from "./protocol.ts";

interface RingEntry {
  seq: number;
  id: string;
  /** Id of the message that the entry posts or changes. */
  message: string;
  text: string;
  size: number;
}

/** What is read into a ring at a time: entries, and UTF-8 bytes of their JSON. */
export const RING_FILL = { entries: 256, size: 128 * 1024 } as const;

/**
 * How much one room keeps. Several times what one batch stores: else a burst
 * puts everybody on the slow way of pages at once.
 */
export const RING_LIMITS = { entries: 1_024, size: 512 * 1024 } as const;

/**
 * UTF-8 bytes of entries after which a frame ends: with what may be buffered
 * before it, well below what closes a connection (D3).
 */
export const FRAME_SIZE = 64 * 1024;

/** Joined frames kept until the next entry: few positions are shared by many. */
const FRAMES_KEPT = 2;

/** Encoded entries, and the seq of the last of them. */
export interface RingFrame {
  text: string;
  last: number;
}

/**
 * The entries (`after`, `head`] of one room, each encoded once for everybody.
 * Frames are joined once for all readers that lack the same.
 */
export class RoomRing {
  readonly #prefix: string;
  #entries: RingEntry[] = [];
  #size = 0;
  #head: number;
  #frames = new Map<number, RingFrame>();

  /** An empty ring whose next entry is `head` + 1. */
  constructor(room: string, epoch: string, head: number) {
    this.#prefix = framePrefix(room, epoch);
    this.#head = head;
  }

  /** Seq of the newest entry that was read, whether or not it is still held. */
  get head(): number {
    return this.#head;
  }

  /** UTF-8 bytes of JSON held. */
  get size(): number {
    return this.#size;
  }

  /** Whether everything after `cursor` is held. */
  covers(cursor: number): boolean {
    return cursor >= this.#head - this.#entries.length;
  }

  /** Id of the entry at `seq`, or undefined when it is not held. */
  idAt(seq: number): string | undefined {
    return this.#entries[this.#entries.length - 1 - (this.#head - seq)]?.id;
  }

  /**
   * Adds the entries that follow the head. A deletion drops what it blanked
   * in the log, so that only the blanked form can still be read (L7).
   */
  push(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.seq !== this.#head + 1) {
        throw new Error(
          `Cannot add entry ${entry.seq} to a ring whose head is ${this.#head}`,
        );
      }
      const message = messageOf(entry);
      if (tellsDeletion(entry)) this.#dropThroughLast(message);
      const text = JSON.stringify(entry);
      const size = Buffer.byteLength(text);
      this.#entries.push({ seq: entry.seq, id: entry.id, message, text, size });
      this.#size += size;
      this.#head = entry.seq;
    }
    this.#shrink();
    this.#frames.clear();
  }

  /** Forgets all entries but not the head, for example after a rename. */
  clear(): void {
    this.#entries = [];
    this.#size = 0;
    this.#frames.clear();
  }

  /** The next frame after `cursor`, which the ring must cover: at least one entry. */
  frameAfter(cursor: number): RingFrame {
    let frame = this.#frames.get(cursor);
    if (frame === undefined) {
      if (this.#frames.size >= FRAMES_KEPT) this.#frames.clear();
      frame = this.#join(this.#entries.length - (this.#head - cursor));
      this.#frames.set(cursor, frame);
    }
    return frame;
  }

  #join(from: number): RingFrame {
    let end = from;
    for (let size = 0; end < this.#entries.length; end++) {
      size += this.#entries[end]!.size;
      if (size > FRAME_SIZE && end > from) break;
    }
    const entries = this.#entries.slice(from, end);
    const texts = entries.map((entry) => entry.text);
    const last = entries.at(-1)!.seq;
    return { text: `${this.#prefix}${texts.join(",")}]}`, last };
  }

  #dropThroughLast(message: string): void {
    const last = this.#entries.findLastIndex((entry) =>
      entry.message === message
    );
    this.#drop(last + 1);
  }

  #shrink(): void {
    let count = Math.max(0, this.#entries.length - RING_LIMITS.entries);
    let size = this.#size;
    for (let i = 0; i < count; i++) size -= this.#entries[i]!.size;
    while (size > RING_LIMITS.size) {
      size -= this.#entries[count]!.size;
      count++;
    }
    this.#drop(count);
  }

  #drop(count: number): void {
    for (const entry of this.#entries.splice(0, count)) {
      this.#size -= entry.size;
    }
  }
}

/** An `entries` frame from the log, for readers whom the ring does not cover. */
export function entriesFrame(
  room: string,
  epoch: string,
  entries: readonly Entry[],
  ref?: string | number,
): string {
  const start = framePrefix(room, epoch);
  const answer = ref === undefined
    ? start
    : `{"ref":${JSON.stringify(ref)},${start.slice(1)}`;
  return `${answer}${
    entries.map((entry) => JSON.stringify(entry)).join(",")
  }]}`;
}

function framePrefix(room: string, epoch: string): string {
  const start = JSON.stringify({ type: "entries", room, epoch });
  return `${start.slice(0, -1)},"entries":[`;
}

/** A blanked edit may be read before the entry that deleted its message. */
function tellsDeletion(entry: Entry): boolean {
  return entry.kind === "deleted" || "deleted" in entry;
}
