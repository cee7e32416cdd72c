/** The one path by which messages are written, for frames, forms, HTTP and bots. */
import type { Appended, Draft } from "./db/drafts.ts";
import type { Database } from "./db/open.ts";
import { ERRORS, Refusal } from "./errors.ts";
import { isBlocked, type Lane, type MessageLog } from "./message_log.ts";
import { bodyProblem, type MessagesFrame, normalizeBody } from "./protocol.ts";
import { type Rate, RateLimiter } from "./rate_limiter.ts";
import type { Mentions } from "./mentions.ts";
import { mayInRoom, type RoomAction, type Who } from "./permissions.ts";
import type { RecentRooms } from "./recent_rooms.ts";
import type { SeenRoom } from "./rooms.ts";

/** How often one person may write. */
export const POST_RATE: Rate = { burst: 100, perSecond: 10 };
/** How often one person may call everybody with `@here`. */
export const HERE_RATE: Rate = { burst: 5, perSecond: 1 / 60 };

/** People whose rates are kept: more than are here at once. */
const MOST_PEOPLE = 50_000;

/** A message that someone wants to post. */
export interface Post {
  who: Who;
  /** The room's id. */
  room: string;
  /** The message's id, a UUID that the sender minted. */
  id: string;
  body: string;
}

/** A draft that passed all checks and waits for its place in the log. */
export interface Admitted {
  /** Resolves once the entry is stored for good; rejects with a Refusal. */
  stored: Promise<Appended>;
}

/** What messages are checked and stored with. */
export interface MessagesOptions {
  db: Pick<Database, "epoch">;
  log: MessageLog;
  rooms: RecentRooms;
  mentions: Mentions;
  /** How often each may write; as usual, unless given. */
  rate?: Rate;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

/** Checks and stores what people write. */
export class Messages {
  readonly #epoch: string;
  readonly #log: MessageLog;
  readonly #rooms: RecentRooms;
  readonly #mentions: Mentions;
  readonly #limiter: RateLimiter;
  readonly #here: RateLimiter;
  readonly #now: () => number;

  /** Messages of the log of a database. */
  constructor(
    { db, log, rooms, mentions, rate = POST_RATE, now = Date.now }:
      MessagesOptions,
  ) {
    this.#epoch = db.epoch;
    this.#log = log;
    this.#rooms = rooms;
    this.#mentions = mentions;
    this.#limiter = new RateLimiter(rate, now, MOST_PEOPLE);
    this.#here = new RateLimiter(HERE_RATE, now, MOST_PEOPLE);
    this.#now = now;
  }

  /** Posts a message and waits until it is stored. */
  async post({ who, room, id, body }: Post): Promise<Appended> {
    const author = who.person.id;
    return await this.write(who, { kind: "posted", room, id, author, body });
  }

  /** Checks a draft and waits until it is stored. */
  async write(who: Who, draft: Draft): Promise<Appended> {
    const { stored } = await this.admit(who, draft);
    return await stored;
  }

  /**
   * Checks a draft and hands it to the log; rejects with a Refusal. No check
   * refuses an id that the log knows: what was accepted once is never refused
   * later (L3). In a lane a draft refused with `retry` holds up those behind
   * it (L4).
   */
  async admit(who: Who, given: Draft, lane?: Lane): Promise<Admitted> {
    const draft = normalized(given);
    const known = await this.#check(who, draft, lane);
    const stored = this.#log.append(draft, known ? undefined : lane);
    // Whoever admitted it may look at the outcome only later.
    stored.catch(() => {});
    return { stored };
  }

  /** The newest messages of a room, or those older than the one at `before`. */
  async page(
    room: string,
    options: { before?: number; limit: number },
  ): Promise<MessagesFrame> {
    const page = await this.#log.page(room, options);
    if (!page) throw new Refusal("no_room");
    return { type: "messages", room, epoch: this.#epoch, ...page };
  }

  /** Whether the log knows the id already; rejects when it may not be appended. */
  async #check(
    who: Who,
    draft: Draft,
    lane: Lane | undefined,
  ): Promise<boolean> {
    // It came again: whatever becomes of it now, it holds up nobody any more.
    if (lane?.blockedBy === draft.id) lane.blockedBy = null;
    try {
      if (lane && isBlocked(lane, draft.id)) throw new Refusal("out_of_order");
      await this.#checkNew(who, draft);
      return false;
    } catch (error) {
      const refusal = await this.#unlessKnown(draft, error);
      if (refusal === null) return true;
      if (ERRORS[refusal.code].retry && lane) lane.blockedBy ??= draft.id;
      throw refusal;
    }
  }

  /**
   * Why a draft is refused; null when the log has it, so that it must not be.
   * Only now is it looked up: most are new, and the append sees it by itself.
   */
  async #unlessKnown(draft: Draft, error: unknown): Promise<Refusal | null> {
    try {
      if (await this.#log.knows(draft.room, draft.id)) return null;
    } catch {
      return new Refusal("unavailable");
    }
    return error instanceof Refusal ? error : new Refusal("unavailable");
  }

  async #checkNew(who: Who, draft: Draft): Promise<void> {
    const room = await this.#rooms.see(who, draft.room);
    this.#checkRight(who, draft, room);
    if (draft.kind === "posted" || draft.kind === "edited") {
      const files = draft.kind === "posted" ? draft.files?.length : 0;
      const problem = bodyProblem(draft.body, files);
      if (problem) throw new Refusal(problem);
    }
    if (draft.kind === "reacted" && !isEmoji(draft.emoji)) {
      throw new Refusal("bad_reaction");
    }
    // What it answers may be gone, but it was in this room.
    const parent = draft.kind === "posted" ? draft.parent : undefined;
    if (parent !== undefined && !await this.#log.knows(room.id, parent)) {
      throw new Refusal("no_message");
    }
    const wait = this.#limiter.take(draft.author);
    if (wait > 0) throw new Refusal("too_fast", wait);
    if (draft.kind === "posted" || draft.kind === "edited") {
      draft.mentions = await this.#mentions.of(draft.body, room.id);
      // For good: waiting for it would hold up what is written next (L4).
      if (
        draft.mentions?.some(({ here }) => here !== undefined) &&
        this.#here.take(draft.author) > 0
      ) throw new Refusal("here_too_often");
    }
    const follows = draft.kind === "posted" && !room.inside;
    // Who left since then doesn't come back by a repetition.
    if (follows && !await this.#log.knows(draft.room, draft.id)) {
      await this.#rooms.follow(draft.author, draft.room);
    }
  }

  #checkRight(who: Who, draft: Draft, room: SeenRoom): void {
    const muted = (who.mutedUntil ?? 0) > this.#now();
    if (muted && SAYING.has(draft.kind)) throw new Refusal("muted");
    if (!mayInRoom(who.role, actionOf(draft), room)) {
      throw new Refusal("forbidden");
    }
    if (draft.kind === "deleted") {
      draft.moderating = mayInRoom(who.role, "deleteOthers", room);
    }
  }
}

/** What someone who is muted may not do. */
const SAYING: ReadonlySet<Draft["kind"]> = new Set([
  "posted",
  "edited",
  "reacted",
  // Names and topics are read, too.
  "settings",
]);

const LONGEST_EMOJI = 64;

function isEmoji(text: string): boolean {
  return text.length <= LONGEST_EMOJI && /^\p{RGI_Emoji}$/v.test(text);
}

function actionOf(draft: Draft): RoomAction {
  switch (draft.kind) {
    case "reacted":
      return "react";
    case "pinned":
      return "pin";
    case "settings":
      return "manage";
    case "member":
      return {
        joined: "invite",
        left: "leave",
        removed: "remove",
      }[draft.change] as RoomAction;
    default:
      return "post";
  }
}

function normalized(draft: Draft): Draft {
  if (draft.kind !== "posted" && draft.kind !== "edited") return draft;
  return { ...draft, body: normalizeBody(draft.body) };
}
