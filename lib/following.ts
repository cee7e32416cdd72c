/**
 * Following (D6): each connection learns at most once a second what changed in
 * the rooms that its person follows and that are not on its screen.
 */
import type { Connection } from "./connection.ts";
import type { ReadCursor } from "./db/membership_writes.ts";
import type { MovedCursor, RoomHead } from "./db/drafts.ts";
import type { FollowedRoom, MeFrame } from "./protocol.ts";
import { UnwrittenCursors } from "./unwritten_cursors.ts";

/** What following reads and writes. */
export interface FollowingStore {
  /** Who the person is and what they follow. */
  load(person: string): Promise<MeFrame>;
  /** Messages posted up to an entry, or null when there is no such entry. */
  postsAt(room: string, seq: number): Promise<number | null>;
  /** Stores read cursors; they only move forward. What moved is heard by {@link Following.moved}. */
  markRead(cursors: ReadCursor[]): Promise<void>;
  /** Stores that a person marked a room as unread from a message on. */
  markUnread(person: string, room: string, from: number): Promise<void>;
  /** Waits for a connection that isn't ready, and closes it when it never is (D3). */
  whenReady(connection: Connection): Promise<void>;
  /** Told when one of these failed; it is tried again by itself. */
  onError: (error: unknown) => void;
  /** Told when someone's first connection comes, or their last one goes. */
  onHere?: (person: string, isHere: boolean) => void;
  /** Told when a room begins, or ceases, to be followed by someone connected. */
  onFollowed?: (room: string, isFollowed: boolean) => void;
}

/** Milliseconds. */
export const FOLLOWING_LIMITS = {
  /** Between two `me` frames to one connection. */
  interval: 1_000,
  /** Between two writes of read cursors. */
  readInterval: 5_000,
  /** Before whoever went counts as gone, in direct rooms: pages are loaded again. */
  goneAfter: 10_000,
} as const;

/** A room's settings as lists show them. */
export interface ShownRoom {
  slug: string;
  name: string;
  topic: string;
  archived: boolean;
}

interface Follower {
  id: string;
  connections: Set<Connection>;
  /** The last state read from the database, kept up to date since. */
  me: MeFrame | undefined;
  rooms: Map<string, FollowedRoom>;
  loading: boolean;
  /** The state changed in the database since the read under way began. */
  stale: boolean;
}

/** What connected people follow, and how far they have read it. */
export class Following {
  readonly #store: FollowingStore;
  readonly #people = new Map<string, Follower>();
  readonly #followers = new Map<string, Set<Follower>>();
  readonly #grown = new Set<string>();
  readonly #changed = new Set<Follower>();
  /** Connections that were not ready when there was something to tell them. */
  readonly #waiting = new Set<Connection>();
  /** Those that are ready since, and lack the newest state. */
  readonly #late = new Set<Connection>();
  readonly #unwritten: UnwrittenCursors;
  #tellTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #leaving = new Set<ReturnType<typeof setTimeout>>();
  readonly #loads = new Set<Promise<void>>();
  /** Heads heard while states are read: those may be older, and not yet known to grow. */
  readonly #heard = new Map<string, RoomHead>();
  #toldAt = -Infinity;

  /** Following over the given store. */
  constructor(store: FollowingStore) {
    this.#store = store;
    this.#unwritten = new UnwrittenCursors({
      write: (cursors) => store.markRead(cursors),
      onError: store.onError,
      interval: FOLLOWING_LIMITS.readInterval,
    });
  }

  /** Starts to tell a connection. */
  connect(connection: Connection): void {
    const { id } = connection.session.person;
    let follower = this.#people.get(id);
    if (!follower) {
      follower = {
        id,
        connections: new Set(),
        me: undefined,
        rooms: new Map(),
        loading: false,
        stale: false,
      };
      this.#people.set(id, follower);
      this.#store.onHere?.(id, true);
    }
    follower.connections.add(connection);
    if (follower.me) {
      connection.sendText(JSON.stringify(this.#stateOf(follower)));
    } else this.#startLoad(follower);
  }

  /** Stops telling a connection. */
  disconnect(connection: Connection): void {
    const follower = this.#people.get(connection.session.person.id);
    if (!follower) return;
    follower.connections.delete(connection);
    this.#waiting.delete(connection);
    this.#late.delete(connection);
    if (follower.connections.size > 0) return;
    this.#people.delete(follower.id);
    this.#changed.delete(follower);
    for (const room of follower.rooms.keys()) this.#unfollow(follower, room);
    this.#tellGone(follower);
    this.#store.onHere?.(follower.id, false);
    // One who leaves finds the cursor on the next device.
    void this.flush(follower.id);
  }

  /** Whether someone is connected. */
  isHere(person: string): boolean {
    return this.#people.has(person);
  }

  /** The connections of one person. */
  connectionsOf(person: string): Iterable<Connection> {
    return this.#people.get(person)?.connections ?? [];
  }

  /** A room's log grew. */
  roomGrew({ room, seq, posts }: RoomHead): void {
    if (this.#loads.size > 0) this.#heard.set(room, { room, seq, posts });
    const followers = this.#followers.get(room);
    if (!followers) return;
    for (const follower of followers) {
      const followed = follower.rooms.get(room)!;
      if (seq <= followed.head) continue;
      followed.head = seq;
      followed.posts = posts;
    }
    this.#grown.add(room);
    this.#scheduleTell();
  }

  /** A room's floor rose: what is gone is unread no more (L8). */
  roomTrimmed({ room, posts }: { room: string; posts: number }): void {
    for (const follower of this.#people.values()) {
      if (follower.loading) follower.stale = true;
    }
    for (const follower of this.#followers.get(room) ?? []) {
      const followed = follower.rooms.get(room)!;
      const isMarked = followed.unreadFrom !== undefined;
      if (followed.mentions || isMarked) this.#startLoad(follower);
      if (posts <= followed.lastReadPosts) continue;
      followed.lastReadPosts = posts;
      this.#changed.add(follower);
    }
    this.#scheduleTell();
  }

  /** Whoever follows this room has to learn its settings anew. */
  roomChanged(room: string): void {
    for (const follower of this.#followers.get(room) ?? []) {
      this.#startLoad(follower);
    }
  }

  /** What a room is called and so on, as the database has it: news or not. */
  roomShown(room: string, shown: ShownRoom): void {
    for (const follower of this.#followers.get(room) ?? []) {
      if (isShown(follower.rooms.get(room)!, shown)) continue;
      this.#startLoad(follower);
    }
  }

  /** The people who follow a room and are connected. */
  connectedIn(room: string): string[] {
    return [...this.#followers.get(room) ?? []].map(({ id }) => id);
  }

  /** A person's rooms, name, cursors or mentions changed in the database. */
  personChanged(person: string): void {
    const follower = this.#people.get(person);
    if (follower) this.#startLoad(follower);
  }

  /**
   * A read cursor moved in the database, on whichever of one's devices: by this
   * machine or by another.
   */
  moved(
    { person, room, seq, posts, version }: MovedCursor,
    isOwn = true,
  ): void {
    const follower = this.#people.get(person);
    const me = follower?.me;
    // What is being read now may be from before.
    if (!me) return this.personChanged(person);
    me.version = Math.max(me.version, version);
    const hasMoved = this.#moveCursor(person, room, seq, posts);
    // By whom it moved, knows it already.
    if (hasMoved && !isOwn) this.#changed.add(this.#people.get(person)!);
    const followed = follower.rooms.get(room);
    const isMarked = (followed?.unreadFrom ?? Infinity) <= seq;
    // What is left of these, only the database tells.
    if (followed?.mentions || isMarked) this.personChanged(person);
  }

  /** A person read up to an entry; what they marked as unread before it is read again. */
  async read(person: string, room: string, seq: number): Promise<void> {
    const followed = this.#people.get(person)?.rooms.get(room);
    if (!followed) return;
    const { head, unreadFrom = Infinity } = followed;
    const upTo = Math.min(seq, head);
    const isAgain = unreadFrom <= upTo;
    if (upTo <= followed.lastRead && !isAgain) return;
    const posts = upTo === head
      ? followed.posts
      : await this.#store.postsAt(room, upTo);
    if (posts === null) return;
    if (!this.#moveCursor(person, room, upTo, posts) && !isAgain) return;
    this.#unwritten.add({ person, room, seq: upTo });
    // Which mentions are left, and that nothing is marked, the database tells.
    if (followed.mentions || isAgain) await this.flush(person);
  }

  /** A person marks a room as unread from a message on, until they read it again. */
  async markUnread(person: string, room: string, from: number): Promise<void> {
    // A cursor from before, if it were written later, would end the mark.
    await this.flush(person);
    await this.#store.markUnread(person, room, from);
  }

  /** Writes what is not written yet and stops all timers. */
  async close(): Promise<void> {
    this.#people.clear();
    this.#waiting.clear();
    this.#late.clear();
    await Promise.all(this.#loads);
    clearTimeout(this.#tellTimer);
    for (const timer of this.#leaving) clearTimeout(timer);
    await this.#unwritten.close();
  }

  #moveCursor(
    person: string,
    room: string,
    seq: number,
    posts: number,
  ): boolean {
    const follower = this.#people.get(person);
    const followed = follower?.rooms.get(room);
    if (!follower || !followed || seq <= followed.lastRead) return false;
    followed.lastRead = seq;
    followed.lastReadPosts = Math.max(followed.lastReadPosts, posts);
    const isAgain = (followed.unreadFrom ?? Infinity) <= seq;
    if (isAgain) dropMark(followed);
    if (seq >= followed.head) delete followed.mentions;
    // One's other devices may have the room on screen and count it still; that a
    // mark ended, all are told.
    if (isAgain || follower.connections.size > 1) this.#changed.add(follower);
    this.#scheduleTell();
    return true;
  }

  #startLoad(follower: Follower): void {
    const load = this.#load(follower);
    this.#loads.add(load);
    void load.finally(() => {
      this.#loads.delete(load);
      if (this.#loads.size === 0) this.#heard.clear();
    });
  }

  /** Single flight; a change during a read causes another read. */
  async #load(follower: Follower): Promise<void> {
    follower.stale = true;
    if (follower.loading) return;
    follower.loading = true;
    while (follower.stale && follower.connections.size > 0) {
      follower.stale = false;
      try {
        this.#take(follower, await this.#store.load(follower.id));
      } catch (error) {
        this.#store.onError(error);
        setTimeout(
          () => this.personChanged(follower.id),
          FOLLOWING_LIMITS.interval,
        );
        break;
      }
    }
    follower.loading = false;
  }

  #take(follower: Follower, me: MeFrame): void {
    if (this.#people.get(follower.id) !== follower) return;
    const known = follower.rooms;
    const isFirst = follower.me === undefined;
    me.version = Math.max(me.version, follower.me?.version ?? 0);
    follower.me = me;
    follower.rooms = new Map(me.rooms.map((room) => [room.room, room]));
    for (const [id, room] of follower.rooms) {
      const heard = this.#heard.get(id);
      if (heard) takeHead(room, heard);
      const isNewer = keepNewer(room, known.get(id));
      if (isNewer && room.mentions) void this.#recount(follower.id);
      this.#follow(follower, id);
    }
    for (const id of known.keys()) {
      if (!follower.rooms.has(id)) this.#unfollow(follower, id);
    }
    if (isFirst) {
      this.#tellCompany(follower);
      return this.#tellAll(follower, () => true);
    }
    this.#changed.add(follower);
    this.#scheduleTell();
  }

  /** Mentions were counted from an older cursor than the one that is known here. */
  async #recount(person: string): Promise<void> {
    if (await this.flush(person)) this.personChanged(person);
  }

  /** Those whom one has direct rooms with see that one came, or went. */
  #tellCompany(follower: Follower): void {
    for (const { room, kind } of follower.rooms.values()) {
      if (kind !== "direct") continue;
      for (const other of this.#followers.get(room) ?? []) {
        if (other !== follower && other.me) this.#changed.add(other);
      }
    }
    if (this.#changed.size > 0) this.#scheduleTell();
  }

  #tellGone(follower: Follower): void {
    const hasCompany = [...follower.rooms.values()].some(({ room, kind }) =>
      kind === "direct" && this.#followers.has(room)
    );
    if (!hasCompany) return;
    const timer = setTimeout(() => {
      this.#leaving.delete(timer);
      this.#tellCompany(follower);
    }, FOLLOWING_LIMITS.goneAfter);
    this.#leaving.add(timer);
  }

  #stateOf(follower: Follower): MeFrame {
    const rooms = [...follower.rooms.values()].map((room) => {
      const others = this.#followers.get(room.room)?.size ?? 0;
      return room.kind === "direct" && others > 1
        ? { ...room, here: true as const }
        : room;
    });
    return { ...follower.me!, rooms };
  }

  #follow(follower: Follower, room: string): void {
    const followers = this.#followers.get(room);
    if (followers) return void followers.add(follower);
    this.#followers.set(room, new Set([follower]));
    this.#store.onFollowed?.(room, true);
  }

  #unfollow(follower: Follower, room: string): void {
    const followers = this.#followers.get(room);
    followers?.delete(follower);
    if (followers?.size !== 0) return;
    this.#followers.delete(room);
    this.#store.onFollowed?.(room, false);
  }

  /** In the next turn when quiet, else when the interval is over. */
  #scheduleTell(): void {
    if (this.#tellTimer !== undefined) return;
    const due = this.#toldAt + FOLLOWING_LIMITS.interval - performance.now();
    this.#tellTimer = setTimeout(() => this.#tell(), Math.max(0, due));
  }

  #tell(): void {
    this.#tellTimer = undefined;
    this.#toldAt = performance.now();
    const changed = new Set(this.#changed);
    const late = new Set(this.#late);
    const grown = new Map<Follower, string[]>();
    for (const room of this.#grown) {
      for (const follower of this.#followers.get(room) ?? []) {
        const rooms = grown.get(follower) ?? [];
        rooms.push(room);
        grown.set(follower, rooms);
      }
    }
    this.#grown.clear();
    this.#changed.clear();
    this.#late.clear();
    const concerned = new Set([...changed, ...grown.keys()]);
    for (const { session } of late) {
      concerned.add(this.#people.get(session.person.id)!);
    }
    for (const follower of concerned) {
      const rooms = grown.get(follower) ?? [];
      this.#tellAll(follower, (connection) => {
        if (changed.has(follower) || late.has(connection)) return true;
        const { subscriptions } = connection;
        return rooms.some((room) => !subscriptions.has(room));
      });
    }
  }

  #tellAll(follower: Follower, concerns: (connection: Connection) => boolean) {
    let text: string | undefined;
    for (const connection of follower.connections) {
      if (!concerns(connection)) continue;
      if (!connection.ready) {
        this.#tellWhenReady(connection);
        continue;
      }
      text ??= JSON.stringify(this.#stateOf(follower));
      this.#waiting.delete(connection);
      connection.sendText(text);
    }
  }

  /** The others are told meanwhile; this one lacks no state but the newest (D3). */
  #tellWhenReady(connection: Connection): void {
    if (this.#waiting.has(connection)) return;
    this.#waiting.add(connection);
    void this.#store.whenReady(connection).then(() => {
      // It may have been told, or have gone, since.
      if (!this.#waiting.delete(connection)) return;
      this.#late.add(connection);
      this.#scheduleTell();
    });
  }

  /** Stores how far one person has read, or all have; false when that failed and is tried again. */
  flush(person?: string): Promise<boolean> {
    return this.#unwritten.flush(person);
  }
}

/** Whether someone's list shows a room as it is. */
function isShown(
  { slug, name, topic = "", archived }: FollowedRoom,
  shown: ShownRoom,
): boolean {
  return slug === shown.slug && name === shown.name &&
    topic === shown.topic && (archived === true) === shown.archived;
}

function takeHead(room: FollowedRoom, { seq, posts }: RoomHead): void {
  if (seq <= room.head) return;
  room.head = seq;
  room.posts = posts;
}

/**
 * What was heard while the state was read may be newer than the state; tells
 * whether the read cursor is.
 */
function keepNewer(
  room: FollowedRoom,
  known: FollowedRoom | undefined,
): boolean {
  if (!known) return false;
  takeHead(room, { room: room.room, seq: known.head, posts: known.posts });
  const isNewer = known.lastRead > room.lastRead;
  room.lastRead = Math.max(room.lastRead, known.lastRead);
  room.lastReadPosts = Math.max(room.lastReadPosts, known.lastReadPosts);
  if (!isNewer) return false;
  // As the cursor will, once it is stored.
  if ((room.unreadFrom ?? Infinity) <= room.lastRead) dropMark(room);
  if (room.lastRead >= room.head) delete room.mentions;
  return true;
}

function dropMark(room: FollowedRoom): void {
  delete room.unreadFrom;
  delete room.unreadFromPosts;
}
