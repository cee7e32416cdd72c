/** Who has which room on screen by other machines, as these tell it. */
import type { Person } from "./protocol.ts";
import type { PresentNews } from "./signals/news.ts";

/** Milliseconds. */
export const MACHINE_TIMES = {
  /** Between two signs of life of a machine. */
  beat: 3_000,
  /** Without one for so long, the people by a machine are gone. */
  life: 9_000,
} as const;

/** A machine's state of a room, and how it was told. */
interface Told extends Pick<PresentNews, "people" | "ids"> {
  text: string;
}

/** What other machines told; their clocks don't matter. */
export class PresenceElsewhere {
  /** By room, then by machine. */
  readonly #rooms = new Map<string, Map<string, Told>>();
  /** When each machine was heard last, by this machine's monotonic clock. */
  readonly #heard = new Map<string, number>();
  #lookedAt = performance.now();

  /** A machine told something; tells whether it was unknown. */
  hear(machine: string): boolean {
    const isNew = !this.#heard.has(machine);
    this.#heard.set(machine, performance.now());
    return isNew;
  }

  /** A machine's newest state of a room; tells whether it is another one. */
  take({ room, machine, people, ids }: PresentNews): boolean {
    if (people.length + ids.length === 0) return this.#drop(room, machine);
    const machines = this.#rooms.get(room) ?? new Map<string, Told>();
    const before = machines.get(machine);
    const told = { people, ids, text: JSON.stringify([people, ids]) };
    this.#rooms.set(room, machines.set(machine, told));
    return told.text !== before?.text;
  }

  /** Nobody here looks at the room any more. */
  forget(room: string): void {
    this.#rooms.delete(room);
  }

  /** The people in a room, by id; undefined who is known by no more than that. */
  in(room: string): Map<string, Person | undefined> {
    const people = new Map<string, Person | undefined>();
    for (const told of this.#rooms.get(room)?.values() ?? []) {
      for (const id of told.ids) people.set(id, people.get(id));
      for (const person of told.people) people.set(person.id, person);
    }
    return people;
  }

  /** Someone has another name; gives the rooms in which they are. */
  renamed(person: Person): string[] {
    const rooms: string[] = [];
    for (const [room, machines] of this.#rooms) {
      for (const { people } of machines.values()) {
        const at = people.findIndex(({ id }) => id === person.id);
        if (at < 0) continue;
        people[at] = person;
        rooms.push(room);
      }
    }
    return rooms;
  }

  /** Forgets the machines that were not heard for long; gives their rooms. */
  expire(): string[] {
    const now = performance.now();
    // Who was frozen oneself has heard nobody.
    const wasAway = now - this.#lookedAt > MACHINE_TIMES.life / 2;
    this.#lookedAt = now;
    const rooms: string[] = [];
    for (const [machine, at] of this.#heard) {
      if (wasAway) this.#heard.set(machine, now);
      else if (now - at >= MACHINE_TIMES.life) {
        this.#heard.delete(machine);
        rooms.push(...this.#dropAll(machine));
      }
    }
    return rooms;
  }

  #dropAll(machine: string): string[] {
    const rooms = [...this.#rooms.keys()];
    return rooms.filter((room) => this.#drop(room, machine));
  }

  #drop(room: string, machine: string): boolean {
    const machines = this.#rooms.get(room);
    const dropped = machines?.delete(machine) ?? false;
    if (machines?.size === 0) this.#rooms.delete(room);
    return dropped;
  }
}
