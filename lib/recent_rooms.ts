/** Rooms for those who write and read by frames, without a look into the database for each. */
import type { Database } from "./db/open.ts";
import type { WriteName } from "./db/writes.ts";
import type { Who } from "./permissions.ts";
import { RecentReads } from "./recent_reads.ts";
import type { Regard, Room, Rooms, SeenRoom } from "./rooms.ts";

/** Milliseconds: what another machine changed is seen within a second (D5). */
const AGES = { shared: 1_000, alone: 60_000 };

const SIZE = 20_000;

/** Writes that change neither rooms, nor who belongs to them, nor their names. */
const HARMLESS: ReadonlySet<WriteName> = new Set([
  // Where it is not, its acts tell.
  "append",
  "enter",
  "signIn",
  "touchSession",
  "sweepSessions",
  "endSession",
  "putChallenge",
  "takeChallenge",
  "markRead",
  "markUnread",
  "setNotify",
  "indexMessages",
  "addUpload",
  "dropUpload",
  "expireUploads",
  "claimLoose",
  "forgetLoose",
  "releaseLoose",
  "probe",
]);

/** What `Rooms` told lately, forgotten when something about it may have changed. */
export class RecentRooms {
  readonly #rooms: Rooms;
  readonly #found: RecentReads<Room | null>;
  readonly #regards: RecentReads<Regard | null>;

  /** Rooms of the given database, by the given clock: one that is never set back. */
  constructor(
    db: Pick<Database, "isShared" | "onWrite">,
    rooms: Rooms,
    now: () => number = () => performance.now(),
  ) {
    this.#rooms = rooms;
    const age = db.isShared ? AGES.shared : AGES.alone;
    this.#found = new RecentReads({ age, size: SIZE, now });
    this.#regards = new RecentReads({ age, size: SIZE, now });
    db.onWrite = (name) => {
      if (!HARMLESS.has(name)) this.forget();
    };
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
