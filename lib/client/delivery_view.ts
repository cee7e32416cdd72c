/** Compares what a viewer shows of a room with the fold of its log (C2). */
import { type Entry, type Message, messageOf } from "../protocol.ts";
import type { Findings } from "./delivery_findings.ts";
import type { KnownLog } from "./delivery_log.ts";
import { begun, changed } from "./message_fold.ts";

/** What is shown of a room; a `RoomState` is one. */
export interface RoomView {
  readonly room: string;
  /** The log's identity, where it may change: another one has revs of its own. */
  readonly epoch?: string;
  readonly loaded: boolean;
  readonly cursor: { readonly seq: number; readonly id: string };
  readonly posts: number;
  readonly more: boolean;
  /** Seq of the oldest entry that the log keeps, as far as the viewer was told. */
  readonly floor?: number;
  readonly messages: readonly Message[];
}

type Snapshot = Omit<RoomView, "room" | "epoch">;

/** The last thing that a viewer showed of a room. */
export class Screen {
  #view: Snapshot | null = null;
  #settled = false;
  readonly #revs = new Map<string, number>();
  #epoch: string | undefined;

  /** Something changed: what is shown must be in order, and never grow older. */
  show(
    shown: RoomView,
    settled: boolean,
    { name, findings }: { name: string; findings: Findings },
  ): void {
    this.#settled = settled;
    const before = this.#view?.messages;
    const { room, epoch, messages } = shown;
    const { loaded, cursor, posts, more, floor = 1 } = shown;
    this.#view = { loaded, cursor, posts, more, floor, messages };
    if (messages === before) return;
    // A copied-back database may know older states only (L9).
    if (epoch !== this.#epoch) this.#revs.clear();
    this.#epoch = epoch;
    let last = 0;
    for (const { id, seq, rev } of messages) {
      const where = `${name} shows ${id} of ${room} at ${seq}`;
      if (seq === last) findings.add("doubled", where);
      if (seq < last) findings.add("reordered", where);
      if (rev < (this.#revs.get(id) ?? 0)) {
        findings.add("reordered", `${where} as it was at ${rev}, long past`);
      }
      this.#revs.set(id, rev);
      last = seq;
    }
  }

  /** Compares it with the log as far as that is known. */
  check(name: string, log: KnownLog, findings: Findings): void {
    const view = this.#view;
    if (!view?.loaded) {
      if (!this.#settled) return;
      return findings.add("lost", `${name} shows nothing of ${log.room}`);
    }
    const where = `${name} in ${log.room}`;
    const { head } = log;
    const lacking = head - view.cursor.seq;
    if (this.#settled && log.isWhole && lacking !== 0) {
      const example = `${where} is at ${view.cursor.seq} of ${head}`;
      findings.add(
        lacking > 0 ? "lost" : "invented",
        example,
        Math.abs(lacking),
      );
    }
    checkDense(where, view, log, findings);
    const fold = Fold.of(log);
    for (const message of view.messages) {
      const isGone = message.seq < log.floor;
      // Who was cut off has not heard of it.
      if (isGone && !this.#settled) continue;
      const why = isGone
        ? "is gone from the log"
        : fold.problem(message, view.cursor.seq, log.isWhole);
      if (why) findings.add("differing", `${where}: ${message.id} ${why}`);
    }
  }
}

/** `posts` numbers the messages: none may be missing between those shown. */
function checkDense(
  where: string,
  view: Snapshot,
  log: KnownLog,
  findings: Findings,
): void {
  let expected = view.messages[0]?.posts ?? view.posts + 1;
  const lacking = expected - 1 - log.postsGone;
  // How many messages were below the floor, only the log tells.
  const isTold = log.isWhole || view.floor === 1;
  if (!view.more && isTold && lacking > 0) {
    findings.add("lost", `${where}: nothing before ${expected}`, lacking);
  }
  for (const { posts, id, kind } of view.messages) {
    // What happened to the room stands between messages, and is no post.
    if (kind && posts === expected - 1) continue;
    if (posts !== expected) {
      const count = Math.max(1, posts - expected);
      findings.add("lost", `${where}: messages before ${id}`, count);
    }
    expected = posts + 1;
  }
  if (expected === view.posts + 1) return;
  findings.add("lost", `${where}: the newest of ${view.posts} messages`);
}

/** All states that each message of a log ever had. */
class Fold {
  static readonly #cache = new WeakMap<readonly Entry[], Fold>();
  readonly #states = new Map<string, Message[]>();
  readonly #posted = new Map<string, Entry>();
  readonly #deletedAt = new Map<string, number>();

  /** The fold of what is known; of a whole log it is made once. */
  static of({ entries }: KnownLog): Fold {
    let fold = Fold.#cache.get(entries);
    if (!fold) Fold.#cache.set(entries, fold = new Fold(entries));
    return fold;
  }

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) {
      const message = messageOf(entry);
      if (!("message" in entry)) {
        this.#posted.set(message, entry);
        this.#states.set(message, [begun(entry)]);
        continue;
      }
      if (entry.kind === "deleted") this.#deletedAt.set(message, entry.seq);
      const states = this.#states.get(message);
      // What began it was not seen.
      const last = states?.at(-1);
      if (last) states!.push(changed(last, entry));
    }
  }

  /** How a message differs from what the log makes of it, or null. */
  problem(message: Message, cursor: number, isWhole: boolean): string | null {
    const { id, rev } = message;
    const states = this.#states.get(id) ?? [];
    const state = states.find((one) => one.rev === rev);
    if (!state) return isWhole ? `has an unknown rev ${rev}` : null;
    if (states.some((one) => one.rev > rev && one.rev <= cursor)) {
      return `misses what followed ${rev}`;
    }
    const posted = this.#posted.get(id);
    if (posted && !isPostedAs(message, posted)) return "was posted otherwise";
    const deletedAt = this.#deletedAt.get(id);
    if (message.deleted) {
      if (message.body !== "") return "is deleted and has a text";
      return deletedAt === undefined && isWhole ? "was never deleted" : null;
    }
    if (deletedAt !== undefined) {
      return rev >= deletedAt || cursor >= deletedAt ? "is not deleted" : null;
    }
    const extras = differences(message, state);
    if (extras.includes("body")) return `has the text "${message.body}"`;
    // Pieces of a log may lack what came between.
    return isWhole && extras.length > 0 ? `differs in ${extras}` : null;
  }
}

const STATE_FIELDS = [
  ...["body", "editedAt", "reactions", "pinnedAt"] as const,
  ...["parent", "mentions", "files", "kind", "person", "change"] as const,
  ...["roomName", "topic", "archived"] as const,
];

function differences(message: Message, state: Message): string[] {
  return STATE_FIELDS.filter((field) =>
    JSON.stringify(message[field]) !== JSON.stringify(state[field])
  );
}

function isPostedAs(message: Message, entry: Entry): boolean {
  return message.seq === entry.seq && message.at === entry.at &&
    message.posts === entry.posts && message.author === entry.author;
}
