/** Keeps the rooms on screen equal to their logs: join, resume, older pages (C2). */
import type { EntriesFrame, ErrorFrame, MessagesFrame } from "../protocol.ts";
import { backoff } from "./backoff.ts";
import { DeliveryReports } from "./delivery_reports.ts";
import type { HeldRoom, HeldRooms } from "./held_rooms.ts";
import { BUFFERED_WAIT, type Link } from "./link.ts";
import { OlderPages } from "./older_pages.ts";
import type { Applied } from "./room_state.ts";

/** Messages asked for at once. */
export const PAGE_MESSAGES = 50;
/** Setbacks after which the client gives up its own state, and then the socket. */
const SETBACKS = { beforeReset: 2, beforeRetreat: 4 };
/** Answers that can't be used before a wish for older messages fails. */
const OLDER_TRIES = 5;

/** Joins rooms and applies what the server says about them. */
export class RoomSync {
  #link: Link;
  #rooms: HeldRooms;
  #reports: DeliveryReports;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms) {
    this.#link = link;
    this.#rooms = rooms;
    this.#reports = new DeliveryReports(link, rooms);
  }

  /** Joins every room on screen, after connecting. */
  joinAll(): void {
    for (const room of this.#rooms.all()) this.join(room);
  }

  /** Joins a room behind what is held of it, or anew. */
  join(room: HeldRoom): void {
    const { cursor, loaded, epoch } = room.state;
    if (!room.onScreen || !this.#link.isOpen) return;
    const resume = loaded && room.setbacks < SETBACKS.beforeReset;
    room.joinRef = this.#link.nextRef();
    room.joinAfter = cursor.seq;
    this.#link.send({
      ...{ type: "join", ref: room.joinRef, room: room.key },
      ...(resume ? { after: cursor.seq, afterId: cursor.id, epoch } : {}),
    });
  }

  /** Takes a room off the screen. */
  leave(room: HeldRoom): void {
    room.joinRef = null;
    room.deliveries.end();
    room.setbacks = 0;
    this.#finishOlder(room);
    this.#link.timers.cancel(`join ${room.key}`);
    this.#link.send({ type: "leave", room: room.key });
  }

  /** Forgets requests that a lost connection won't answer any more. */
  disconnected(): void {
    for (const room of this.#rooms.all()) {
      room.deliveries.end();
      if (room.older) room.older.ref = null;
    }
  }

  /** Ends all waiting, when the client stops. */
  stop(): void {
    for (const room of this.#rooms.all()) this.#finishOlder(room);
  }

  /** The room a frame is about, by the ref of our join or by its id. */
  roomOf(frame: EntriesFrame | MessagesFrame): HeldRoom | undefined {
    const { ref } = frame;
    const asked = ref === undefined
      ? undefined
      : this.#rooms.all().find((room) => room.joinRef === ref);
    if (asked) this.#rooms.identify(asked.key, frame.room);
    return this.#rooms.find(frame.room);
  }

  /** Applies log entries; a gap makes the client resume from its cursor. */
  entries(room: HeldRoom, frame: EntriesFrame): Applied {
    const answered = this.#answersJoin(room, frame);
    if (answered) room.deliveries.begin(room.joinAfter);
    room.deliveries.entries(frame.entries);
    const applied = room.state.applyEntries(frame);
    // While a join is under way, what was sent before it may not fit.
    if (applied === "gap") this.#gap(room);
    else if (answered || applied === "applied") this.#inStep(room);
    this.#reports.look(room);
    return applied;
  }

  /** Applies states of messages: a reset, or the older page that was asked for. */
  messages(room: HeldRoom, frame: MessagesFrame): Applied {
    const { older } = room;
    if (frame.ref !== undefined && older?.ref === frame.ref) {
      return this.#olderPage(room, older, frame);
    }
    // What answers a join of before the room was left begins nothing.
    const answered = this.#answersJoin(room, frame);
    if (answered) room.deliveries.begin(frame.seq);
    else if (frame.ref === undefined) room.deliveries.reset(frame.seq);
    const applied = room.state.applyMessages(frame);
    if (applied === "applied") this.#inStep(room);
    this.#reports.look(room);
    return applied;
  }

  /** An error frame; tells whether it was about a join or an older page. */
  refused(frame: ErrorFrame): boolean {
    const { ref } = frame;
    if (ref === undefined) return this.#sentOut(frame);
    for (const room of this.#rooms.all()) {
      if (room.joinRef === ref) return this.#joinRefused(room, frame);
      if (room.older?.ref === ref) return this.#olderRefused(room, frame);
    }
    return false;
  }

  /** One belongs to the room: where it was closed to one, it is opened again. */
  allowed(id: string): void {
    const room = this.#rooms.find(id);
    if (!room?.onScreen || room.state.error === null) return;
    if (room.joinRef === null) this.join(room);
  }

  /** Loads a page of older messages. */
  loadOlder(room: HeldRoom): Promise<void> {
    if (room.older) return room.older.promise;
    if (room.state.loaded && !room.state.more) return Promise.resolve();
    room.older = new OlderPages();
    room.state.loadingOlder = true;
    const { promise } = room.older;
    this.#askOlder(room);
    return promise;
  }

  // --- Joins -----------------------------------------------------------------

  #answersJoin(room: HeldRoom, frame: EntriesFrame | MessagesFrame): boolean {
    if (frame.ref === undefined || frame.ref !== room.joinRef) return false;
    room.joinRef = null;
    return true;
  }

  /** Told without being asked: one was sent out of a room on screen. */
  #sentOut({ room: id, id: entry, code }: ErrorFrame): boolean {
    const isShut = code === "no_room" || code === "removed";
    if (!isShut || id === undefined || entry !== undefined) return false;
    const room = this.#rooms.find(id);
    if (!room?.onScreen) return false;
    room.deliveries.end();
    // What was on its way then is refused, too, in words that say less.
    room.state.error ??= code;
    return true;
  }

  #inStep(room: HeldRoom): void {
    if (room.joinRef !== null) return;
    room.setbacks = 0;
    room.state.error = null;
    this.#askOlder(room);
  }

  #gap(room: HeldRoom): void {
    if (room.joinRef !== null || !room.onScreen) return;
    room.setbacks++;
    if (room.setbacks > SETBACKS.beforeRetreat) this.#link.retreat();
    else this.join(room);
  }

  #joinRefused(room: HeldRoom, frame: ErrorFrame): true {
    room.joinRef = null;
    if (!frame.retry) {
      room.state.error = frame.code;
      return true;
    }
    const wait = frame.wait ?? backoff(2, this.#link.random());
    this.#link.timers.set(`join ${room.key}`, wait, () => this.join(room));
    return true;
  }

  // --- Older pages -----------------------------------------------------------

  #askOlder(room: HeldRoom): void {
    const { older, state } = room;
    if (!older || older.ref !== null || !state.loaded) return;
    if (!state.more) return this.#finishOlder(room);
    if (!this.#link.isOpen || room.joinRef !== null) return;
    if (this.#link.isCongested) return this.#askOlderIn(room, BUFFERED_WAIT);
    older.ref = this.#link.nextRef();
    older.before = state.messages[0]?.seq ?? state.cursor.seq + 1;
    this.#link.send({
      ...{ type: "history", ref: older.ref, room: room.key },
      ...{ before: older.before, limit: PAGE_MESSAGES },
    });
  }

  #askOlderIn(room: HeldRoom, ms: number): void {
    const ask = () => this.#askOlder(room);
    this.#link.timers.set(`older ${room.key}`, ms, ask);
  }

  #olderPage(room: HeldRoom, older: OlderPages, frame: MessagesFrame): Applied {
    older.ref = null;
    const { state } = room;
    // A reset or a trim meanwhile would leave a hole between page and room.
    const before = state.messages[0]?.seq ?? state.cursor.seq + 1;
    const applied = before === older.before
      ? state.applyMessages(frame)
      : "stale";
    if (applied === "applied") this.#finishOlder(room);
    else if (++older.tries >= OLDER_TRIES) {
      this.#finishOlder(room, new Error("The server's pages don't fit"));
    } else this.#askOlderIn(room, backoff(older.tries, this.#link.random()));
    return applied;
  }

  #olderRefused(room: HeldRoom, frame: ErrorFrame): true {
    const older = room.older!;
    older.ref = null;
    if (frame.retry) {
      const wait = frame.wait ?? backoff(++older.tries, this.#link.random());
      this.#askOlderIn(room, wait);
    } else this.#finishOlder(room, new Error(frame.message));
    return true;
  }

  #finishOlder(room: HeldRoom, error?: Error): void {
    const { older } = room;
    if (!older) return;
    room.older = null;
    room.state.loadingOlder = false;
    this.#link.timers.cancel(`older ${room.key}`);
    if (error) older.reject(error);
    else older.resolve();
    this.#link.changed();
  }
}
