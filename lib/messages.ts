/** The one path by which messages are written, for frames, forms, HTTP and bots. */
import type { Appended, Draft } from "./db/drafts.ts";
import type { Database } from "./db/open.ts";
import { ERRORS, Refusal } from "./errors.ts";
import { isBlocked, type Lane, type MessageLog } from "./message_log.ts";
import { bodyProblem, type MessagesFrame, normalizeBody } from "./protocol.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { Rooms } from "./rooms.ts";

/** A message that someone wants to post. */
export interface Post {
  /** The author's person id. */
  person: string;
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

/** Checks and stores what people write. */
export class Messages {
  readonly #epoch: string;
  readonly #log: MessageLog;
  readonly #rooms: Rooms;
  readonly #limiter: RateLimiter;

  /** Messages of the log of a database. */
  constructor(
    { epoch }: Database,
    log: MessageLog,
    rooms: Rooms,
    limiter: RateLimiter,
  ) {
    this.#epoch = epoch;
    this.#log = log;
    this.#rooms = rooms;
    this.#limiter = limiter;
  }

  /** Posts a message and waits until it is stored. */
  async post({ person, room, id, body }: Post): Promise<Appended> {
    const { stored } = await this.admit({
      kind: "posted",
      room,
      id,
      author: person,
      body,
    });
    return await stored;
  }

  /**
   * Checks a draft and hands it to the log; rejects with a Refusal. An id that the log knows skips
   * all checks: what was accepted once is never refused later (L3). In a lane
   * a draft refused with `retry` holds up those behind it (L4).
   */
  async admit(given: Draft, lane?: Lane): Promise<Admitted> {
    const draft = normalized(given);
    const known = await this.#check(draft, lane);
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
  async #check(draft: Draft, lane: Lane | undefined): Promise<boolean> {
    // It came again: whatever becomes of it now, it holds up nobody any more.
    if (lane?.blockedBy === draft.id) lane.blockedBy = null;
    try {
      if (await this.#log.knows(draft.room, draft.id)) return true;
      if (lane && isBlocked(lane, draft.id)) throw new Refusal("out_of_order");
      await this.#checkNew(draft);
      return false;
    } catch (error) {
      const refusal = error instanceof Refusal
        ? error
        : new Refusal("unavailable");
      if (ERRORS[refusal.code].retry && lane) lane.blockedBy ??= draft.id;
      throw refusal;
    }
  }

  async #checkNew(draft: Draft): Promise<void> {
    if (draft.kind !== "deleted") {
      const files = draft.kind === "posted" ? draft.files?.length : 0;
      const problem = bodyProblem(draft.body, files);
      if (problem) throw new Refusal(problem);
    }
    const wait = this.#limiter.take(draft.author);
    if (wait > 0) throw new Refusal("too_fast", wait);
    await this.#rooms.follow(draft.author, draft.room);
  }
}

function normalized(draft: Draft): Draft {
  if (draft.kind === "deleted") return draft;
  return { ...draft, body: normalizeBody(draft.body) };
}
