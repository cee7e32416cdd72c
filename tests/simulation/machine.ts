/** One server process, composed as `lib/app.ts` composes it. */
import { ChatHub } from "../../lib/chat_hub.ts";
import { Connection } from "../../lib/connection.ts";
import type { Database } from "../../lib/db/open.ts";
import { Following } from "../../lib/following.ts";
import {
  MessageLog,
  type RoomHead,
  type Trimmed,
} from "../../lib/message_log.ts";
import { Mentions } from "../../lib/mentions.ts";
import { Messages } from "../../lib/messages.ts";
import { Presence } from "../../lib/presence.ts";
import { CLOSE, type Entry, type Person } from "../../lib/protocol.ts";
import { RecentRooms } from "../../lib/recent_rooms.ts";
import { Requests } from "../../lib/requests.ts";
import { Rooms } from "../../lib/rooms.ts";
import type { Socket } from "../../lib/socket.ts";
import type { Life } from "./virtual_time.ts";

/** What a machine has to do with others. */
export interface MachineOptions {
  life: Life;
  db: Database;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Tells the other machines, if there are any. */
  ringOthers: (head: RoomHead) => void;
  /** The same of a floor that rose (L8). */
  tellOthers: (trimmed: Floor) => void;
  rooms: readonly string[];
  /** Whether to look at the rooms' heads now: several machines write (L6). */
  sweeps: () => boolean;
  onError: (error: unknown) => void;
}

/** What is gone from a room's log. */
export type Floor = Omit<Trimmed, "more">;

/** Slow enough that a person comes to know `too_fast`. */
const POST_RATE = { perSecond: 4, burst: 8 };
const SWEEP_INTERVAL = 2_000;

/** A running server; to be made and called as a task of its own life. */
export class Machine {
  readonly life: Life;
  readonly #options: MachineOptions;
  readonly #hub: ChatHub;
  readonly #log: MessageLog;
  readonly #following: Following;
  readonly #presence: Presence;
  readonly #requests: Requests;
  readonly #connections = new Set<Connection>();
  readonly #trimming = new Set<Promise<void>>();
  readonly #swept = new Map<string, number>();
  readonly #floors = new Map<string, number>();

  constructor(options: MachineOptions) {
    const { db, now, onError } = options;
    this.life = options.life;
    this.#options = options;
    const rooms = new Rooms(db, now);
    const recent = new RecentRooms(db, rooms, now);
    this.#log = new MessageLog(db, {
      now,
      onCommitted: (heads, cursors, { acts, people }, entries) => {
        if (acts.length > 0) recent.forget();
        for (const head of heads) {
          this.heard(head, entries.get(head.room));
          options.ringOthers(head);
        }
        for (const cursor of cursors) {
          this.#following.moved(cursor);
          this.#presence.posted(cursor.room, cursor.person);
        }
        for (const person of people) this.#following.personChanged(person);
      },
      onTrimmed: (trimmed) => {
        this.trimmed(trimmed);
        options.tellOthers(trimmed);
      },
    });
    const mentions = new Mentions({
      db,
      connectedIn: (room) => this.#following.connectedIn(room),
    });
    const log = this.#log;
    const messages = new Messages({
      ...{ db, log, mentions, now },
      rooms: recent,
      rate: POST_RATE,
    });
    const presence = this.#presence = new Presence((...signal) =>
      this.#hub.signal(...signal)
    );
    const hub = this.#hub = new ChatHub(hubLog(db.epoch, this.#log), {
      onError,
      onSubscribed: ({ session }, room) => presence.enter(room, session.person),
      onUnsubscribed: ({ session }, room) =>
        presence.leave(room, session.person.id),
    });
    const following = this.#following = new Following({
      load: (person) => rooms.followed(person),
      postsAt: async (room, seq) => {
        const bounds = { after: seq - 1, limit: 1, bytes: 0 };
        const [entry] = await this.#log.read(room, bounds);
        return entry?.seq === seq ? entry.posts : null;
      },
      markRead: async (cursors) => {
        const moved = await db.write("markRead", cursors);
        for (const cursor of moved) following.moved(cursor);
      },
      markUnread: (person, room, from) => rooms.markUnread(person, room, from),
      whenReady: (connection) => hub.whenReady(connection),
      onError,
    });
    rooms.onFollowedChange = (person) => following.personChanged(person);
    this.#requests = new Requests({
      ...{ hub, rooms, recent, messages, following, presence, onError },
      reports: {
        take: (_, room, counts) => {
          const found = JSON.stringify(counts);
          onError(new Error(`A page counted ${found} in ${room}`));
        },
      },
    });
    setInterval(() => void this.#sweep(), SWEEP_INTERVAL);
  }

  connect(socket: Socket, person: Person): Connection {
    const connection = new Connection(
      socket,
      {
        ...{ person, hash: person.id, expiresAt: Infinity, extended: false },
        ...{ role: "guest", onlyRoom: null, mutedUntil: null, provedAt: 0 },
      },
      {
        handle: (connection, frame) => this.#requests.handle(connection, frame),
        onClose: (connection) => {
          this.#connections.delete(connection);
          this.#hub.remove(connection);
          this.#following.disconnect(connection);
        },
        whenReady: (connection) => this.#hub.whenReady(connection),
      },
    );
    this.#connections.add(connection);
    this.#following.connect(connection);
    return connection;
  }

  /** A doorbell, from here or from another machine. */
  heard(head: RoomHead, entries?: readonly Entry[]): void {
    this.#hub.ring(head.room, entries);
    this.#following.roomGrew(head);
  }

  /** A room's floor rose, by this machine or another. */
  trimmed({ room, floor, posts }: Floor): void {
    this.#hub.trimmed(room, floor);
    this.#following.roomTrimmed({ room, posts });
  }

  /** Removes a room's entries from before a time, in milliseconds since 1970. */
  async trim(room: string, before: number): Promise<void> {
    const trimming = this.#trim(room, before);
    this.#trimming.add(trimming);
    await trimming;
    this.#trimming.delete(trimming);
  }

  async #trim(room: string, before: number): Promise<void> {
    while (await this.#log.trim(room, before).catch(() => false));
  }

  /** Someone has another name, so what is encoded is outdated. */
  renamed(person: Person): void {
    this.#hub.dropEncoded();
    this.#presence.renamed(person);
    this.#following.personChanged(person.id);
  }

  /** Ends in order, as on SIGTERM. */
  async close(): Promise<void> {
    await this.#log.close();
    await this.#hub.settled();
    for (const connection of this.#connections) {
      connection.close(CLOSE.restarting, "restarting 300");
    }
    this.#presence.close();
    await this.#following.close();
    await Promise.all(this.#trimming);
  }

  /** One query for all rooms: a ring for those that grew (L6), and word of floors that rose. */
  async #sweep(): Promise<void> {
    if (!this.#options.sweeps()) return;
    const rooms = await this.#options.db.read.selectFrom("rooms")
      .select(["id as room", "head as seq", "posts", "floor", "floor_posts"])
      .where("id", "in", this.#options.rooms).execute().catch(() => []);
    for (const { room, seq, posts, floor, floor_posts } of rooms) {
      if (floor > (this.#floors.get(room) ?? 1)) {
        this.#floors.set(room, floor);
        this.trimmed({ room, floor, posts: floor_posts });
      }
      if (seq === this.#swept.get(room)) continue;
      this.#swept.set(room, seq);
      this.heard({ room, seq, posts });
    }
  }
}

function hubLog(epoch: string, log: MessageLog) {
  type Bounds = { limit: number; bytes: number };
  return {
    epoch,
    newest: async (room: string, bounds: Bounds) => {
      const head = await log.head(room);
      if (!head) return null;
      const entries = await log.newest(room, bounds);
      const { floor } = head;
      return { head: entries.at(-1)?.seq ?? head.seq, floor, entries };
    },
    read: (room: string, options: Bounds & { after: number }) =>
      log.read(room, options),
    entryId: (room: string, seq: number) => log.entryId(room, seq),
    page: async (room: string, options: { limit: number }) => {
      const page = await log.page(room, options);
      if (!page) throw new Error(`Room ${room} is gone`);
      return page;
    },
  };
}
