/** Machines over one database, people's tabs and programs, and a network. */
import { CONNECTION_LIMITS } from "../../lib/connection.ts";
import { HUB_LIMITS } from "../../lib/chat_hub.ts";
import type { SocketLike } from "../../lib/client/chat_client.ts";
import { DeliveryChecker } from "../../lib/client/delivery_checker.ts";
import { Refusal } from "../../lib/errors.ts";
import type { Person } from "../../lib/protocol.ts";
import { RING_LIMITS } from "../../lib/room_ring.ts";
import { type Floor, Machine } from "./machine.ts";
import type { MemorySqlite } from "./memory_sqlite.ts";
import { MemoryStore, StoreError } from "./memory_store.ts";
import { refusedSocket, type Weather, Wire } from "./network.ts";
import { Program } from "./program.ts";
import { Random } from "./random.ts";
import { Tab } from "./tab.ts";
import { Town } from "./town.ts";
import { Life, VirtualTime } from "./virtual_time.ts";

/** Told what happens, for a person who replays a seed. */
export type Trace = (line: string) => void;

/** Everything that a seed decides before it begins. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly store: MemoryStore;
  readonly town: Town;
  readonly checker = new DeliveryChecker();
  readonly tabs: Tab[] = [];
  readonly programs: Program[] = [];
  /** One for each place in which a machine stands; null while there is none. */
  readonly machines: (Machine | null)[];
  wires: Wire[] = [];
  #wires = 0;
  readonly #weather: Weather;
  readonly #bells: { lost: number; again: number; latency: number };
  #trustsBells = false;
  readonly #trace: Trace | undefined;

  #busyUntil = 0;
  /** The only machine, from its being told to end until it has. */
  #locking: Machine | undefined;

  constructor(sqlite: MemorySqlite, seed: number, trace?: Trace) {
    this.seed = seed;
    const random = this.random = new Random(seed);
    const time = this.time = new VirtualTime(random);
    this.#trace = trace;
    this.store = new MemoryStore(sqlite, time);
    this.store.latency = random.pick([0.2, 2, 15]);
    this.store.readLatency = random.pick([this.store.latency, 2, 30]);
    this.store.pageLatency = random.pick([this.store.readLatency, 300, 1_000]);
    this.store.isErratic = random.chance(0.5);
    this.#weather = {
      latency: random.pick([1, 10, 100]),
      weight: random.pick([1, 50, 400]),
    };
    this.#bells = {
      lost: random.pick([0, 0.1, 0.5, 1]),
      again: random.pick([0, 0.3]),
      latency: random.pick([1, 30, 500]),
    };
    this.town = new Town(sqlite);
    const places = random.pick([1, 1, 2, 3]);
    this.machines = Array(places).fill(null);
    // Chance of its own: what several machines share is as if it were not asked.
    this.store.isShared = places > 1 || new Random(seed ^ 0x5a1e).chance(0.5);
  }

  /** Someone means to do something within the next milliseconds: it is not over. */
  busyFor(ms: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.time.elapsed + ms);
  }

  /** Whether someone still means to do something. */
  get isBusy(): boolean {
    return this.time.elapsed <= this.#busyUntil;
  }

  note(line: () => string): void {
    if (!this.#trace) return;
    this.#trace(`${this.time.elapsed.toFixed(1).padStart(9)} ${line()}`);
  }

  /** An error that nobody planned. */
  failed(error: unknown): void {
    this.note(() => String(error));
    // A refusal was an error when it was made.
    if (error instanceof StoreError || error instanceof Refusal) return;
    const stack = error instanceof Error ? error.stack : error;
    this.checker.add("differing", `an unexpected error: ${stack}`);
  }

  /** No doorbell is lost any more, and no sweep makes up for one (D1). */
  trustBells(): void {
    this.#bells.lost = 0;
    this.#trustsBells = true;
  }

  startMachine(place: number): void {
    if (this.machines[place] || this.#locking) return;
    const life = new Life(`machine ${place}`);
    const { store, town, time } = this;
    time.after(0, () => {
      this.machines[place] = new Machine({
        life,
        db: store.connect(life, (error) => this.failed(error)),
        onError: (error) => this.failed(error),
        now: () => time.now(),
        ringOthers: (head) =>
          this.#ringOthers(life, (other) => other.heard(head)),
        tellOthers: (floor: Floor) =>
          this.#ringOthers(life, (other) => other.trimmed(floor)),
        rooms: town.rooms,
        sweeps: () => this.machines.length > 1 && !this.#trustsBells,
      });
      this.note(() => `${life.name} starts`);
    }, life);
  }

  /** Its memory is lost, its connections break or fall silent, the log stays. */
  crashMachine(place: number): void {
    const machine = this.machines[place];
    if (!machine) return;
    this.note(() => `${machine.life.name} crashes`);
    this.machines[place] = null;
    this.#kill(machine);
  }

  /** It is gone, and its connections break or fall silent. */
  #kill(machine: Machine): void {
    const { life } = machine;
    life.alive = false;
    this.store.abandon(life);
    this.#cut((wire) => wire.machine === machine);
  }

  #cut(which: (wire: Wire) => boolean): void {
    for (const wire of this.wires.filter(which)) {
      if (this.random.chance(0.2)) wire.fallSilent();
      else wire.break();
    }
  }

  /** It ends in order, and another one takes its place. */
  restartMachine(place: number): void {
    const machine = this.machines[place];
    if (!machine) return;
    this.note(() => `${machine.life.name} restarts`);
    this.machines[place] = null;
    const pause = this.random.latency(300);
    // Not with the life of the one that ends, which is killed.
    const startNext = () =>
      this.time.after(pause, () => this.startMachine(place), this.time.world);
    // Where there is only one, it locks its folder until it has ended.
    if (this.machines.length === 1) this.#locking = machine;
    else startNext();
    const unlock = () => {
      if (this.#locking !== machine) return;
      this.#locking = undefined;
      startNext();
    };
    this.time.after(0, () => void machine.close().then(unlock), machine.life);
    // It is killed where it doesn't end by itself.
    this.time.after(5_000, () => {
      this.#kill(machine);
      unlock();
    });
  }

  /** A room loses its entries from before a time, in milliseconds since 1970 (L8). */
  trim(room: string, before: number, random: Random): void {
    const machine = random.pick(this.machines);
    if (!machine) return;
    this.note(() => `${machine.life.name} trims ${room}`);
    this.time.after(0, () => void machine.trim(room, before), machine.life);
  }

  addTab(person: Person): Tab {
    const name = `tab-${this.tabs.length}`;
    const tab = new Tab({
      ...{ name, person, time: this.time },
      viewer: this.checker.viewer(name, person.id),
      connect: (tab) => this.connect(tab),
    });
    this.tabs.push(tab);
    return tab;
  }

  startTab(tab: Tab): void {
    this.note(() => `${tab.name} starts`);
    this.time.after(0, () => tab.start(), tab.life);
  }

  /** It is opened again after a while, in milliseconds. */
  crashTab(tab: Tab, ms: number = this.random.latency(300)): void {
    this.note(() => `${tab.name} crashes`);
    const { life } = tab;
    tab.crash();
    this.#cut((wire) => wire.client.life === life);
    this.time.after(ms, () => this.startTab(tab), this.time.world);
  }

  addProgram(person: Person): void {
    const name = `program-${this.programs.length}`;
    const program = new Program({
      ...{ name, person, time: this.time },
      viewers: Array.from(
        { length: this.random.int(1, 2) },
        (_, i) => this.checker.viewer(`${name} line ${i}`, person.id),
      ),
      ...this.town.room(this.random),
      epoch: this.store.epoch,
      connect: (program) => this.connect(program),
    });
    this.programs.push(program);
    this.time.after(0, () => program.start(), program.life);
  }

  /** To some machine that is up. */
  connect({ life, person }: { life: Life; person: Person }): SocketLike {
    const machines = this.machines.filter((machine) => machine !== null);
    if (machines.length === 0) return refusedSocket(this.time, life);
    return this.connectTo(this.random.pick(machines), life, person);
  }

  connectTo(machine: Machine, life: Life, person: Person): SocketLike {
    this.wires = this.wires.filter((wire) => wire.client.readyState < 3);
    const name = `${life.name}-${++this.#wires}`;
    const wire = new Wire(this.time, this.#weather, {
      ...{ machine, life, person },
      note: (what) => this.note(() => `${name} ${what()}`),
    });
    this.wires.push(wire);
    this.note(() => `${name} connects to ${machine.life.name}`);
    return wire.client;
  }

  /** One that took the teller's place while it ended is told, too. */
  #ringOthers(teller: Life, hear: (machine: Machine) => void): void {
    const { lost, again, latency } = this.#bells;
    this.machines.forEach((machine, other) => {
      if (machine?.life === teller || this.random.chance(lost)) return;
      const times = this.random.chance(again) ? 2 : 1;
      for (let i = 0; i < times; i++) this.#ring(other, hear, latency);
    });
  }

  #ring(
    place: number,
    hear: (machine: Machine) => void,
    latency: number,
  ): void {
    const machine = this.machines[place];
    if (!machine) return;
    const ms = this.random.latency(latency);
    this.time.after(ms, () => hear(machine), machine.life);
  }
}

/** Small worlds reach only small limits; the result takes them back. */
export function shrinkLimits(random: Random): () => void {
  const limits = [RING_LIMITS, HUB_LIMITS, CONNECTION_LIMITS];
  const before = limits.map((one) => ({ ...one }));
  if (random.chance(0.7)) {
    Object.assign(RING_LIMITS, { entries: random.pick([2, 5, 20]) });
    Object.assign(HUB_LIMITS, {
      replay: random.pick([3, 10, 1_000]),
      pageEntries: random.pick([1, 3, 100]),
      pages: random.pick([1, 3, 20]),
      snapshotMessages: random.pick([1, 1, 4, 50]),
    });
  }
  return () => limits.forEach((one, i) => Object.assign(one, before[i]));
}
