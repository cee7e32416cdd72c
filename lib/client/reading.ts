/** How far the person has read, and what is left (D6). */
import type { FollowedRoom, MeFrame } from "../protocol.ts";
import type { HeldRooms } from "./held_rooms.ts";
import type { Link } from "./link.ts";
import { ReadCursors } from "./read_cursors.ts";

/** Read cursors are sent at most this often, in milliseconds. */
export const READ_INTERVAL = 1_000;

/** Joins what the server says about reading with what was read here since. */
export class Reading {
  #link: Link;
  #rooms: HeldRooms;
  #cursors = new ReadCursors();
  #me: MeFrame | null = null;
  /** The next `me` is the first of its connection. */
  #checkNext = false;
  #sentAt = -Infinity;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms) {
    this.#link = link;
    this.#rooms = rooms;
  }

  /** Seq up to which one has read. */
  lastRead(room: string): number {
    const id = this.#rooms.idOf(room);
    return Math.max(
      this.#followed(id)?.lastRead ?? 0,
      this.#cursors.get(id).seq,
    );
  }

  /** How many messages one has not read; 0 where one does not follow the room. */
  unread(room: string): number {
    const id = this.#rooms.idOf(room);
    const followed = this.#followed(id);
    if (!followed) return 0;
    const state = this.#rooms.find(id)?.state;
    const held = state?.epoch === this.#me?.epoch ? state?.posts ?? 0 : 0;
    const posts = Math.max(followed.posts, held);
    const read = Math.max(followed.lastReadPosts, this.#cursors.get(id).posts);
    return Math.max(0, posts - read);
  }

  /** Moves the cursor forward, to the head at most. */
  mark(room: string, seq: number): void {
    const id = this.#rooms.idOf(room);
    const followed = this.#followed(id);
    const state = this.#rooms.find(id)?.state;
    const head = Math.max(followed?.head ?? 0, state?.cursor.seq ?? 0);
    const to = Math.min(seq, head);
    if (to <= this.lastRead(id)) return;
    const atHead = followed && to >= followed.head ? followed.posts : 0;
    this.#cursors.move(id, { seq: to, posts: state?.postsAt(to) ?? atHead });
    this.#sendSoon();
    this.#link.changed();
  }

  /** One posted oneself: the server moves the cursor without being told. */
  posted(room: string, seq: number, posts: number): void {
    this.#cursors.move(room, { seq, posts }, true);
  }

  /** A newer `me` than the one before. */
  take(me: MeFrame): void {
    if (this.#me && this.#me.epoch !== me.epoch) this.#cursors.clear();
    this.#me = me;
    for (const { slug, room, lastRead } of me.rooms) {
      this.#cursors.rename(slug, room);
      const lost = this.#checkNext && this.#cursors.get(room).seq > lastRead;
      if (lost) this.#cursors.resend(room);
    }
    this.#checkNext = false;
    this.#sendSoon();
  }

  /** The connection is new: what was read meanwhile is sent, and what got lost. */
  opened(): void {
    this.#checkNext = true;
    this.#sendSoon();
  }

  /** Sends at once what waits. */
  flush(): void {
    this.#link.timers.cancel("read");
    if (!this.#link.isOpen || !this.#cursors.hasUnsent) return;
    this.#sentAt = this.#link.now();
    for (const [room, seq] of this.#cursors.takeUnsent()) {
      this.#link.send({ type: "read", room, seq });
    }
  }

  #followed(id: string): FollowedRoom | undefined {
    return this.#me?.rooms.find(({ room }) => room === id);
  }

  #sendSoon(): void {
    if (!this.#link.isOpen || !this.#cursors.hasUnsent) return;
    const wait = this.#sentAt + READ_INTERVAL - this.#link.now();
    this.#link.timers.setOnce("read", wait, () => this.flush());
  }
}
