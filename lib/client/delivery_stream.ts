/** What one connection after the other delivers: dense, in order, once (C2). */
import {
  type ClientFrame,
  type EntriesFrame,
  messageOf,
  type MessagesFrame,
  type Ref,
  type ServerFrame,
} from "../protocol.ts";
import type { Findings } from "./delivery_findings.ts";
import { isBlank, type KnownLog, textOf } from "./delivery_log.ts";

interface Delivered {
  cursor: number;
  /** Seqs that were left out so far. */
  missing: Set<number>;
}

/** Who gets it, and where to report. */
export interface StreamOptions {
  name: string;
  findings: Findings;
  logOf: (room: string) => KnownLog;
}

/** Follows the frames of a viewer's connections. */
export class Stream {
  readonly #options: StreamOptions;
  /** What each room's subscription delivered, by room id. */
  readonly #rooms = new Map<string, Delivered>();
  /** Where joins under way begin, by their ref. */
  readonly #joins = new Map<Ref, number>();

  /** Nothing was delivered yet. */
  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** A new connection has no subscriptions. */
  connected(): void {
    this.#settle(this.#options.findings);
    this.#rooms.clear();
    this.#joins.clear();
  }

  /** A frame was sent: joins tell where a subscription starts. */
  sent(frame: ClientFrame): void {
    if (frame.type !== "join" || frame.ref === undefined) return;
    this.#joins.set(frame.ref, frame.after ?? 0);
  }

  /** A frame came. */
  received(frame: ServerFrame): void {
    if (frame.type === "entries") this.#entries(frame);
    else if (frame.type === "messages" && frame.reset) this.#reset(frame);
  }

  /** Adds what is missing as of now. */
  check(findings: Findings): void {
    this.#settle(findings);
  }

  #reset({ ref, room, seq }: MessagesFrame): void {
    if (ref !== undefined) this.#joins.delete(ref);
    this.#start(room, seq);
  }

  #start(room: string, cursor: number): void {
    this.#settleRoom(room, this.#options.findings);
    this.#rooms.set(room, { cursor, missing: new Set() });
  }

  #entries({ ref, room, entries }: EntriesFrame): void {
    const { name, findings, logOf } = this.#options;
    const after = ref === undefined ? undefined : this.#joins.get(ref);
    if (after !== undefined) {
      this.#joins.delete(ref!);
      this.#start(room, after);
    }
    const texts = new Set<string>();
    for (const entry of entries) {
      logOf(room).see(name, entry, findings);
      this.#take(room, entry.seq);
      if (entry.kind === "posted" && textOf(entry)) texts.add(entry.id);
      if (entry.kind === "edited" && textOf(entry)) texts.add(entry.message);
      if (entry.kind !== "deleted" && !isBlank(entry)) continue;
      const message = messageOf(entry);
      if (!texts.has(message)) continue;
      findings.add("differing", `${name} got the text of deleted ${message}`);
    }
  }

  #take(room: string, seq: number): void {
    const { name, findings } = this.#options;
    const delivered = this.#rooms.get(room);
    const what = `${name} got ${seq} of ${room}`;
    if (!delivered) return findings.add("invented", `${what}, not joined`);
    const { cursor, missing } = delivered;
    if (missing.delete(seq)) return findings.add("reordered", what);
    if (seq <= cursor) {
      return findings.add("doubled", `${what} after ${cursor}`);
    }
    for (let hole = cursor + 1; hole < seq; hole++) missing.add(hole);
    delivered.cursor = seq;
  }

  #settle(findings: Findings): void {
    for (const room of this.#rooms.keys()) this.#settleRoom(room, findings);
  }

  #settleRoom(room: string, findings: Findings): void {
    const missing = this.#rooms.get(room)?.missing;
    if (!missing || missing.size === 0) return;
    const seqs = [...missing].join(", ");
    const { name } = this.#options;
    findings.add("lost", `${name} never got ${seqs} of ${room}`, missing.size);
  }
}
