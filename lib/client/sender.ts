/** Sends what the person posted, edited and deleted until it is in the log (C1). */
import type { ClientFrame, ErrorFrame, PostedFrame } from "../protocol.ts";
import type { HeldRoom, HeldRooms } from "./held_rooms.ts";
import { BUFFERED_WAIT, type Link } from "./link.ts";
import type { Outbox, OutboxRow } from "./outbox.ts";
import { isMark } from "./pending_rows.ts";
import { PoisonWatch } from "./poison_watch.ts";
import { type InFlight, mergeByTime } from "./room_queue.ts";
import { RowKeeper } from "./row_keeper.ts";

/** Rows that may wait in one room. */
export const ROWS_MOST = 1_000;

/** One post in flight per room, in order, again and again until answered. */
export class Sender {
  #link: Link;
  #rooms: HeldRooms;
  #keeper: RowKeeper;
  #poison = new PoisonWatch();
  #loaded = false;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms, outbox: Outbox) {
    this.#link = link;
    this.#rooms = rooms;
    this.#keeper = new RowKeeper(link, outbox);
  }

  /** Whether what is unsent outlives the program, as far as known. */
  get durable(): boolean {
    return this.#keeper.durable;
  }

  /**
   * Takes over what an earlier run or a dead tab left unsent, now and then
   * again; nothing is sent before the first time.
   */
  async claim(): Promise<void> {
    const { claimEvery } = this.#keeper;
    // What this page can't send any more, another one may.
    if (this.#link.isEnded) return this.leave();
    if (claimEvery === undefined && this.#loaded) return;
    if (claimEvery !== undefined) {
      this.#link.timers.set("claim", claimEvery, () => this.claim());
    }
    const { adopted, lost } = await this.#keeper.claim();
    for (const id of lost) this.#drop(id);
    this.#adopt(adopted);
    const changed = !this.#loaded || lost.length + adopted.length > 0;
    this.#loaded = true;
    if (changed) this.#link.changed();
    this.pump();
  }

  /** The page goes, perhaps for good: another one may take over. */
  leave(): void {
    this.#keeper.leave();
  }

  /** Shows a new row, keeps it and sends it when its turn comes. */
  submit(row: OutboxRow): void {
    const room = this.#rooms.hold(row.room);
    if (room.state.rowCount >= ROWS_MOST) {
      throw new RangeError(
        `Cannot send to ${row.room} as ${ROWS_MOST} rows wait already`,
      );
    }
    this.#replaceFailedChange(room, row);
    this.#enqueue(room, row);
  }

  /** Sends a failed row again. */
  retry(room: HeldRoom, id: string): void {
    const failed = room.state.row(id);
    if (failed?.state !== "failed") return;
    const { state: _, code: __, ...rest } = failed;
    this.#enqueue(room, { ...rest, room: room.key });
  }

  /** Gives a row up. */
  cancel(room: HeldRoom, id: string): void {
    this.#forget(id);
    this.#giveUp(room, id);
    this.#link.changed();
    this.pump();
  }

  /** Sends in every room what may go now. */
  pump(): void {
    if (!this.#loaded || !this.#link.isOpen) return;
    for (const room of this.#rooms.all()) this.#pumpRoom(room);
  }

  /** The entry is in the log for good. */
  posted(frame: PostedFrame): void {
    const holder = this.#holderOf(frame.id);
    if (holder) this.#rooms.identify(holder.key, frame.room);
    // Where it was held under its id, too, it is another one now.
    const room = this.#rooms.find(frame.room);
    if (!room) return;
    room.queue.done(frame.id);
    this.#forget(frame.id);
    if (room.onScreen) room.state.acknowledgeRow(frame.id, frame.seq);
    else room.state.removeRow(frame.id);
    this.pump();
  }

  /** Which of these ids are rows here; asked before a frame is applied. */
  rowsAmong(room: HeldRoom, items: readonly { id: string }[]): string[] {
    if (room.state.rowCount === 0) return [];
    return items.map(({ id }) => id).filter((id) => room.state.row(id));
  }

  /** Rows that the log shows need no acknowledgement any more. */
  settle(room: HeldRoom, ids: readonly string[]): void {
    for (const id of ids) {
      if (room.state.row(id)) continue;
      // It arrived by another way: over the connection before, or another tab.
      if (room.queue.done(id)) this.#withdraw(room, id);
      this.#forget(id);
    }
    if (ids.length > 0) this.pump();
  }

  /** After a reset: what a log that is gone had acknowledged is sent again. */
  resendUnacknowledged(room: HeldRoom): void {
    for (const { state: _, ...pending } of room.state.unacknowledgedRows()) {
      if (room.queue.get(pending.id)) continue;
      const row: OutboxRow = { ...pending, room: room.key };
      room.queue.add(row);
      this.#keep(row);
    }
    this.pump();
  }

  /** An error frame; tells whether it was about a row. */
  refused(frame: ErrorFrame): boolean {
    const id = frame.id ?? (typeof frame.ref === "string" ? frame.ref : "");
    const room = this.#holderOf(id);
    if (!room) {
      // It arrived by another way, and comes no more: what follows must not wait for it.
      if (frame.retry && frame.room !== undefined && frame.id !== undefined) {
        this.#link.send({ type: "withdraw", room: frame.room, id: frame.id });
      }
      return false;
    }
    if (frame.retry) this.#refusedForNow(room, id, frame.wait);
    else this.#refusedForGood(room, id, frame.code);
    this.pump();
    return true;
  }

  /** The connection is gone; `code` is null when the other side did not close it. */
  disconnected(code: number | null): void {
    const rooms = this.#rooms.all();
    const inFlight = rooms.map((room) => room.queue.inFlight)
      .filter((sent): sent is InFlight => sent !== null);
    const poison = code === null
      ? []
      : this.#poison.closed(code, inFlight, this.#link.now());
    for (const id of poison) {
      this.#fail(this.#holderOf(id)!, id, "poison");
      const message = "The connection broke on this message";
      this.#link.report({ code: "poison", message, id });
    }
    for (const room of rooms) room.queue.disconnected();
  }

  #giveUp(room: HeldRoom, id: string): void {
    if (room.queue.cancel(id)) this.#withdraw(room, id);
    room.state.removeRow(id);
  }

  /** Another tab has the row now: it is shown and sent there. */
  #drop(id: string): void {
    this.#poison.forget(id);
    for (const room of this.#rooms.all()) {
      const ours = room.state.row(id) && !room.state.isAcknowledged(id);
      if (ours) this.#giveUp(room, id);
    }
  }

  #adopt(rows: readonly OutboxRow[]): void {
    const rooms = new Set(rows.map((row) => this.#rooms.hold(row.room)));
    for (const room of rooms) {
      const unknown = rows.filter((row) =>
        this.#rooms.find(row.room) === room && !room.state.row(row.id)
      );
      const shown = mergeByTime(room.queue.all(), unknown);
      room.queue.merge(unknown.filter((row) => row.failed === undefined));
      for (const row of shown) room.state.putRow(row);
    }
  }

  #enqueue(room: HeldRoom, row: OutboxRow): void {
    room.state.putRow(row);
    if (row.failed === undefined) room.queue.add(row);
    this.#keep(row);
    this.#link.changed();
    this.pump();
  }

  /** A new change of a message takes the place of one that failed. */
  #replaceFailedChange(room: HeldRoom, row: OutboxRow): void {
    if (row.message === undefined || isMark(row)) return;
    const last = room.state.changes.get(row.message);
    if (last?.state === "failed") this.cancel(room, last.id);
  }

  #pumpRoom(room: HeldRoom): void {
    const now = this.#link.now();
    const row = room.queue.next(now);
    if (!row) return this.#pumpLater(room, now);
    if (this.#keeper.isStoring(row.id)) return;
    if (this.#link.isCongested) {
      const pump = () => this.pump();
      return this.#link.timers.setOnce("congested", BUFFERED_WAIT, pump);
    }
    if (this.#poison.alone && this.#anyInFlight()) return;
    if (this.#link.send(toFrame(row, room.key))) room.queue.sent(row.id, now);
  }

  #pumpLater(room: HeldRoom, now: number): void {
    const { inFlight, size, retryAt } = room.queue;
    if (inFlight || size === 0) return;
    const name = `queue ${room.key}`;
    this.#link.timers.set(name, retryAt - now, () => this.pump());
  }

  #anyInFlight(): boolean {
    return this.#rooms.all().some((room) => room.queue.inFlight !== null);
  }

  #holderOf(id: string): HeldRoom | undefined {
    return this.#rooms.all().find((room) =>
      room.queue.inFlight?.id === id || room.queue.get(id)
    );
  }

  #refusedForNow(room: HeldRoom, id: string, wait: number | undefined): void {
    const { now, random } = {
      now: this.#link.now(),
      random: this.#link.random(),
    };
    const wanted = room.queue.refused(id, wait, now, random);
    if (!wanted) this.#withdraw(room, id);
  }

  #refusedForGood(room: HeldRoom, id: string, code: string): void {
    const row = room.queue.get(id);
    const deletedAlready = row?.kind === "delete" && code === "deleted";
    if (row && !deletedAlready) return this.#fail(room, id, code);
    room.queue.done(id);
    this.#forget(id);
    room.state.removeRow(id);
  }

  #fail(room: HeldRoom, id: string, code: string): void {
    const row = room.queue.get(id);
    room.queue.done(id);
    if (row && isMark(row)) {
      this.#forget(id);
      return room.state.undoRow(id, code);
    }
    this.#poison.forget(id);
    room.state.failRow(id, code);
    if (row) this.#keeper.update({ ...row, failed: code });
  }

  /** Later posts of this connection to the room are let through again (L4). */
  #withdraw(room: HeldRoom, id: string): void {
    this.#link.send({ type: "withdraw", room: room.key, id });
  }

  #forget(id: string): void {
    this.#poison.forget(id);
    this.#keeper.remove(id);
  }

  /** What is sent is stored first: a crash right after loses nothing. */
  #keep(row: OutboxRow): void {
    this.#keeper.add(row, () => this.pump());
  }
}

function toFrame(row: OutboxRow, room: string): ClientFrame {
  const { id, kind, body = "", message = "", on = true } = row;
  const base = { ref: id, room, id };
  switch (kind) {
    case "post": {
      const { files, parent } = row;
      return {
        ...{ type: kind, ...base, body },
        ...files && { files: files.map((file) => file.id) },
        ...parent !== undefined && { parent },
      };
    }
    case "edit":
      return { type: kind, ...base, message, body };
    case "delete":
      return { type: kind, ...base, message };
    case "react":
      return { type: kind, ...base, message, emoji: row.emoji ?? "", on };
    case "pin":
      return { type: kind, ...base, message, on };
  }
}
