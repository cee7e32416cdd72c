/** The rooms a client holds in memory, found by id or slug. */
import type { Person } from "../protocol.ts";
import { DeliveryCounter } from "./delivery_counter.ts";
import type { OlderPages } from "./older_pages.ts";
import { RoomQueue } from "./room_queue.ts";
import { RoomState } from "./room_state.ts";

/** Rooms that are kept after they left the screen. */
export const ROOMS_KEPT = 8;

/** Who has a room on screen. */
export interface Presence {
  /** How many people. */
  readonly count: number;
  /** Who they are, in rooms that are not too large. */
  readonly people: readonly Person[];
}

/** No one; always the same array. */
export const NOBODY: readonly Person[] = [];

/** A room with all that belongs to it. */
export class HeldRoom {
  /** What is shown. */
  readonly state: RoomState;
  /** What still has to be sent. */
  readonly queue: RoomQueue = new RoomQueue();
  /** What should never happen to it, counted. */
  readonly deliveries: DeliveryCounter = new DeliveryCounter();
  /** Whether the server is to deliver its entries. */
  onScreen = false;
  /** Ref of the `join` under way, or null. */
  joinRef: number | null = null;
  /** Seq behind which that join goes on. */
  joinAfter = 0;
  /** Refused joins and answers that left a gap, in a row. */
  setbacks = 0;
  /** The wish for older messages, or null. */
  older: OlderPages | null = null;
  /** Who has it on screen, or null when unknown. */
  presence: Presence | null = null;
  /** Who is writing. */
  typing: readonly Person[] = NOBODY;
  /** When one last told that one is writing oneself. */
  typingSentAt: number = -Infinity;

  /** Makes a room that holds nothing yet. */
  constructor(key: string) {
    this.state = new RoomState(key);
  }

  /** The room's id, or its slug until the id is known. */
  get key(): string {
    return this.state.room;
  }

  /** Whether nothing would be lost by forgetting it. */
  get isIdle(): boolean {
    return !this.onScreen && !this.older && this.queue.size === 0 &&
      this.state.rowCount === 0;
  }
}

/** Rooms by id; a room opened by its slug moves once its id is known. */
export class HeldRooms {
  #rooms = new Map<string, HeldRoom>();
  #states = new Map<string, RoomState>();
  #aliases = new Map<string, string>();

  /** The rooms' states by id. */
  get states(): ReadonlyMap<string, RoomState> {
    return this.#states;
  }

  /** All rooms held, least recently used first. */
  all(): HeldRoom[] {
    return [...this.#rooms.values()];
  }

  /** The room of this id or slug, where it is held. */
  find(key: string): HeldRoom | undefined {
    return this.#rooms.get(key) ?? this.#rooms.get(this.idOf(key));
  }

  /** The id that belongs to this slug, or the key itself. */
  idOf(key: string): string {
    return this.#aliases.get(key) ?? key;
  }

  /** The room of this id or slug, made where it is missing. */
  hold(key: string): HeldRoom {
    const room = this.find(key) ?? new HeldRoom(this.idOf(key));
    this.#rooms.delete(room.key);
    this.#put(room);
    return room;
  }

  /** Learns which id belongs to a slug. */
  identify(slug: string, id: string): void {
    if (slug === id || this.#aliases.get(slug) === id) return;
    this.#aliases.set(slug, id);
    const room = this.#rooms.get(slug);
    if (!room) return;
    this.#remove(slug);
    const other = this.#rooms.get(id);
    if (other && !(room.onScreen && !other.onScreen)) return merge(room, other);
    if (other) merge(other, room);
    room.state.room = id;
    this.#put(room);
  }

  /** Forgets the rooms that were not used for longest, beyond those kept. */
  forgetIdle(): void {
    const idle = this.all().filter((room) => room.isIdle);
    for (const room of idle.slice(0, -ROOMS_KEPT)) this.#remove(room.key);
  }

  #put(room: HeldRoom): void {
    this.#rooms.set(room.key, room);
    this.#states.set(room.key, room.state);
  }

  #remove(key: string): void {
    this.#rooms.delete(key);
    this.#states.delete(key);
  }
}

/** Moves what must not be lost from one to the other. */
function merge(from: HeldRoom, to: HeldRoom): void {
  to.queue.takeOver(from.queue);
  to.state.takeRows(from.state);
  to.onScreen ||= from.onScreen;
  from.older?.resolve();
}
