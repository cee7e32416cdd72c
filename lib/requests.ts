/** What each frame of a client does. */
import type { ChatHub } from "./chat_hub.ts";
import { type Connection, CONNECTION_LIMITS } from "./connection.ts";
import type { Draft } from "./db/drafts.ts";
import { ERRORS, Refusal } from "./errors.ts";
import type { Following } from "./following.ts";
import { isBlocked, type Lane } from "./message_log.ts";
import type { Messages } from "./messages.ts";
import type { PageReports } from "./page_reports.ts";
import type { Presence } from "./presence.ts";
import {
  type ClientFrame,
  type ClientFrameOf,
  type ClientFrameType,
  LIMITS,
  type Ref,
  refOf,
} from "./protocol.ts";
import type { RecentRooms } from "./recent_rooms.ts";
import type { Rooms, SeenRoom } from "./rooms.ts";

/** What requests are carried out with. */
export interface Services {
  hub: ChatHub;
  rooms: Rooms;
  recent: RecentRooms;
  messages: Messages;
  following: Following;
  presence: Presence;
  reports: Pick<PageReports, "take">;
  onError: (error: unknown) => void;
}

type Handlers = {
  [T in ClientFrameType]: (
    connection: Connection,
    frame: ClientFrameOf<T>,
  ) => Promise<void> | void;
};

const HISTORY_MESSAGES = 50;

/** The lane of posts whose room is not known. */
const ANY_ROOM = "";

/** Carries out the frames of all connections; each answer repeats the `ref`. */
export class Requests {
  readonly #services: Services;
  readonly #lanes = new WeakMap<Connection, Map<string, Lane>>();
  /** Ids that were acknowledged, the oldest first. */
  readonly #stored = new WeakMap<Connection, Set<string>>();
  readonly #handlers: Handlers = {
    join: (connection, frame) => this.#join(connection, frame),
    leave: async (connection, { room }) => {
      const found = await this.#services.recent.find(room);
      if (found) this.#services.hub.leave(connection, found.id);
    },
    post: (connection, { room, ...frame }) =>
      this.#write(connection, room, frame, (base) => ({
        ...base,
        kind: "posted",
        body: frame.body,
        ...frame.files?.length && { files: frame.files },
        parent: frame.parent,
      })),
    edit: (connection, { room, ...frame }) =>
      this.#write(connection, room, frame, (base) => ({
        ...base,
        kind: "edited",
        message: frame.message,
        body: frame.body,
      })),
    delete: (connection, { room, ...frame }) =>
      this.#write(connection, room, frame, (base) => ({
        ...base,
        kind: "deleted",
        message: frame.message,
      })),
    react: (connection, { room, ...frame }) =>
      this.#write(connection, room, frame, (base) => ({
        ...base,
        kind: "reacted",
        message: frame.message,
        emoji: frame.emoji,
        on: frame.on,
      })),
    pin: (connection, { room, ...frame }) =>
      this.#write(connection, room, frame, (base) => ({
        ...base,
        kind: "pinned",
        message: frame.message,
        on: frame.on,
      })),
    // In whichever lane: looking the room up may fail, and leave it blocked.
    withdraw: (connection, { id }) => {
      for (const lane of this.#lanes.get(connection)?.values() ?? []) {
        release(lane, id);
      }
    },
    history: async (connection, { room, ref, before, limit }) => {
      const { id } = await this.#room(connection, room);
      const options = { before, limit: limit ?? HISTORY_MESSAGES };
      const page = await this.#services.messages.page(id, options);
      connection.send({ ...page, ...refOf(ref) });
    },
    typing: async (connection, { room }) => {
      const { id } = await this.#room(connection, room);
      this.#services.presence.typing(id, connection.session.person.id);
    },
    read: async (connection, { room, seq }) => {
      const { id } = await this.#room(connection, room);
      const person = connection.session.person.id;
      await this.#services.following.read(person, id, seq);
    },
    unread: async (connection, { room, seq }) => {
      const { id } = await this.#room(connection, room);
      const person = connection.session.person.id;
      await this.#services.following.markUnread(person, id, seq);
    },
    report: async (connection, { room, gaps, doubles, reorders }) => {
      const { id } = await this.#room(connection, room);
      const person = connection.session.person.id;
      this.#services.reports.take(person, id, { gaps, doubles, reorders });
    },
    ping: (connection, { ref }) =>
      connection.send({ type: "pong", ...refOf(ref) }),
  };

  /** Requests carried out with the given services. */
  constructor(services: Services) {
    this.#services = services;
  }

  /** Handles one frame; resolves once the next may be handled (L4). */
  async handle(connection: Connection, frame: ClientFrame): Promise<void> {
    const handler = this.#handlers[frame.type] as (
      connection: Connection,
      frame: ClientFrame,
    ) => Promise<void> | void;
    try {
      await handler(connection, frame);
    } catch (error) {
      if (!(error instanceof Refusal)) this.#services.onError(error);
      connection.refuse(error, frame);
    }
  }

  #room({ session }: Connection, idOrSlug: string): Promise<SeenRoom> {
    return this.#services.recent.see(session, idOrSlug);
  }

  async #join(
    connection: Connection,
    frame: ClientFrameOf<"join">,
  ): Promise<void> {
    const { rooms, hub } = this.#services;
    // Before, so that nobody inside sees somebody come who may not.
    const { id } = await this.#room(connection, frame.room);
    const { subscriptions } = connection;
    if (subscriptions.size >= LIMITS.joins && !subscriptions.has(id)) {
      throw new Refusal("too_many_joins");
    }
    const check = () => rooms.see(connection.session, id);
    await hub.join(connection, { ...frame, room: id, check });
  }

  /** Hands a draft to the log in order; the answer follows when it is stored. */
  async #write(
    connection: Connection,
    idOrSlug: string,
    { ref, id }: { ref?: Ref | undefined; id: string },
    draft: (base: { room: string; id: string; author: string }) => Draft,
  ): Promise<void> {
    const author = connection.session.person.id;
    try {
      const room = await this.#roomInOrder(connection, idOrSlug, id);
      const { stored } = await this.#services.messages.admit(
        connection.session,
        draft({ room, id, author }),
        this.#lane(connection, room),
      );
      stored.then(({ seq }) => {
        this.#acknowledged(connection, id);
        connection.send({ type: "posted", ...refOf(ref), room, id, seq });
      }, (error) => {
        this.#spare(connection, id);
        connection.refuse(error, { ref, room, id });
      });
    } catch (error) {
      this.#spare(connection, id);
      throw error;
    }
  }

  /** Whoever was told that it is stored never sends it again: nobody waits for that. */
  #acknowledged(connection: Connection, id: string): void {
    let known = this.#stored.get(connection);
    if (!known) this.#stored.set(connection, known = new Set());
    known.add(id);
    // Of those, no more can still be on their way twice.
    if (known.size > CONNECTION_LIMITS.queuedFrames) {
      known.delete(known.values().next().value!);
    }
    this.#spare(connection, id);
  }

  /** A second copy that is refused holds up nobody where the first was acknowledged (L4). */
  #spare(connection: Connection, id: string): void {
    if (!this.#stored.get(connection)?.has(id)) return;
    for (const lane of this.#lanes.get(connection)?.values() ?? []) {
      release(lane, id);
    }
  }

  /** Where the room can't be looked up, later posts to any room wait (L4). */
  async #roomInOrder(
    connection: Connection,
    idOrSlug: string,
    draft: string,
  ): Promise<string> {
    const lane = this.#lane(connection, ANY_ROOM);
    release(lane, draft);
    if (isBlocked(lane, draft)) throw new Refusal("out_of_order");
    try {
      const found = await this.#services.recent.find(idOrSlug);
      if (!found) throw new Refusal("no_room");
      return found.id;
    } catch (error) {
      // A database elsewhere that is away is refused already, with `retry`.
      const isFinal = error instanceof Refusal && !ERRORS[error.code].retry;
      if (!isFinal) lane.blockedBy = draft;
      throw error;
    }
  }

  #lane(connection: Connection, room: string): Lane {
    let lanes = this.#lanes.get(connection);
    if (!lanes) this.#lanes.set(connection, lanes = new Map());
    let lane = lanes.get(room);
    if (!lane) lanes.set(room, lane = { blockedBy: null });
    return lane;
  }
}

function release(lane: Lane, draft: string): void {
  if (lane.blockedBy === draft) lane.blockedBy = null;
}
