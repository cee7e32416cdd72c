/** Who else is in a room, and who writes. */
import type { Entry, Person, PresenceFrame, TypingFrame } from "../protocol.ts";
import { type HeldRoom, type HeldRooms, NOBODY } from "./held_rooms.ts";
import type { Link } from "./link.ts";

/** Times in milliseconds. */
export const TYPING_TIMES = {
  /** One tells at most this often that one is writing. */
  interval: 3_000,
  /** Others count as writing for at most this long; the server tells sooner. */
  shown: 60_000,
} as const;

/** Presence and typing of the rooms on screen. */
export class Company {
  #link: Link;
  #rooms: HeldRooms;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms) {
    this.#link = link;
    this.#rooms = rooms;
  }

  /** Takes the server's word on who is there, and their present names. */
  takePresence({ room, count, people = [] }: PresenceFrame): void {
    const held = this.#rooms.find(room);
    if (!held?.onScreen) return;
    held.presence = { count, people };
    for (const person of people) held.state.rename(person);
    this.#link.changed();
  }

  /** Takes the server's word on who writes; oneself is left out. */
  takeTyping({ room, people }: TypingFrame, self: Person | null): void {
    const held = this.#rooms.find(room);
    if (!held?.onScreen) return;
    this.#show(held, people.filter(({ id }) => id !== self?.id));
    const name = `typing ${held.key}`;
    this.#link.timers.set(name, TYPING_TIMES.shown, () => {
      this.#show(held, NOBODY);
    });
  }

  /** Whoever posted writes no more. */
  posted(room: HeldRoom, { author }: Entry): void {
    if (!room.typing.some(({ id }) => id === author)) return;
    this.#show(room, room.typing.filter(({ id }) => id !== author));
  }

  /** Tells the others that one is writing, unless they were told just now. */
  sendTyping(room: HeldRoom): void {
    const now = this.#link.now();
    if (now - room.typingSentAt < TYPING_TIMES.interval) return;
    if (this.#link.isCongested) return;
    const sent = this.#link.send({ type: "typing", room: room.key });
    if (sent) room.typingSentAt = now;
  }

  /** Nothing is known any more: the room or the connection is left. */
  forget(room: HeldRoom): void {
    room.presence = null;
    room.typing = NOBODY;
    this.#link.timers.cancel(`typing ${room.key}`);
  }

  #show(room: HeldRoom, people: readonly Person[]): void {
    room.typing = people.length > 0 ? people : NOBODY;
    this.#link.changed();
  }
}
