/** Who has which room on screen, and who is writing there. */
import type { SignalType } from "./chat_hub.ts";
import type { Person } from "./protocol.ts";

/** Milliseconds, and how many people a list may have. */
export const PRESENCE_LIMITS = {
  /** Someone who left is shown for this long, in case of a reload. */
  linger: 10_000,
  /** Someone is writing until this long after the last word of it. */
  typing: 6_000,
  /** Between two frames about the same room. */
  interval: 1_000,
  /** In rooms with more people only the count is told. */
  listed: 200,
} as const;

interface Present {
  person: Person;
  connections: number;
  leaving: ReturnType<typeof setTimeout> | undefined;
}

interface RoomPresence {
  people: Map<string, Present>;
  typing: Map<string, ReturnType<typeof setTimeout>>;
  changed: Set<SignalType>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Sends a room's state to all who have it on screen. */
export type SignalSender = (
  room: string,
  type: SignalType,
  text: string,
) => void;

/** Keeps presence and typing of all rooms, told as state at most once a second. */
export class Presence {
  readonly #send: SignalSender;
  readonly #rooms = new Map<string, RoomPresence>();

  /** Presence that is told through `send`. */
  constructor(send: SignalSender) {
    this.#send = send;
  }

  /** A connection of this person put the room on its screen. */
  enter(room: string, person: Person): void {
    const state = this.#room(room);
    const present = state.people.get(person.id);
    if (!present) {
      state.people.set(person.id, {
        person,
        connections: 1,
        leaving: undefined,
      });
      this.#changed(room, state, "presence");
      return;
    }
    // Back within the linger: nobody else has news, but the returning page does.
    if (present.connections === 0) this.#changed(room, state, "presence");
    clearTimeout(present.leaving);
    present.leaving = undefined;
    present.connections++;
  }

  /** A connection of this person took it off again. */
  leave(room: string, person: string): void {
    const state = this.#rooms.get(room);
    const present = state?.people.get(person);
    if (!state || !present) return;
    present.connections--;
    if (present.connections > 0) return;
    this.#stopTyping(room, state, person);
    present.leaving = setTimeout(
      () => this.#remove(room, state, person),
      PRESENCE_LIMITS.linger,
    );
  }

  /** This person signed out, so that nobody need wait for them to come back. */
  signedOut(person: string): void {
    for (const [room, state] of this.#rooms) {
      if (state.people.get(person)?.connections === 0) {
        this.#remove(room, state, person);
      }
    }
  }

  /** This person is writing in the room. */
  typing(room: string, person: string): void {
    const state = this.#rooms.get(room);
    if (!state?.people.get(person)?.connections) return;
    const timer = state.typing.get(person);
    clearTimeout(timer);
    state.typing.set(
      person,
      setTimeout(
        () => this.#stopTyping(room, state, person),
        PRESENCE_LIMITS.typing,
      ),
    );
    if (timer === undefined) this.#changed(room, state, "typing");
  }

  /** This person's message arrived, so they stopped writing. */
  posted(room: string, person: string): void {
    const state = this.#rooms.get(room);
    if (state) this.#stopTyping(room, state, person);
  }

  /** Shows a person's new name and picture wherever they are. */
  renamed(person: Person): void {
    for (const [room, state] of this.#rooms) {
      const present = state.people.get(person.id);
      if (!present) continue;
      present.person = person;
      this.#changed(room, state, "presence");
    }
  }

  /** Stops all timers. */
  close(): void {
    for (const state of this.#rooms.values()) {
      clearTimeout(state.timer);
      for (const timer of state.typing.values()) clearTimeout(timer);
      for (const present of state.people.values()) {
        clearTimeout(present.leaving);
      }
    }
    this.#rooms.clear();
  }

  #room(room: string): RoomPresence {
    let state = this.#rooms.get(room);
    if (!state) {
      state = {
        people: new Map(),
        typing: new Map(),
        changed: new Set(),
        timer: undefined,
      };
      this.#rooms.set(room, state);
    }
    return state;
  }

  #remove(room: string, state: RoomPresence, person: string): void {
    clearTimeout(state.people.get(person)?.leaving);
    state.people.delete(person);
    this.#changed(room, state, "presence");
  }

  #stopTyping(room: string, state: RoomPresence, person: string): void {
    const timer = state.typing.get(person);
    if (timer === undefined) return;
    clearTimeout(timer);
    state.typing.delete(person);
    this.#changed(room, state, "typing");
  }

  /** Tells the change in the next turn, then waits out the interval. */
  #changed(room: string, state: RoomPresence, type: SignalType): void {
    state.changed.add(type);
    state.timer ??= setTimeout(() => this.#tell(room, state), 0);
  }

  #tell(room: string, state: RoomPresence): void {
    state.timer = undefined;
    if (state.changed.size === 0) {
      if (state.people.size === 0) this.#rooms.delete(room);
      return;
    }
    for (const type of state.changed) {
      const frame = type === "presence"
        ? presenceOf(room, state)
        : typingOf(room, state);
      this.#send(room, type, JSON.stringify(frame));
    }
    state.changed.clear();
    state.timer = setTimeout(
      () => this.#tell(room, state),
      PRESENCE_LIMITS.interval,
    );
  }
}

function presenceOf(room: string, state: RoomPresence) {
  const people = Array.from(state.people.values(), ({ person }) => person);
  const count = people.length;
  return count > PRESENCE_LIMITS.listed
    ? { type: "presence", room, count }
    : { type: "presence", room, count, people };
}

function typingOf(room: string, state: RoomPresence) {
  const people = Array.from(
    state.typing.keys(),
    (id) => state.people.get(id)!.person,
  );
  return { type: "typing", room, people };
}
