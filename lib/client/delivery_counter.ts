/**
 * Counts in every page what should never happen (C2). It costs a comparison
 * for each entry and each message held; `delivery_checker.ts` knows the log
 * and finds more.
 */
import { type DeliveryCounts, type Entry, LIMITS } from "../protocol.ts";
import type { RoomState } from "./room_state.ts";

/** Entries left out that are remembered, since they may come late. */
const MISSING_MOST = 1_000;

/** Watches what one room is sent and shows. */
export class DeliveryCounter {
  /** Seq up to which the subscription delivered, or null without one. */
  #cursor: number | null = null;
  /** Seqs that it left out so far. */
  #missing = new Set<number>();
  #counts = none();
  /** What was wrong with the messages shown when they were looked at last. */
  #shown = none();
  #messages: RoomState["messages"] | null = null;
  #pending: RoomState["pending"] | null = null;

  /** The server answered a join: what follows comes after `seq`. */
  begin(seq: number): void {
    this.end();
    this.#cursor = seq;
  }

  /** The server sent a reset on its own: so does what follows that. */
  reset(seq: number): void {
    if (this.#cursor !== null) this.begin(seq);
  }

  /** Nothing is to come any more: the connection broke, or the room was left. */
  end(): void {
    this.#counts.gaps += this.#missing.size;
    this.#missing.clear();
    this.#cursor = null;
  }

  /** Entries came. */
  entries(entries: readonly Entry[]): void {
    if (this.#cursor === null) return;
    for (const { seq } of entries) {
      if (seq > this.#cursor) this.#skip(this.#cursor + 1, seq);
      else if (this.#missing.delete(seq)) this.#counts.reorders++;
      else this.#counts.doubles++;
      this.#cursor = Math.max(seq, this.#cursor);
    }
  }

  /** Looks at what is shown: each message once, in order, none left out. */
  look(shown: Shown): void {
    const { loaded, messages, pending, posts } = shown;
    if (!loaded) return;
    if (messages === this.#messages && pending === this.#pending) return;
    this.#messages = messages;
    this.#pending = pending;
    const found = none();
    let last = messages[0];
    for (let i = 1; i < messages.length; i++) {
      const message = messages[i]!;
      if (message.seq === last!.seq) found.doubles++;
      else if (message.seq < last!.seq) found.reorders++;
      else found.gaps += Math.max(0, message.posts - last!.posts - 1);
      last = message;
    }
    if (last) found.gaps += Math.max(0, posts - last.posts);
    for (const { id } of pending) if (shown.get(id)) found.doubles++;
    // What was wrong before and still is was counted.
    for (const kind of KINDS) {
      this.#counts[kind] += Math.max(0, found[kind] - this.#shown[kind]);
    }
    this.#shown = found;
  }

  /** Whether there is something to report. */
  get isClean(): boolean {
    return KINDS.every((kind) => this.#counts[kind] === 0);
  }

  /** What was counted since the last call, as far as one report can say it. */
  take(): DeliveryCounts {
    const counts = this.#counts;
    this.#counts = none();
    for (const kind of KINDS) {
      counts[kind] = Math.min(counts[kind], LIMITS.reportCount);
    }
    return counts;
  }

  #skip(from: number, to: number): void {
    const count = to - from;
    const kept = Math.min(count, MISSING_MOST - this.#missing.size);
    for (let seq = from; seq < from + kept; seq++) this.#missing.add(seq);
    this.#counts.gaps += count - kept;
  }
}

/** What a room shows; a `RoomState` is one. */
type Shown = Pick<
  RoomState,
  "loaded" | "messages" | "pending" | "posts" | "get"
>;

const KINDS = ["gaps", "doubles", "reorders"] as const;

function none(): DeliveryCounts {
  return { gaps: 0, doubles: 0, reorders: 0 };
}
