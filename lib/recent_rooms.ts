/** Rooms for those who write and read by frames, without a look into the database for each. */
import type { Who } from "./permissions.ts";
import { RecentReads } from "./recent_reads.ts";
import type { Regard, Room, Rooms, SeenRoom } from "./rooms.ts";

/** Another machine's change of a room reaches everybody within a second (D5). */
const KEPT = { age: 1_000, size: 10_000 };

/** What `Rooms` told lately; whoever changes rooms or people calls `forget`. */
export class RecentRooms {
  readonly #rooms: Rooms;
  readonly #found: RecentReads<Room | null>;
  readonly #regards: RecentReads<Regard | null>;

  /** Rooms by the given clock, in milliseconds. */
  constructor(rooms: Rooms, now: () => number = Date.now) {
    this.#rooms = rooms;
    this.#found = new RecentReads({ ...KEPT, now });
    this.#regards = new RecentReads({ ...KEPT, now });
  }

  /** As {@link Rooms.find}. */
  find(idOrSlug: string): Promise<Room | null> {
    return this.#found.get(idOrSlug, () => this.#rooms.find(idOrSlug));
  }

  /** As {@link Rooms.see}. */
  async see(who: Who, idOrSlug: string): Promise<SeenRoom> {
    const person = who.person.id;
    const regard = await this.#regards.get(
      `${person} ${idOrSlug}`,
      () => this.#rooms.regard(person, idOrSlug),
    );
    return this.#rooms.judge(who, regard);
  }

  /** As {@link Rooms.follow}. */
  follow(person: string, room: string): Promise<void> {
    return this.#rooms.follow(person, room);
  }

  /** Something changed about rooms, who belongs to them, or people's names. */
  forget(): void {
    this.#found.forget();
    this.#regards.forget();
  }
}
