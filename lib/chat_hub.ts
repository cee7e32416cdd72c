/**
 * The hub: which connection has which room on screen, and how far it got.
 *
 * It knows neither database nor accounts: it is given functions that read the
 * log. A doorbell tells it that a room's log grew; it reads what is new into
 * the room's ring and moves every subscription from its cursor to the head.
 */
// As a whole, so that a simulation can put its own turns in place.
import timers from "node:timers";
import type { Connection } from "./connection.ts";
import { ERRORS, Refusal } from "./errors.ts";
import { metrics } from "./metrics.ts";
import {
  type Entry,
  type ErrorCode,
  type FloorFrame,
  type Message,
  type Ref,
  refOf,
} from "./protocol.ts";
import { entriesFrame, RING_FILL, RoomRing } from "./room_ring.ts";
import { SlowConnections } from "./slow_connections.ts";

/** What the hub reads of the log (L5). */
export interface HubLog {
  /** The database's identity; a restored copy has another. */
  readonly epoch: string;
  /** The newest entries, oldest first, and the room's head and floor. */
  newest(
    room: string,
    limits: { limit: number; bytes: number },
  ): Promise<{ head: number; floor: number; entries: Entry[] } | null>;
  /** Entries after `after`, oldest first; at least one unless there is none. */
  read(
    room: string,
    options: { after: number; limit: number; bytes: number },
  ): Promise<Entry[]>;
  /** Id of the entry at `seq`, or null when it is not kept. */
  entryId(room: string, seq: number): Promise<string | null>;
  /** The newest messages and the head, read together. */
  page(room: string, options: { limit: number }): Promise<RoomPage>;
}

/** States of messages as of `seq`. */
export interface RoomPage {
  seq: number;
  id: string;
  posts: number;
  messages: Message[];
  more: boolean;
}

/** A connection's cursor in a room. */
export interface Subscription {
  readonly connection: Connection;
  readonly room: OpenRoom;
  /** Seq of the last entry sent; undefined until the join was answered. */
  cursor: number | undefined;
  /** Left, joined anew or closed: whatever is under way for it must stop (D1). */
  ended: boolean;
  /** Whether a page of the log is being read for it. */
  reading: boolean;
  /** Pages read since it last was inside the ring. */
  pages: number;
  /** Seq of the last entry that it may be sent: by it the person was sent out (D5). */
  lastSeq: number | undefined;
  /** Rejects when the room may not be read any more. */
  readonly check: () => Promise<unknown>;
  /** Which refusal tells them so. */
  why: ErrorCode;
  /** Signals that it missed while it was slow. */
  missed: Set<SignalType> | undefined;
}

/** Signals are state: only the newest of each type matters. */
export type SignalType = "presence" | "typing" | "floor";

/** Entries from the log with their frame, for all who lack the same. */
interface LogPage {
  entries: readonly Entry[];
  text: string;
}

/** The newest messages, encoded. */
interface Snapshot {
  seq: number;
  frame: (ref: Ref | undefined) => string;
}

/** A room that at least one connection on this machine has on screen. */
interface OpenRoom {
  readonly id: string;
  readonly subscriptions: Set<Subscription>;
  readonly signals: Map<SignalType, string>;
  readonly pages: Map<number, Promise<LogPage>>;
  /** The last one, read when the ring's head was `head`. */
  snapshot: { head: number; at: number; read: Promise<Snapshot> } | undefined;
  ring: RoomRing;
  /** The highest floor that was told (L8). */
  floor: number;
  /** Resolves once the ring holds the newest entries. */
  ready: Promise<void>;
  /** A read is under way; `rang` makes another follow (D1). */
  refreshing: boolean;
  rang: boolean;
  /** Ends with the read that is under way, or that was the last one. */
  refreshed: Promise<void>;
  flushAt: number | undefined;
  flushedAt: number;
}

/** What a join asks for. */
export interface JoinRequest {
  room: string;
  after?: number | undefined;
  afterId?: string | undefined;
  epoch?: string | undefined;
  ref?: Ref | undefined;
  /** Rejects when the room may not be read (any more). */
  check?: (() => Promise<unknown>) | undefined;
}

/** What the hub tells, and what tests replace. */
export interface HubOptions {
  /** Called when reading the log failed; the hub tries again by itself. */
  onError: (error: unknown) => void;
  /** Called when a connection's first or last subscription to a room changes. */
  onSubscribed?: (connection: Connection, room: string) => void;
  onUnsubscribed?: (connection: Connection, room: string) => void;
  /** Called when a room comes on the first screen; resolves when its doorbell is heard. */
  onOpened?: (room: string) => Promise<void>;
  /** Called when it is on no screen any more. */
  onClosed?: (room: string) => void;
}

/** Bounds of replay, in entries, pages, bytes and milliseconds. */
export const HUB_LIMITS = {
  /** Entries that a resume replays; a longer gap is answered with a reset (D2). */
  replay: 1_000,
  /** Entries and bytes in one page of the log. */
  pageEntries: 100,
  pageBytes: 64 * 1024,
  /** Pages after which a reader that never reaches the ring is reset (D1). */
  pages: 20,
  /** Messages in a snapshot. */
  snapshotMessages: 50,
  /** For how long it is kept for those who come together. */
  snapshotAge: 1_000,
  /** UTF-16 units that all rings together may hold. */
  rings: 64 * 1024 * 1024,
  /** Before a failed read of the log is repeated. */
  retryDelay: 250,
} as const;

/** Delivers the log of open rooms to the connections that joined them. */
export class ChatHub {
  readonly #log: HubLog;
  readonly #options: HubOptions;
  readonly #rooms = new Map<string, OpenRoom>();
  readonly #slow = new SlowConnections((connection) =>
    this.#resume(connection)
  );
  /** Those with a snapshot, that with the oldest first. */
  readonly #snapshots = new Set<OpenRoom>();
  #ringsSize = 0;

  /** A hub over the given log. */
  constructor(log: HubLog, options: HubOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Rooms that are on a screen, subscriptions to them, and who reads too slowly. */
  get counts(): { rooms: number; subscriptions: number; slow: number } {
    let subscriptions = 0;
    for (const room of this.#rooms.values()) {
      subscriptions += room.subscriptions.size;
    }
    return { rooms: this.#rooms.size, subscriptions, slow: this.#slow.size };
  }

  /**
   * Puts a room on a connection's screen: answers with what it lacks, or with
   * a snapshot when that can't be told (D2), then keeps it up to date.
   */
  async join(connection: Connection, request: JoinRequest): Promise<void> {
    // It may have closed while the caller looked things up (D4).
    if (connection.closed) return;
    this.leave(connection, request.room);
    const room = this.#open(request.room);
    const subscription: Subscription = {
      connection,
      room,
      cursor: undefined,
      ended: false,
      reading: false,
      pages: 0,
      lastSeq: undefined,
      why: "no_room",
      check: request.check ?? (() => Promise.resolve()),
      missed: undefined,
    };
    room.subscriptions.add(subscription);
    connection.subscriptions.set(room.id, subscription);
    this.#options.onSubscribed?.(connection, room.id);
    try {
      await room.ready;
      await this.#start(subscription, request);
    } catch (error) {
      this.#end(subscription);
      if (error instanceof Refusal) throw error;
      this.#options.onError(error);
      throw new Refusal("unavailable");
    }
  }

  /** Takes a room off a connection's screen. */
  leave(connection: Connection, room: string): void {
    const subscription = connection.subscriptions.get(room);
    if (subscription) this.#end(subscription);
  }

  /** Forgets a connection at once and for good (D4). */
  remove(connection: Connection): void {
    for (const subscription of connection.subscriptions.values()) {
      this.#end(subscription);
    }
    this.#slow.forget(connection);
  }

  /** Resolves when the connection may be sent entries, or is forgotten (D3). */
  async whenReady(connection: Connection): Promise<void> {
    if (connection.ready || connection.closed) return;
    await this.#slow.wait(connection);
  }

  /**
   * The doorbell: the room's log may have grown, up to `seq` (L6). Who has just
   * stored the entries gives them along; they are used where they are the next
   * ones.
   */
  ring(room: string, entries: readonly Entry[] = [], seq = Infinity): void {
    const open = this.#rooms.get(room);
    if (!open || open.ring.head >= seq) return;
    const areNext = entries[0]?.seq === open.ring.head + 1;
    if (open.refreshing || !areNext) return void this.#refresh(open);
    this.#take(open, entries);
  }

  /** Forgets encoded entries, whose names may have changed. */
  dropEncoded(): void {
    for (const room of this.#rooms.values()) {
      this.#ringsSize -= room.ring.size;
      room.ring.clear();
      room.snapshot = undefined;
    }
  }

  /** The room's floor rose (L8): what may lie below it is read anew, or is gone. */
  trimmed(room: string, floor: number): void {
    const open = this.#rooms.get(room);
    if (!open || floor < open.floor) return;
    open.floor = floor;
    this.#ringsSize -= open.ring.size;
    open.ring.clear();
    open.pages.clear();
    open.snapshot = undefined;
    this.signal(room, "floor", floorFrame(room, floor));
    if (!open.refreshing) this.#skipGone(open);
  }

  /** Tells a room's newest state of floor, presence or typing to all who have it on screen. */
  signal(room: string, type: SignalType, text: string): void {
    const open = this.#rooms.get(room);
    if (!open) return;
    open.signals.set(type, text);
    for (const subscription of open.subscriptions) {
      if (subscription.cursor === undefined) continue;
      this.#sendSignal(subscription, type, text);
    }
  }

  /** Resolves when all that was rung so far is handed to the sockets that keep up. */
  async settled(): Promise<void> {
    for (const room of this.#rooms.values()) {
      while (room.refreshing) await this.#turn();
      this.#flush(room);
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => timers.setImmediate(resolve));
  }

  #open(id: string): OpenRoom {
    const found = this.#rooms.get(id);
    if (found) return found;
    const room: OpenRoom = {
      id,
      subscriptions: new Set(),
      signals: new Map(),
      pages: new Map(),
      snapshot: undefined,
      ring: new RoomRing(id, this.#log.epoch, 0),
      floor: 1,
      ready: Promise.resolve(),
      refreshing: false,
      refreshed: Promise.resolve(),
      rang: false,
      flushAt: undefined,
      flushedAt: 0,
    };
    // In the map first: a doorbell during the read below makes another follow.
    this.#rooms.set(id, room);
    room.ready = this.#fill(room);
    return room;
  }

  async #fill(room: OpenRoom): Promise<void> {
    room.refreshing = true;
    try {
      await this.#readNewest(room);
    } finally {
      room.refreshing = false;
    }
    if (room.rang) void this.#refresh(room);
  }

  async #readNewest(room: OpenRoom): Promise<void> {
    // Before the log is read, so that nothing falls between (D1).
    const heard = this.#options.onOpened?.(room.id);
    if (heard) await heard;
    const newest = await this.#log.newest(room.id, {
      limit: RING_FILL.entries,
      bytes: RING_FILL.size,
    });
    if (newest === null) throw new Refusal("no_room");
    const before = newest.head - newest.entries.length;
    room.ring = new RoomRing(room.id, this.#log.epoch, before);
    // Where the floor rose during the read, some of it may be gone since.
    if (newest.floor >= room.floor) this.#push(room, newest.entries);
    else room.ring = new RoomRing(room.id, this.#log.epoch, newest.head);
    if (newest.floor > room.floor) {
      room.floor = newest.floor;
      room.signals.set("floor", floorFrame(room.id, newest.floor));
    }
    this.#skipGone(room);
  }

  /**
   * Single flight; a doorbell during a read causes another read (D1). Resolves
   * when the read has ended that is under way or begins now, and rejects if it
   * fails.
   */
  #refresh(room: OpenRoom): Promise<void> {
    room.rang = true;
    if (!room.refreshing) void this.#readWhileRung(room);
    return room.refreshed;
  }

  async #readWhileRung(room: OpenRoom): Promise<void> {
    room.refreshing = true;
    try {
      while (room.rang) {
        room.rang = false;
        room.refreshed = this.#readNews(room);
        await room.refreshed;
      }
    } catch (error) {
      this.#options.onError(error);
      setTimeout(() => this.ring(room.id), HUB_LIMITS.retryDelay);
    } finally {
      room.refreshing = false;
    }
  }

  async #readNews(room: OpenRoom): Promise<void> {
    const { floor } = room;
    const entries = await this.#log.read(room.id, {
      after: room.ring.head,
      limit: RING_FILL.entries,
      bytes: RING_FILL.size,
    });
    // Some of it may be gone since.
    if (room.floor !== floor) room.rang = true;
    else if (entries.length > 0) {
      room.rang = true;
      this.#take(room, entries);
    }
    this.#skipGone(room);
  }

  /** What went before it was read is never read: whoever lacks it is reset (D2). */
  #skipGone(room: OpenRoom): void {
    const last = room.floor - 1;
    if (last <= room.ring.head) return;
    if (this.#rooms.get(room.id) === room) this.#ringsSize -= room.ring.size;
    room.ring = new RoomRing(room.id, this.#log.epoch, last);
    this.#scheduleFlush(room);
  }

  #take(room: OpenRoom, entries: readonly Entry[]): void {
    // It may hold a text that these delete (L7).
    room.snapshot = undefined;
    this.#push(room, entries);
    for (const entry of entries) this.#endByEntry(room, entry);
    this.#scheduleFlush(room);
  }

  /**
   * Who leaves, or is sent out, gets that entry and nothing behind it, unless
   * they are let in again before they got there (D5).
   */
  #endByEntry(room: OpenRoom, entry: Entry): void {
    if (entry.kind !== "member") return;
    for (const subscription of room.subscriptions) {
      const { person } = subscription.connection.session;
      if (person.id !== entry.person.id) continue;
      const isLast = entry.change !== "joined";
      subscription.lastSeq = isLast ? entry.seq : undefined;
      subscription.why = entry.change === "removed" ? "removed" : "no_room";
    }
  }

  #push(room: OpenRoom, entries: readonly Entry[]): void {
    const before = room.ring.size;
    const last = (entries[0]?.seq ?? 0) - 1;
    // What lay between is gone (L8): whoever lacks it is reset.
    if (last > room.ring.head) {
      room.ring = new RoomRing(room.id, this.#log.epoch, last);
    }
    room.ring.push(entries);
    // Nobody has it on screen any more.
    if (this.#rooms.get(room.id) !== room) return;
    this.#ringsSize += room.ring.size - before;
    if (this.#ringsSize <= HUB_LIMITS.rings) return;
    for (const other of this.#rooms.values()) {
      this.#ringsSize -= other.ring.size;
      other.ring.clear();
      if (this.#ringsSize <= HUB_LIMITS.rings / 2) return;
    }
  }

  /**
   * At once when quiet; under load so that a room causes at most 100,000
   * sends a second, since several entries in one frame cost one send.
   */
  #scheduleFlush(room: OpenRoom): void {
    if (room.flushAt !== undefined) return;
    const now = performance.now();
    const interval = Math.min(room.subscriptions.size / 100, 100);
    room.flushAt = Math.max(now, room.flushedAt + interval);
    const flush = () => this.#flush(room);
    if (room.flushAt <= now) timers.setImmediate(flush);
    else setTimeout(flush, room.flushAt - now);
  }

  #flush(room: OpenRoom): void {
    room.flushAt = undefined;
    room.flushedAt = performance.now();
    for (const subscription of room.subscriptions) this.#pump(subscription);
  }

  async #start(
    subscription: Subscription,
    request: JoinRequest,
  ): Promise<void> {
    const { connection, room } = subscription;
    const resumes = await this.#canResume(room, request);
    if (subscription.ended) return;
    if (resumes) {
      // Now that whoever is sent out from here on is noticed (D5).
      await subscription.check();
      if (subscription.ended) return;
      const { ref } = request;
      connection.sendText(entriesFrame(room.id, this.#log.epoch, [], ref));
      subscription.cursor = request.after;
    } else {
      await this.#reset(subscription, request.ref);
      if (subscription.ended) return;
    }
    for (const [type, text] of room.signals) {
      this.#sendSignal(subscription, type, text);
    }
    this.#pump(subscription);
  }

  /** Whether the log still holds the entry the client has, and not too long ago (D2, L9). */
  async #canResume(room: OpenRoom, request: JoinRequest): Promise<boolean> {
    const { after, afterId, epoch } = request;
    if (after === undefined || epoch !== this.#log.epoch) return false;
    // The read that is under way may have begun too early, the next one not.
    for (let reads = 0; after > room.ring.head && reads < 2; reads++) {
      await this.#refresh(room);
    }
    const gap = room.ring.head - after;
    if (gap < 0 || gap > HUB_LIMITS.replay) return false;
    if (after === 0) return true;
    const id = room.ring.idAt(after) ??
      await this.#log.entryId(room.id, after);
    return id !== null && id === afterId;
  }

  async #reset(subscription: Subscription, ref?: Ref): Promise<void> {
    const { connection, room } = subscription;
    const page = await this.#readSnapshot(room);
    // Behind the page, which may be newer than the ring (D5).
    await subscription.check();
    if (subscription.ended) return;
    if (page.seq > (subscription.lastSeq ?? Infinity)) {
      return this.#sendOut(subscription);
    }
    connection.sendText(page.frame(ref));
    subscription.cursor = page.seq;
    subscription.pages = 0;
  }

  /** Read and encoded once for all who come together, as long as nothing is new. */
  #readSnapshot(room: OpenRoom): Promise<Snapshot> {
    const known = room.snapshot;
    const { head } = room.ring;
    const now = performance.now();
    const isFresh = now - (known?.at ?? -Infinity) < HUB_LIMITS.snapshotAge;
    if (known?.head === head && isFresh) return known.read;
    const limit = HUB_LIMITS.snapshotMessages;
    const read = this.#log.page(room.id, { limit }).then((page) => ({
      seq: page.seq,
      frame: snapshotFrame(room.id, this.#log.epoch, page),
    }));
    room.snapshot = { head, at: now, read };
    read.catch(() => room.snapshot = undefined);
    this.#dropOldSnapshots(now);
    this.#snapshots.delete(room);
    this.#snapshots.add(room);
    return read;
  }

  /** Rooms are many, and most of them quiet: what nobody will use is not kept. */
  #dropOldSnapshots(now: number): void {
    for (const room of this.#snapshots) {
      if (now - (room.snapshot?.at ?? 0) < HUB_LIMITS.snapshotAge) return;
      room.snapshot = undefined;
      this.#snapshots.delete(room);
    }
  }

  /** Moves a subscription towards the head: join, resume, live and slow alike (D1). */
  #pump(subscription: Subscription): void {
    const { connection, room } = subscription;
    if (subscription.ended || subscription.reading) return;
    const { cursor } = subscription;
    if (cursor === undefined) return;
    if (cursor >= (subscription.lastSeq ?? Infinity)) {
      return this.#sendOut(subscription);
    }
    if (cursor >= room.ring.head) return;
    // The ring's frames go on to the head.
    const isLast = subscription.lastSeq !== undefined;
    if (isLast || !room.ring.covers(cursor)) {
      if (!connection.ready) return void this.#slow.wait(connection);
      return void this.#catchUp(subscription);
    }
    const { text, last } = room.ring.frameAfter(cursor);
    if (!connection.offer(text)) return void this.#slow.wait(connection);
    metrics.flush.observe(last - cursor);
    subscription.cursor = last;
    subscription.pages = 0;
    if (last < room.ring.head) this.#pump(subscription);
  }

  #sendOut(
    subscription: Subscription,
    code: ErrorCode = subscription.why,
  ): void {
    const { connection, room } = subscription;
    connection.refuse(new Refusal(code), { room: room.id });
    this.#end(subscription);
  }

  async #catchUp(subscription: Subscription): Promise<void> {
    subscription.reading = true;
    try {
      await this.#sendPage(subscription, subscription.cursor!);
    } catch (error) {
      // Not where the database is only away for a while (L6).
      if (error instanceof Refusal && !ERRORS[error.code].retry) {
        return this.#sendOut(subscription, error.code);
      }
      this.#options.onError(error);
      setTimeout(() => this.#pump(subscription), HUB_LIMITS.retryDelay);
      return;
    } finally {
      subscription.reading = false;
    }
    this.#pump(subscription);
  }

  async #sendPage(subscription: Subscription, cursor: number): Promise<void> {
    const { connection, room } = subscription;
    if (subscription.pages >= HUB_LIMITS.pages) {
      return await this.#reset(subscription);
    }
    const { floor } = room;
    const page = await this.#readPage(room, cursor);
    // Some of it may be gone since: the pump reads it again.
    if (room.floor !== floor) return;
    // Nor what the ring has not seen, which may have sent them out (D5).
    const last = Math.min(subscription.lastSeq ?? Infinity, room.ring.head);
    const entries = page.entries.filter(({ seq }) => seq <= last);
    // The pump waits, and reads the page again.
    if (subscription.ended || !connection.ready) return;
    if (entries[0]?.seq !== cursor + 1) return await this.#reset(subscription);
    connection.sendText(
      entries.length === page.entries.length
        ? page.text
        : entriesFrame(room.id, this.#log.epoch, entries),
    );
    metrics.flush.observe(entries.length);
    subscription.cursor = entries.at(-1)!.seq;
    subscription.pages++;
  }

  /** One read for all who are at the same place at the same time. */
  #readPage(room: OpenRoom, after: number): Promise<LogPage> {
    let page = room.pages.get(after);
    if (!page) {
      page = this.#log.read(room.id, {
        after,
        limit: HUB_LIMITS.pageEntries,
        bytes: HUB_LIMITS.pageBytes,
      }).then((entries) => ({
        entries,
        text: entriesFrame(room.id, this.#log.epoch, entries),
      })).finally(() => room.pages.delete(after));
      room.pages.set(after, page);
    }
    return page;
  }

  #sendSignal(subscription: Subscription, type: SignalType, text: string) {
    const { connection } = subscription;
    if (subscription.lastSeq !== undefined) return;
    if (connection.offer(text)) return;
    (subscription.missed ??= new Set()).add(type);
    void this.#slow.wait(connection);
  }

  #resume(connection: Connection): void {
    for (const subscription of connection.subscriptions.values()) {
      const { missed = [] } = subscription;
      subscription.missed = undefined;
      for (const type of missed) {
        const text = subscription.room.signals.get(type);
        if (text !== undefined) this.#sendSignal(subscription, type, text);
      }
      this.#pump(subscription);
    }
  }

  #end(subscription: Subscription): void {
    if (subscription.ended) return;
    subscription.ended = true;
    const { connection, room } = subscription;
    connection.subscriptions.delete(room.id);
    room.subscriptions.delete(subscription);
    if (room.subscriptions.size === 0 && this.#rooms.get(room.id) === room) {
      this.#rooms.delete(room.id);
      this.#ringsSize -= room.ring.size;
      this.#options.onClosed?.(room.id);
    }
    this.#options.onUnsubscribed?.(connection, room.id);
  }
}

/** A `messages` frame for all, each with the `ref` of its own request. */
function snapshotFrame(room: string, epoch: string, page: RoomPage) {
  const fields = JSON.stringify({ room, epoch, ...page, reset: true }).slice(1);
  return (ref: Ref | undefined) => {
    const start = JSON.stringify({ type: "messages", ...refOf(ref) });
    return `${start.slice(0, -1)},${fields}`;
  };
}

function floorFrame(room: string, floor: number): string {
  return JSON.stringify({ type: "floor", room, floor } satisfies FloorFrame);
}
