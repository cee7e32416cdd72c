/** Who has which room on screen, and who is writing there, by all machines. */
import type { SignalType } from "./chat_hub.ts";
import { MACHINE_TIMES, PresenceElsewhere } from "./presence_elsewhere.ts";
import type { Person } from "./protocol.ts";
import type { News } from "./signals/news.ts";

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
  /** Between two news to other machines about a room with more people. */
  crowded: 5_000,
  /** After which other machines are told again what they should know. */
  refresh: 60_000,
} as const;

interface Present {
  person: Person;
  connections: number;
  leaving: ReturnType<typeof setTimeout> | undefined;
}

interface Typing {
  person: Person;
  timer: ReturnType<typeof setTimeout>;
}

interface RoomPresence {
  /** By this machine. */
  people: Map<string, Present>;
  typing: Map<string, Typing>;
  changed: Set<SignalType>;
  /** Other machines don't know yet who is here by this one. */
  isUntold: boolean;
  toldAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Sends a room's state to all who have it on screen here. */
export type SignalSender = (
  room: string,
  type: SignalType,
  text: string,
) => void;

/** How machines tell each other. */
export interface PresenceSignals {
  /** This machine. */
  machine: string;
  /** Whether there may be others. */
  isShared: boolean;
  /** Tells all of them, this one too. */
  tell(news: News): void;
}

/** A machine that is alone. */
const ALONE: PresenceSignals = { machine: "", isShared: false, tell() {} };

/** Keeps presence and typing of all rooms, told as state at most once a second. */
export class Presence {
  readonly #send: SignalSender;
  readonly #signals: PresenceSignals;
  readonly #rooms = new Map<string, RoomPresence>();
  readonly #elsewhere = new PresenceElsewhere();
  readonly #beat: ReturnType<typeof setInterval> | undefined;
  #answering: ReturnType<typeof setTimeout> | undefined;

  /** Presence that is told here through `send`, and elsewhere by signals. */
  constructor(send: SignalSender, signals: PresenceSignals = ALONE) {
    this.#send = send;
    this.#signals = signals;
    if (!signals.isShared) return;
    this.#beat = setInterval(() => this.#live(), MACHINE_TIMES.beat);
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
      this.#ownChanged(room, state);
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
    this.#ceaseTyping(room, state, person);
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
  typing(room: string, id: string): void {
    const state = this.#rooms.get(room);
    const present = state?.people.get(id);
    if (!state || !present?.connections) return;
    this.#startTyping(room, state, present.person);
    this.#tellTyping(room, present.person, true);
  }

  /** This person's message arrived, so they stopped writing. */
  posted(room: string, person: string): void {
    const state = this.#rooms.get(room);
    if (state) this.#ceaseTyping(room, state, person);
  }

  /** Shows a person's new name and picture wherever they are. */
  renamed(person: Person): void {
    for (const [room, state] of this.#rooms) {
      const present = state.people.get(person.id);
      if (!present) continue;
      present.person = person;
      this.#ownChanged(room, state);
    }
    this.#othersChanged(this.#elsewhere.renamed(person));
  }

  /** What a machine told, this one perhaps. */
  hear(news: News): void {
    switch (news.kind) {
      case "present":
        return this.#hearPresent(news);
      case "typing":
        return this.#hearTyping(news);
      case "alive":
        return this.#hearAlive(news.machine);
      case "who":
        return this.#answer(news.room);
    }
  }

  /** Others may have missed what was told, and this machine what they told. */
  refresh(): void {
    this.#signals.tell({ kind: "who", room: null });
  }

  /** Stops all timers. */
  close(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#answering);
    for (const state of this.#rooms.values()) {
      clearTimeout(state.timer);
      for (const { timer } of state.typing.values()) clearTimeout(timer);
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
        isUntold: false,
        toldAt: -Infinity,
        timer: undefined,
      };
      this.#rooms.set(room, state);
      this.#signals.tell({ kind: "who", room });
    }
    return state;
  }

  #remove(room: string, state: RoomPresence, person: string): void {
    clearTimeout(state.people.get(person)?.leaving);
    state.people.delete(person);
    this.#ownChanged(room, state);
  }

  #startTyping(room: string, state: RoomPresence, person: Person): void {
    const before = state.typing.get(person.id);
    clearTimeout(before?.timer);
    const timer = setTimeout(
      () => this.#stopTyping(room, state, person.id),
      PRESENCE_LIMITS.typing,
    );
    state.typing.set(person.id, { person, timer });
    if (!before) this.#changed(room, state, "typing");
  }

  #stopTyping(room: string, state: RoomPresence, person: string): void {
    const typing = state.typing.get(person);
    if (!typing) return;
    clearTimeout(typing.timer);
    state.typing.delete(person);
    this.#changed(room, state, "typing");
  }

  /** What this machine knows to have ended, others need not wait for. */
  #ceaseTyping(room: string, state: RoomPresence, person: string): void {
    const typing = state.typing.get(person);
    if (typing) this.#tellTyping(room, typing.person, false);
    this.#stopTyping(room, state, person);
  }

  #tellTyping(room: string, person: Person, on: boolean): void {
    if (!this.#signals.isShared) return;
    const { machine } = this.#signals;
    this.#signals.tell({ kind: "typing", room, machine, person, on });
  }

  #hearPresent(news: News & { kind: "present" }): void {
    if (news.machine === this.#signals.machine) return;
    // What nobody has on screen here is asked for when somebody does.
    if (!this.#rooms.has(news.room)) return;
    this.#hearAlive(news.machine);
    if (this.#elsewhere.take(news)) this.#othersChanged([news.room]);
  }

  #hearTyping(news: News & { kind: "typing" }): void {
    const { room, person, on } = news;
    const state = this.#rooms.get(room);
    if (!state || news.machine === this.#signals.machine) return;
    if (on) this.#startTyping(room, state, person);
    else this.#stopTyping(room, state, person.id);
  }

  /** A new machine, or one that was away, has told what nobody heard. */
  #hearAlive(machine: string): void {
    if (machine === this.#signals.machine) return;
    if (this.#elsewhere.hear(machine)) this.refresh();
  }

  /** For one room at once, for all at most once a beat. */
  #answer(room: string | null): void {
    if (room !== null) {
      const state = this.#rooms.get(room);
      if (state && state.people.size > 0) this.#untold(room, state);
      return;
    }
    this.#answering ??= setTimeout(() => {
      this.#answering = undefined;
      for (const [room, state] of this.#rooms) this.#untold(room, state);
    }, Math.random() * MACHINE_TIMES.beat / 2);
  }

  #live(): void {
    this.#signals.tell({ kind: "alive", machine: this.#signals.machine });
    this.#othersChanged(this.#elsewhere.expire());
    const before = performance.now() - PRESENCE_LIMITS.refresh;
    for (const [room, state] of this.#rooms) {
      if (state.toldAt < before) this.#untold(room, state);
    }
  }

  #othersChanged(rooms: Iterable<string>): void {
    for (const room of rooms) {
      const state = this.#rooms.get(room);
      if (state) this.#changed(room, state, "presence");
    }
  }

  #ownChanged(room: string, state: RoomPresence): void {
    this.#untold(room, state);
    this.#changed(room, state, "presence");
  }

  /** Other machines are to be told (again) who is here. */
  #untold(room: string, state: RoomPresence): void {
    state.isUntold = this.#signals.isShared;
    if (state.isUntold) this.#schedule(room, state);
  }

  #changed(room: string, state: RoomPresence, type: SignalType): void {
    state.changed.add(type);
    this.#schedule(room, state);
  }

  /** In the next turn, then not before the interval is over. */
  #schedule(room: string, state: RoomPresence): void {
    state.timer ??= setTimeout(() => this.#tell(room, state), 0);
  }

  #tell(room: string, state: RoomPresence): void {
    state.timer = undefined;
    const isDone = state.changed.size === 0 && !state.isUntold;
    if (isDone && state.people.size === 0) {
      this.#rooms.delete(room);
      this.#elsewhere.forget(room);
    }
    if (isDone) return;
    this.#tellOthers(room, state);
    for (const type of state.changed) {
      const frame = type === "presence"
        ? this.#presenceOf(room, state)
        : typingOf(room, state);
      this.#send(room, type, JSON.stringify(frame));
    }
    state.changed.clear();
    state.timer = setTimeout(
      () => this.#tell(room, state),
      PRESENCE_LIMITS.interval,
    );
  }

  /** Of a crowd less often: its ids are many. */
  #tellOthers(room: string, state: RoomPresence): void {
    const now = performance.now();
    const isCrowd = state.people.size > PRESENCE_LIMITS.listed;
    if (isCrowd && now - state.toldAt < PRESENCE_LIMITS.crowded) return;
    if (!state.isUntold) return;
    state.isUntold = false;
    state.toldAt = now;
    const { machine } = this.#signals;
    const people = Array.from(state.people.values(), ({ person }) => person);
    const who = isCrowd
      ? { people: [], ids: [...state.people.keys()] }
      : { people, ids: [] };
    this.#signals.tell({ kind: "present", room, machine, ...who });
  }

  /** Who is here by several machines counts once. */
  #presenceOf(room: string, state: RoomPresence) {
    const all = this.#elsewhere.in(room);
    for (const [id, { person }] of state.people) all.set(id, person);
    const people = Array.from(all.values()).filter((one) => one !== undefined);
    const count = all.size;
    return count > PRESENCE_LIMITS.listed || people.length < count
      ? { type: "presence", room, count }
      : { type: "presence", room, count, people };
  }
}

function typingOf(room: string, state: RoomPresence) {
  const people = Array.from(state.typing.values(), ({ person }) => person);
  return { type: "typing", room, people };
}
