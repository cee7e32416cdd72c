/** What is known of a room's log: pieces that viewers saw, or all of it. */
import type { Entry } from "../protocol.ts";
import type { Findings } from "./delivery_findings.ts";
import type { OutboxRow } from "./outbox.ts";

/** What a person wrote. */
export interface Written {
  /** The entry's id. */
  id: string;
  /** The room's id. */
  room: string;
  /** Which frame sends it. */
  kind: OutboxRow["kind"];
  /** The normalized body, for a post or an edit. */
  body?: string;
  /** Which message is edited or deleted. */
  message?: string;
}

/** What a log tells of the entries below its floor (L8). */
export interface Gone {
  /** Seq of the oldest entry that is kept, 1 where nothing is gone. */
  floor: number;
  /** Messages posted below it. */
  posts: number;
  /** Where the entries with these ids were. */
  places: ReadonlyMap<string, number>;
}

/** Of a log that keeps everything. */
const NOTHING_GONE: Gone = { floor: 1, posts: 0, places: new Map() };

const KINDS: Partial<Record<Entry["kind"], Written["kind"]>> = {
  posted: "post",
  edited: "edit",
  deleted: "delete",
  reacted: "react",
  pinned: "pin",
};

/** A room's log as far as it was seen. */
export class KnownLog {
  readonly room: string;
  readonly #entries = new Map<number, Entry>();
  readonly #seqs = new Map<string, number>();
  #whole: readonly Entry[] | null = null;
  #gone = NOTHING_GONE;

  /** Knows nothing yet. */
  constructor(room: string) {
    this.room = room;
  }

  /** Whether all of it is known. */
  get isWhole(): boolean {
    return this.#whole !== null;
  }

  /** Seq of the oldest entry that it keeps. */
  get floor(): number {
    return this.#gone.floor;
  }

  /** Messages posted below the floor. */
  get postsGone(): number {
    return this.#gone.posts;
  }

  /** Seq of its newest entry. */
  get head(): number {
    return this.entries.at(-1)?.seq ?? this.floor - 1;
  }

  /** All that is kept of it, or what was seen, in order. */
  get entries(): readonly Entry[] {
    return this.#whole ??
      [...this.#entries.values()].sort((a, b) => a.seq - b.seq);
  }

  /** A viewer saw an entry. */
  see(who: string, entry: Entry, findings: Findings): void {
    const { seq, id } = entry;
    const at = this.#seqs.get(id);
    if (at !== undefined && at !== seq) {
      findings.add("doubled", `${who} got ${id} at ${at} and ${seq}`);
    }
    const known = this.#at(seq) ?? this.#entries.get(seq);
    if (known) this.#compare(who, known, entry, findings);
    else if (this.#whole && seq >= this.floor) {
      findings.add("invented", `${who} got ${id}, which the log lacks`);
    }
    // The text is kept, to compare with what others got before it was deleted.
    if (known && textOf(known) !== "") return;
    this.#entries.set(seq, entry);
    this.#seqs.set(id, seq);
  }

  /** This is all that is kept of it. */
  complete(
    entries: readonly Entry[],
    findings: Findings,
    gone: Gone = NOTHING_GONE,
  ): void {
    const ids = new Set<string>(gone.places.keys());
    let last = { seq: gone.floor - 1, at: 0, posts: gone.posts };
    for (const entry of entries) {
      const { seq, at, id, kind } = entry;
      const posts = last.posts + (kind === "posted" ? 1 : 0);
      const where = `${this.room} at ${seq}`;
      if (seq > last.seq + 1) {
        findings.add("lost", `hole in ${where}`, seq - last.seq - 1);
      }
      if (seq <= last.seq || at < last.at || entry.posts !== posts) {
        findings.add("reordered", `wrong order in ${where}`);
      }
      if (ids.has(id)) findings.add("doubled", `${id} again in ${where}`);
      ids.add(id);
      last = { seq, at, posts };
    }
    this.#whole = entries;
    this.#gone = gone;
    for (const seen of this.#entries.values()) {
      const { id, seq } = seen;
      const entry = this.#at(seq);
      if (entry) this.#compare("someone", entry, seen, findings, true);
      else if (gone.places.get(id) !== seq) {
        findings.add("invented", `${id}, which ${this.room} lacks`);
      }
    }
    for (const [id, seq] of gone.places) this.#seqs.set(id, seq);
    for (const { id, seq } of entries) this.#seqs.set(id, seq);
  }

  /** Compares the log with what somebody wrote; gives its seq, if known. */
  check(
    written: Written,
    author: string | undefined,
    acknowledged: number | undefined,
    findings: Findings,
  ): number | undefined {
    const { id } = written;
    const seq = this.#seqs.get(id);
    const entry = seq === undefined ? undefined : this.#at(seq);
    if (acknowledged !== undefined && seq !== acknowledged) {
      const other = this.#at(acknowledged) ?? this.#entries.get(acknowledged);
      if (this.#whole || other && other.id !== id) {
        findings.add("lost", `${id}, acknowledged at ${acknowledged}`);
      }
    }
    if (entry && !isAs(entry, written, author)) {
      findings.add("invented", `${id} at ${seq} is not what was written`);
    }
    return seq;
  }

  #at(seq: number): Entry | undefined {
    return this.#whole ? this.#whole[seq - this.floor] : this.#entries.get(seq);
  }

  /** `before` when it was seen before the log was whole, hence perhaps before a deletion. */
  #compare(
    who: string,
    known: Entry,
    seen: Entry,
    findings: Findings,
    before = false,
  ): void {
    const where = `${this.room} at ${known.seq}`;
    if (
      known.id !== seen.id || known.kind !== seen.kind ||
      known.author !== seen.author || targetOf(known) !== targetOf(seen) ||
      known.posts !== seen.posts || known.at !== seen.at
    ) {
      return findings.add("invented", `${who} got another entry in ${where}`);
    }
    const [text, got] = [textOf(known), textOf(seen)];
    const blanked = isBlank(seen) || isBlank(known) && (!this.#whole || before);
    if (text === got || blanked) return;
    findings.add("differing", `${who} got "${got}" in ${where}`);
  }
}

function targetOf(entry: Entry): string {
  return "message" in entry ? entry.message : "";
}

/** The text of an entry, empty where there is none any more. */
export function textOf(entry: Entry): string {
  return "body" in entry ? entry.body : "";
}

/** Whether an entry's text was deleted. */
export function isBlank(entry: Entry): boolean {
  return "deleted" in entry && entry.deleted === true;
}

function isAs(
  entry: Entry,
  { kind, body = "", message = "" }: Written,
  author: string | undefined,
): boolean {
  return KINDS[entry.kind] === kind && targetOf(entry) === message &&
    (author === undefined || entry.author === author) &&
    (isBlank(entry) || textOf(entry) === body);
}
