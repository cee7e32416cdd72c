/**
 * A client of the chat: one connection, the rooms on screen and what was sent.
 *
 * For browsers, Deno and Node 22 alike; it knows no framework.
 */
import {
  bodyProblem,
  type ClientFrame,
  type EntriesFrame,
  type ErrorFrame,
  type FileInfo,
  type MeFrame,
  type Message,
  type MessagesFrame,
  normalizeBody,
  type Person,
  type ServerFrame,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
} from "../protocol.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Company } from "./company.ts";
import {
  Connection,
  type ConnectionStatus,
  type SessionCheck,
} from "./connection.ts";
import {
  type HeldRoom,
  HeldRooms,
  NOBODY,
  type Presence,
} from "./held_rooms.ts";
import { BUFFERED_MOST, type ClientError, type Link } from "./link.ts";
import { MemoryOutbox, type Outbox, type OutboxRow } from "./outbox.ts";
import { Peeks } from "./peeks.ts";
import { Reading } from "./reading.ts";
import type { RoomState } from "./room_state.ts";
import { RoomSync } from "./room_sync.ts";
import { Sender } from "./sender.ts";
import { parseServerFrame } from "./server_frame.ts";
import type { SocketLike } from "./socket.ts";
import { Timers } from "./timers.ts";
import { uuidv7 } from "./uuid.ts";

export type {
  ClientError,
  Clock,
  ConnectionStatus,
  Presence,
  SessionCheck,
  SocketLike,
};

/** What a {@link ChatClient} needs to know. */
export interface ChatClientOptions {
  /** Address of the WebSocket: `wss://chat.example.org/api/ws`. */
  url: string;
  /** A program's token from `POST /api/session`; browsers have the cookie. */
  token?: string;
  /** Who is signed in, until `me` tells. */
  person?: Person;
  /** Where unacknowledged rows are kept; in memory unless given. */
  outbox?: Outbox;
  /** Asked after a handshake that never opened, since browsers hide its status (C3). */
  checkSession?: () => Promise<SessionCheck>;
  /** Makes the socket; the runtime's `WebSocket` unless given. */
  createSocket?: (url: string, protocols: string[]) => SocketLike;
  /** Time and timers; the runtime's unless given. */
  clock?: Clock;
  /** A number from 0 up to 1, for jitter; `Math.random` unless given. */
  random?: () => number;
  /** The server-rendered start of {@link ChatClient.me}. */
  me?: MeFrame;
}

/** What a post has besides its body. */
export interface PostOptions {
  files?: readonly FileInfo[];
  parent?: string;
  id?: string;
}

/** Messages kept of a room that left the screen. */
const MESSAGES_KEPT = 200;

/** One connection, the rooms on screen, and what was sent but not yet confirmed. */
export class ChatClient {
  #clock: Clock;
  #timers: Timers;
  #connection: Connection;
  #rooms = new HeldRooms();
  #reading: Reading;
  #company: Company;
  #peeks: Peeks;
  #sync: RoomSync;
  #sender: Sender;
  #person: Person | null;
  #me: MeFrame | null = null;
  #lastError: ClientError | null = null;
  #listeners = new Set<() => void>();
  #notifying = false;
  #started = false;

  /** Takes the options; nothing happens before {@link start}. */
  constructor(options: ChatClientOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#timers = new Timers(this.#clock);
    this.#person = options.person ?? null;
    const random = options.random ?? Math.random;
    this.#connection = this.#makeConnection(options, random);
    const link = this.#makeLink(random);
    this.#sync = new RoomSync(link, this.#rooms);
    this.#reading = new Reading(link, this.#rooms);
    this.#company = new Company(link, this.#rooms);
    this.#peeks = new Peeks(link);
    const outbox = options.outbox ?? new MemoryOutbox();
    this.#sender = new Sender(link, this.#rooms, outbox);
    if (options.me) this.#takeMe(options.me);
  }

  // --- What is shown ---------------------------------------------------------

  /** How the connection is doing. */
  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** State of the socket: 0 connecting, 1 open, 2 closing, 3 closed or none. */
  get readyState(): 0 | 1 | 2 | 3 {
    return this.#connection.readyState;
  }

  /** When the next attempt to connect is due, in milliseconds since 1970, or null. */
  get retryAt(): number | null {
    return this.#connection.retryAt;
  }

  /** Whether the server lets in no more: this person or network has too many. */
  get isFull(): boolean {
    return this.#connection.isFull;
  }

  /** The close code (4500 and above) that ended the session, or null. */
  get endedCode(): number | null {
    return this.#connection.endedCode;
  }

  /** Whether what is unsent outlives the page, as far as known (C1). */
  get durable(): boolean {
    return this.#sender.durable;
  }

  /** What went wrong last, or null. */
  get lastError(): ClientError | null {
    return this.#lastError;
  }

  /** Who one is and the rooms one follows, or null until known. */
  get me(): MeFrame | null {
    return this.#me;
  }

  /** Who is signed in, or null until known. */
  get person(): Person | null {
    return this.#me?.person ?? this.#person;
  }

  /** The rooms held in memory, by id: on screen or recently so. */
  get rooms(): ReadonlyMap<string, RoomState> {
    return this.#rooms.states;
  }

  /** Seq up to which one has read, or behind which one marked messages as unread. */
  lastRead(room: string): number {
    return this.#reading.lastRead(room);
  }

  /** Whether one marked messages as unread there, and has not read them since. */
  isMarked(room: string): boolean {
    return this.#reading.isMarked(room);
  }

  /** How many messages one has not read. */
  unread(room: string): number {
    return this.#reading.unread(room);
  }

  /** How many unread messages mention one. */
  mentions(room: string): number {
    return this.#reading.mentions(room);
  }

  /** Who has the room on screen, or null when unknown. */
  presence(room: string): Presence | null {
    return this.#rooms.find(room)?.presence ?? null;
  }

  /** The others who are writing right now; the same array while unchanged. */
  typing(room: string): readonly Person[] {
    return this.#rooms.find(room)?.typing ?? NOBODY;
  }

  /** Calls `listener` after changes, once for all of a turn; returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // --- What one does ---------------------------------------------------------

  /** Connects, and sends what the outbox holds. */
  start(): void {
    this.#started = true;
    this.#connection.start();
    this.#sender.claim();
  }

  /** Closes the connection and all timers; {@link start} begins anew. */
  stop(): void {
    this.#started = false;
    this.flush();
    this.#sync.stop();
    this.#connection.stop();
    this.#timers.clear();
  }

  /** Tries at once instead of waiting: the network or the tab came back. */
  wake(): void {
    this.#connection.wake();
    if (this.#started) this.#sender.claim();
  }

  /** The page goes, perhaps for good: another tab may send what is unsent. */
  leave(): void {
    this.flush();
    this.#sender.leave();
  }

  /** Tells whether the machine has a network, as far as one knows. */
  setOnline(online: boolean): void {
    this.#connection.setOnline(online);
  }

  /** Sends at once what otherwise waits to be sent together: the tab may go. */
  flush(): void {
    this.#reading.flush();
  }

  /**
   * Puts a room on screen, by id or slug. `initial` is what the server
   * rendered: the client resumes behind it.
   */
  open(room: string, initial?: MessagesFrame): RoomState {
    const held = this.#rooms.hold(room);
    const { state } = held;
    if (
      initial && (!state.loaded || state.epoch !== initial.epoch ||
        state.cursor.seq < initial.seq)
    ) {
      this.#apply(
        held,
        initial,
        () => state.applyMessages({ ...initial, reset: true }),
      );
    }
    if (held.onScreen) return state;
    held.onScreen = true;
    this.#reading.release(held.key);
    state.error = null;
    this.#sync.join(held);
    this.#changed();
    return state;
  }

  /** Takes a room off the screen; its state is kept a while for a fast return. */
  close(room: string): void {
    const held = this.#rooms.find(room);
    if (!held?.onScreen) return;
    this.flush();
    this.#reading.release(held.key);
    held.onScreen = false;
    this.#sync.leave(held);
    this.#company.forget(held);
    held.state.dropAcknowledgedRows();
    held.state.trim(MESSAGES_KEPT);
    this.#rooms.forgetIdle();
    this.#changed();
  }

  /**
   * Posts a message and returns its id; it shows as pending at once, online
   * or not, or as failed when it is empty or too long. `files` are uploads of
   * one's own, `parent` is the message that it answers, `id` is minted unless
   * given. Throws a RangeError when 1,000 rows wait in the room.
   */
  post(
    room: string,
    body: string,
    { files, parent, id }: PostOptions = {},
  ): string {
    const held = this.#rooms.hold(room);
    held.typingSentAt = -Infinity;
    return this.#submit(held, {
      ...{ kind: "post", body: normalizeBody(body) },
      ...(files === undefined || files.length === 0 ? {} : { files }),
      ...(parent === undefined ? {} : { parent }),
      ...(id === undefined ? {} : { id }),
    });
  }

  /** Gives a message a new body; returns the change's id. See {@link RoomState.changes}. */
  edit(room: string, message: string, body: string): string {
    const held = this.#rooms.hold(room);
    const text = normalizeBody(body);
    return this.#submit(held, { kind: "edit", message, body: text });
  }

  /** Deletes a message; returns the change's id. See {@link RoomState.changes}. */
  delete(room: string, message: string): string {
    return this.#submit(this.#rooms.hold(room), { kind: "delete", message });
  }

  /**
   * Reacts to a message, or takes that back; shown at once. What is refused is
   * undone: see {@link RoomState.undone}. Returns the change's id.
   */
  react(room: string, message: string, emoji: string, on: boolean): string {
    const held = this.#rooms.hold(room);
    return this.#submit(held, { kind: "react", message, emoji, on });
  }

  /** Pins a message, or ends that; as {@link react} does. */
  pin(room: string, message: string, on: boolean): string {
    return this.#submit(this.#rooms.hold(room), { kind: "pin", message, on });
  }

  /**
   * Keeps a message that another one answers, as it was read as of entry
   * `seq`, or that there is none; false when it must be read again.
   */
  keepOriginal(
    room: string,
    id: string,
    found: { message: Message; seq: number } | null,
  ): boolean {
    const kept = this.#rooms.find(room)?.state.keepOriginal(id, found) ?? true;
    this.#changed();
    return kept;
  }

  /** No longer tells of what was undone. */
  forgetUndone(room: string): void {
    const held = this.#rooms.find(room);
    if (held) held.state.undone = null;
    this.#changed();
  }

  /** Sends a failed row again, under the same id. */
  retry(room: string, id: string): void {
    const held = this.#rooms.find(room);
    if (held) this.#sender.retry(held, id);
  }

  /** Gives up a failed or pending row; one under way may still arrive. */
  cancel(room: string, id: string): void {
    const held = this.#rooms.find(room);
    if (held) this.#sender.cancel(held, id);
  }

  /**
   * Loads older messages; calls made meanwhile share the answer. Waits while
   * there is no connection; rejects when the server refuses, and resolves
   * without messages when the room is closed or the client stopped.
   */
  loadOlder(room: string): Promise<void> {
    const held = this.#rooms.find(room);
    if (!held?.onScreen) return Promise.resolve();
    const loaded = this.#sync.loadOlder(held);
    this.#changed();
    return loaded;
  }

  /**
   * Up to `limit` messages of any room below seq `before`, which are not kept;
   * none where there is no connection or one may not read it.
   */
  peek(
    room: string,
    before: number,
    limit: number,
  ): Promise<readonly Message[]> {
    return this.#peeks.ask(room, before, limit);
  }

  /** Tells the others that one is writing; at most every 3 s. */
  sendTyping(room: string): void {
    const held = this.#rooms.find(room);
    if (held) this.#company.sendTyping(held);
  }

  /** Moves the read cursor forward to `seq`; sent at most once a second. */
  markRead(room: string, seq: number): void {
    this.#reading.mark(room, seq);
  }

  /**
   * Marks a room as unread from the message at `seq` on, or from its last one,
   * on all one's devices. Nothing more is read in it until it is opened again,
   * or one calls {@link readAgain}.
   */
  markUnread(room: string, seq: number): void {
    this.#reading.markUnread(room, seq);
  }

  /** Marks a whole room as read, or as unread from its last message on. */
  mark(room: string, as: "read" | "unread"): void {
    if (as === "unread") return this.markUnread(room, Number.MAX_SAFE_INTEGER);
    this.readAgain(room);
    this.markRead(room, Number.MAX_SAFE_INTEGER);
  }

  /** What is seen of a room counts as read again, after {@link markUnread}. */
  readAgain(room: string): void {
    this.#reading.release(room);
  }

  // --- What the server says --------------------------------------------------

  #received(data: unknown): void {
    try {
      const frame = parseServerFrame(data);
      if (frame) this.#handle(frame);
    } catch (error) {
      this.#report({ code: "bad_server_frame", message: String(error) });
    }
  }

  #handle(frame: ServerFrame): void {
    switch (frame.type) {
      case "entries":
      case "messages":
        return this.#takeRoomFrame(frame);
      case "posted":
        this.#sender.posted(frame);
        this.#rooms.forgetIdle();
        return this.#changed();
      case "me":
        return this.#takeMe(frame);
      case "presence":
        return this.#company.takePresence(frame);
      case "typing":
        return this.#company.takeTyping(frame, this.person);
      case "floor":
        this.#rooms.find(frame.room)?.state.applyFloor(frame.floor);
        return this.#changed();
      case "error":
        return this.#takeError(frame);
      case "pong":
    }
  }

  #takeRoomFrame(frame: EntriesFrame | MessagesFrame): void {
    if (frame.type === "messages" && this.#peeks.take(frame)) return;
    const room = this.#sync.roomOf(frame);
    if (!room) return;
    this.#apply(
      room,
      frame,
      () =>
        frame.type === "entries"
          ? this.#sync.entries(room, frame)
          : this.#sync.messages(room, frame),
    );
  }

  /** Applies a frame, then lets go of the rows that it shows to be in the log. */
  #apply(
    room: HeldRoom,
    frame: EntriesFrame | MessagesFrame,
    apply: () => void,
  ): void {
    const items = frame.type === "entries" ? frame.entries : frame.messages;
    const rows = this.#sender.rowsAmong(room, items);
    apply();
    this.#sender.settle(room, rows);
    if (frame.type === "entries") this.#noteAuthors(room, frame);
    else if (frame.reset) this.#sender.resendUnacknowledged(room);
    this.#changed();
  }

  /** Whoever posted writes no more, and who posted oneself has read so far. */
  #noteAuthors(room: HeldRoom, frame: EntriesFrame): void {
    for (const entry of frame.entries) {
      if (entry.kind !== "posted") continue;
      this.#company.posted(room, entry);
      const { seq, posts, author } = entry;
      const applied = seq <= room.state.cursor.seq;
      if (!applied || author !== this.person?.id) continue;
      this.#reading.posted(room.key, seq, posts);
    }
  }

  #takeMe(frame: MeFrame): void {
    const held = this.#me;
    if (held?.epoch === frame.epoch && frame.version < held.version) return;
    this.#me = frame;
    for (const { slug, room } of frame.rooms) this.#rooms.identify(slug, room);
    for (const state of this.rooms.values()) state.rename(frame.person);
    for (const { room } of frame.rooms) this.#sync.allowed(room);
    this.#reading.take(frame);
    this.#changed();
  }

  #takeError(frame: ErrorFrame): void {
    const { code, message, room, id } = frame;
    this.#report({
      ...{ code, message },
      ...(room === undefined ? {} : { room }),
      ...(id === undefined ? {} : { id }),
    });
    if (this.#peeks.refused(frame.ref)) return;
    if (!this.#sender.refused(frame)) this.#sync.refused(frame);
  }

  // --- Internals -------------------------------------------------------------

  #makeConnection(
    options: ChatClientOptions,
    random: () => number,
  ): Connection {
    const { url, token, checkSession } = options;
    const create = options.createSocket ??
      ((url, protocols) => new WebSocket(url, protocols));
    const protocols = [SUBPROTOCOL];
    if (token) protocols.push(TOKEN_SUBPROTOCOL_PREFIX + token);
    return new Connection({
      createSocket: () => create(url, protocols),
      checkSession: checkSession ?? (() => Promise.resolve("unreachable")),
      clock: this.#clock,
      random,
      ping: JSON.stringify({ type: "ping" } satisfies ClientFrame),
      opened: () => this.#opened(),
      received: (data) => this.#received(data),
      closed: (code) => this.#closed(code),
      failed: (code, message) => this.#report({ code, message }),
      changed: () => this.#changed(),
    });
  }

  #makeLink(random: () => number): Link {
    const isOpen = () => this.#connection.isOpen;
    const isEnded = () => this.#connection.status === "ended";
    const isCongested = () => this.#isCongested;
    let ref = 0;
    return {
      get isOpen() {
        return isOpen();
      },
      get isEnded() {
        return isEnded();
      },
      get isCongested() {
        return isCongested();
      },
      timers: this.#timers,
      now: () => this.#clock.now(),
      random,
      nextRef: () => ++ref,
      send: (frame) => this.#send(frame),
      retreat: () => this.#connection.retreat(),
      report: (error) => this.#report(error),
      changed: () => this.#changed(),
    };
  }

  #opened(): void {
    this.#sync.joinAll();
    this.#sender.pump();
    this.#reading.opened();
  }

  #closed(code: number | null): void {
    this.#peeks.disconnected();
    this.#sync.disconnected();
    this.#sender.disconnected(code);
    for (const room of this.#rooms.all()) this.#company.forget(room);
    this.#changed();
  }

  #submit(
    room: HeldRoom,
    change: Omit<OutboxRow, "id" | "room" | "at"> & { id?: string },
  ): string {
    const at = this.#clock.now();
    const { body, files = [], id = uuidv7(at) } = change;
    const problem = body === undefined ? null : bodyProblem(body, files.length);
    this.#sender.submit({
      ...{ ...change, id, room: room.key, at },
      ...(problem ? { failed: problem } : {}),
    });
    return id;
  }

  get #isCongested(): boolean {
    return this.#connection.bufferedAmount > BUFFERED_MOST;
  }

  #send(frame: ClientFrame): boolean {
    return this.#connection.send(JSON.stringify(frame));
  }

  #report(error: Omit<ClientError, "at">): void {
    this.#lastError = { ...error, at: this.#clock.now() };
    this.#changed();
  }

  #changed(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      for (const listener of [...this.#listeners]) callSafely(listener);
    });
  }
}

/** One listener's mistake keeps no other from hearing; it surfaces by itself. */
function callSafely(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
