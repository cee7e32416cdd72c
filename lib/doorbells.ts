/**
 * Turns what was committed into signals, and signals into calls (L6): the only
 * way by which a machine, the one that wrote included, learns what is new.
 */
import type { ChatHub } from "./chat_hub.ts";
import type { Changed } from "./db/open.ts";
import type { Following } from "./following.ts";
import type { Changes, MovedCursor, RoomHead, Trimmed } from "./message_log.ts";
import type { KnownNames } from "./known_names.ts";
import type { Presence } from "./presence.ts";
import type { Entry, Person } from "./protocol.ts";
import type { RecentRooms } from "./recent_rooms.ts";
import {
  type News,
  personSubject,
  roomSubject,
  screenSubject,
} from "./signals/news.ts";
import type { Signals } from "./signals/signals.ts";
import type { Standing } from "./standing.ts";

/** Who is called. */
export interface DoorbellServices {
  signals: Signals;
  hub: ChatHub;
  following: Following;
  presence: Presence;
  names: KnownNames;
  standing: Standing;
  recent: RecentRooms;
}

/** Rooms of which the floor is remembered, so that it is told once. */
const MOST_FLOORS = 10_000;

/** The doorbells of one machine. */
export class Doorbells {
  readonly #services: DoorbellServices;
  readonly #signals: Signals;
  readonly #floors = new Map<string, number>();
  /** Up to which version of someone connected nothing was missed. */
  readonly #versions = new Map<string, number>();
  /** What this machine just stored, and need not read. */
  #stored: readonly Entry[] = [];

  /** Doorbells that ring the given services. */
  constructor(services: DoorbellServices) {
    this.#services = services;
    this.#signals = services.signals;
    this.#signals.onNews = (...news) => this.#hear(...news);
  }

  /** Entries were stored. */
  committed(
    heads: readonly RoomHead[],
    cursors: readonly MovedCursor[],
    { acts, people }: Changes,
    entries: ReadonlyMap<string, readonly Entry[]>,
  ): void {
    for (const head of heads) {
      this.#stored = entries.get(head.room) ?? [];
      this.#signals.tell({ kind: "grew", ...head });
    }
    this.#stored = [];
    this.moved(cursors);
    for (const person of people) this.roomsChanged(person);
    for (const { room, person } of acts) {
      if (person === null) this.#signals.tell({ kind: "changed", room });
    }
  }

  /** Read cursors moved. */
  moved(cursors: readonly MovedCursor[]): void {
    for (const cursor of cursors) {
      this.#signals.tell({ kind: "moved", ...cursor });
    }
  }

  /** A room's floor rose. */
  trimmed({ room, floor, posts }: Trimmed): void {
    this.#signals.tell({ kind: "trimmed", room, floor, posts });
  }

  /** Someone's rooms, settings or mentions changed. */
  roomsChanged(person: string): void {
    this.#signals.tell({ kind: "person", person, standing: false });
  }

  /** Someone's sessions or rights changed (D5). */
  standingChanged(person: string): void {
    this.#signals.tell({ kind: "person", person, standing: true });
  }

  /** Someone has another name or picture. */
  named(person: Person): void {
    this.#signals.tell({ kind: "named", person });
    this.roomsChanged(person.id);
  }

  /** A room came on a screen here; resolves when its doorbell is heard (D1). */
  async roomOpened(room: string): Promise<void> {
    await Promise.all([
      this.#signals.listen(roomSubject(room)),
      this.#signals.listen(screenSubject(room)),
    ]);
  }

  /** It is on no screen here any more. */
  roomClosed(room: string): void {
    this.#signals.ignore(roomSubject(room));
    this.#signals.ignore(screenSubject(room));
  }

  /** Someone connected here follows a room, or no longer does. */
  roomFollowed(room: string, isFollowed: boolean): void {
    if (isFollowed) void this.#signals.listen(roomSubject(room));
    else this.#signals.ignore(roomSubject(room));
  }

  /** Someone is connected here, or no longer is. */
  personHere(person: string, isHere: boolean): void {
    if (isHere) return void this.#signals.listen(personSubject(person));
    this.#signals.ignore(personSubject(person));
    this.#versions.delete(person);
  }

  /** What the sweep found: all that may have been told in vain (L6). */
  swept({ rooms, persons }: Changed): void {
    for (const changed of rooms) {
      const { room, floor, floorPosts } = changed;
      this.#grew(changed);
      this.#trimmed(room, floor, floorPosts);
      this.#services.following.roomShown(room, changed);
    }
    for (const { id, head, name, picture } of persons) {
      const person = { id, name, ...picture !== null && { picture } };
      if (this.#services.names.differs(person)) this.#named(person);
      if (!this.#services.following.isHere(id)) continue;
      if (head <= (this.#versions.get(id) ?? -1)) continue;
      this.#versions.set(id, head);
      this.#personChanged(id, true);
    }
  }

  #hear(news: News, isOwn: boolean): void {
    const { following, presence } = this.#services;
    switch (news.kind) {
      case "grew":
        return this.#grew(news);
      case "trimmed":
        return this.#trimmed(news.room, news.floor, news.posts);
      case "changed":
        this.#services.recent.forget();
        return following.roomChanged(news.room);
      case "moved":
        return this.#moved(news, isOwn);
      case "person":
        return this.#personChanged(news.person, news.standing);
      case "named":
        return this.#named(news.person);
      default:
        return presence.hear(news);
    }
  }

  #grew(head: RoomHead): void {
    for (const entry of this.#stored) this.#services.names.seeAuthor(entry);
    this.#services.hub.ring(head.room, this.#stored, head.seq);
    const { room, seq, posts } = head;
    this.#services.following.roomGrew({ room, seq, posts });
  }

  #trimmed(room: string, floor: number, posts: number): void {
    if (floor <= (this.#floors.get(room) ?? 1)) return;
    if (this.#floors.size >= MOST_FLOORS) this.#floors.clear();
    this.#floors.set(room, floor);
    this.#services.hub.trimmed(room, floor);
    this.#services.following.roomTrimmed({ room, posts });
  }

  #moved(cursor: MovedCursor, isOwn: boolean): void {
    const { person, version } = cursor;
    // With a version between, something else may have been told in vain (D5).
    if (version === (this.#versions.get(person) ?? -1) + 1) {
      this.#versions.set(person, version);
    }
    this.#services.following.moved(cursor, isOwn);
  }

  #personChanged(person: string, standing: boolean): void {
    if (standing) {
      this.#services.recent.forget();
      void this.#services.standing.check(person);
    }
    this.#services.following.personChanged(person);
  }

  #named(person: Person): void {
    const { hub, names, presence, standing } = this.#services;
    names.see(person);
    standing.named(person);
    hub.dropEncoded();
    presence.renamed(person);
  }
}
