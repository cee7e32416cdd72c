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
  /** Rooms marked as unread here: nothing is read there until they are released. */
  #held = new Set<string>();
  /** Marks that the server must still be told: seqs by room. */
  #marks = new Map<string, number>();
  /** Marks that ended here, by room, until the server says so too. */
  #ended = new Map<string, number>();
  #me: MeFrame | null = null;
  /** Its rooms by id: some follow thousands. */
  #followedRooms = new Map<string, FollowedRoom>();
  /** The next `me` is the first of its connection. */
  #checkNext = false;
  #sentAt = -Infinity;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms) {
    this.#link = link;
    this.#rooms = rooms;
  }

  /** Seq up to which one has read, or behind which one marked messages as unread. */
  lastRead(room: string): number {
    const id = this.#rooms.idOf(room);
    const { lastRead = 0, unreadFrom } = this.#followed(id) ?? {};
    return unreadFrom === undefined
      ? Math.max(lastRead, this.#cursors.get(id).seq)
      : unreadFrom - 1;
  }

  /** Whether one marked messages of the room as unread, and has not read them since. */
  isMarked(room: string): boolean {
    return this.#followed(room)?.unreadFrom !== undefined;
  }

  /** How many messages one has not read; 0 where one does not follow the room. */
  unread(room: string): number {
    const id = this.#rooms.idOf(room);
    const followed = this.#followed(id);
    if (!followed) return 0;
    const state = this.#rooms.find(id)?.state;
    const held = state?.epoch === this.#me?.epoch ? state?.posts ?? 0 : 0;
    const posts = Math.max(followed.posts, held);
    const read = followed.unreadFromPosts ??
      Math.max(followed.lastReadPosts, this.#cursors.get(id).posts);
    return Math.max(0, posts - read);
  }

  /** How many unread messages mention one. */
  mentions(room: string): number {
    const { head, mentions = 0 } = this.#followed(room) ?? { head: 0 };
    return this.lastRead(room) < head ? mentions : 0;
  }

  /** Moves the cursor forward, to the head at most. */
  mark(room: string, seq: number): void {
    const id = this.#rooms.idOf(room);
    if (this.#held.has(id)) return;
    const followed = this.#followed(id);
    const state = this.#rooms.find(id)?.state;
    const head = Math.max(followed?.head ?? 0, state?.cursor.seq ?? 0);
    const to = Math.min(seq, head);
    if (to <= this.lastRead(id)) return;
    const atHead = followed && to >= followed.head ? followed.posts : 0;
    this.#cursors.move(id, { seq: to, posts: state?.postsAt(to) ?? atHead });
    const from = followed?.unreadFrom;
    if (from !== undefined && this.#ended.get(id) !== from) {
      this.#ended.set(id, from);
      this.#cursors.resend(id);
    }
    this.#sendSoon();
    this.#link.changed();
  }

  /**
   * Marks a room as unread from the message at `seq` on, or from its last one.
   * Nothing is read there until it is {@link release}d.
   */
  markUnread(room: string, seq: number): void {
    const id = this.#rooms.idOf(room);
    this.#held.add(id);
    this.#ended.delete(id);
    this.#marks.set(id, seq);
    this.flush();
    this.#link.changed();
  }

  /** What is seen of the room counts as read again. */
  release(room: string): void {
    this.#held.delete(this.#rooms.idOf(room));
  }

  /** One posted oneself: the server moves the cursor without being told. */
  posted(room: string, seq: number, posts: number): void {
    this.#cursors.move(room, { seq, posts }, true);
    this.release(room);
  }

  /** A newer `me` than the one before. */
  take(me: MeFrame): void {
    if (this.#me && this.#me.epoch !== me.epoch) {
      this.#cursors.clear();
      this.#marks.clear();
      this.#held.clear();
      this.#ended.clear();
    }
    this.#me = me;
    this.#followedRooms = new Map(me.rooms.map((room) => [room.room, room]));
    for (const { slug, room, lastRead, unreadFrom } of me.rooms) {
      this.#cursors.rename(slug, room);
      const isMarked = this.#ended.get(room) === unreadFrom;
      if (!isMarked) this.#ended.delete(room);
      const isLost = this.#cursors.get(room).seq > lastRead ||
        isMarked && unreadFrom !== undefined;
      if (this.#checkNext && isLost) this.#cursors.resend(room);
    }
    this.#checkNext = false;
    this.#sendSoon();
  }

  /** The connection is new: what was read meanwhile is sent, and what got lost. */
  opened(): void {
    this.#checkNext = true;
    if (this.#marks.size > 0) this.flush();
    else this.#sendSoon();
  }

  /** Sends at once what waits. */
  flush(): void {
    this.#link.timers.cancel("read");
    if (!this.#link.isOpen || !this.#isWaiting) return;
    this.#sentAt = this.#link.now();
    for (const [room, seq] of this.#cursors.takeUnsent()) {
      this.#link.send({ type: "read", room, seq });
    }
    // Behind the cursors, which would end them.
    for (const [room, seq] of this.#marks) {
      this.#link.send({ type: "unread", room, seq });
    }
    this.#marks.clear();
  }

  get #isWaiting(): boolean {
    return this.#cursors.hasUnsent || this.#marks.size > 0;
  }

  #followed(room: string): FollowedRoom | undefined {
    return this.#followedRooms.get(this.#rooms.idOf(room));
  }

  #sendSoon(): void {
    if (!this.#link.isOpen || !this.#cursors.hasUnsent) return;
    const wait = this.#sentAt + READ_INTERVAL - this.#link.now();
    this.#link.timers.setOnce("read", wait, () => this.flush());
  }
}
