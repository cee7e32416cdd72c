/** What people do and what befalls them, as a seed has it. */
import type { RoomState } from "../../lib/client/room_state.ts";
import type { Program } from "./program.ts";
import { Random } from "./random.ts";
import type { Tab } from "./tab.ts";
import type { World } from "./world.ts";

type Step = (world: World) => void;

/** Plans the whole scenario; gives how many milliseconds it takes. */
export async function plan(world: World): Promise<number> {
  const { random, time, town } = world;
  const people = random.int(1, 3);
  // Where a transaction may be of several, there are several.
  const rooms = random.pick([1, 1, 2]) + (world.store.isShared ? 0 : 1);
  const messages = random.pick([0, 10, 20]);
  await town.found({ people, rooms, messages }, random);
  world.machines.forEach((_, place) => world.startMachine(place));
  for (let i = random.int(1, 4); i > 0; i--) addTab(world);
  if (random.chance(0.6)) world.addProgram(random.pick(town.people));
  const duration = random.pick([300, 2_000, 10_000]);
  const faults = FAULTS.filter(() => random.chance(0.4));
  for (let i = random.int(8, 50); i > 0; i--) {
    time.after(random.between(0, duration), () => act(world));
  }
  planTrims(world, duration);
  planRefusals(world, duration);
  if (faults.length === 0) return duration;
  for (let i = random.int(0, 12); i > 0; i--) {
    const fault = random.pick(faults);
    time.after(random.between(0, duration), () => fault(world));
  }
  return duration;
}

/**
 * In some worlds rooms lose what is old, some of it from a moment ago. Chance of
 * its own decides it: a world without is the same as if there were no others.
 */
function planTrims(world: World, duration: number): void {
  const random = new Random(world.seed ^ 0x7a17);
  if (!random.chance(0.3)) return;
  for (let i = random.int(1, 6); i > 0; i--) {
    const age = random.latency(random.pick([1, 100, 1_000]));
    world.time.after(random.between(0, duration), () => {
      world.trim(
        random.pick(world.town.rooms),
        world.time.now() - age,
        random,
      );
    });
  }
}

/**
 * In some worlds reads are refused for a while, some of them, as PostgreSQL's
 * are that take too long. By chance of its own, too.
 */
function planRefusals({ seed, time, store }: World, duration: number): void {
  const random = new Random(seed ^ 0x4ef5);
  if (!store.isShared || !random.chance(0.5)) return;
  const none = store.refuses;
  for (let i = random.int(1, 4); i > 0; i--) {
    const share = random.pick([0.05, 0.2, 0.6]);
    time.after(random.between(0, duration), () => {
      store.refuses = () => random.chance(share);
      time.after(random.latency(2_000), () => store.refuses = none);
    });
  }
}

function addTab(world: World): void {
  const { random, town } = world;
  const tab = world.addTab(random.pick(town.people));
  tab.screen.add(random.pick(town.rooms));
  world.startTab(tab);
}

// --- What people do ------------------------------------------------------------

type Action = (world: World, tab: Tab, state: RoomState) => void;

const ACTIONS: [weight: number, action: Action][] = [
  [12, (_, tab, { room }) => tab.client.post(room, tab.text())],
  [3, ({ random }, tab, { room }) => {
    for (let i = random.int(2, 6); i > 0; i--) {
      tab.client.post(room, tab.text());
    }
  }],
  [6, (world, tab, state) => {
    const message = ownMessage(world, tab, state);
    if (message) tab.client.edit(state.room, message, tab.text());
  }],
  [5, (world, tab, state) => {
    const message = ownMessage(world, tab, state);
    if (message) tab.client.delete(state.room, message);
  }],
  [4, (world, tab, state) => clash(world, tab, state)],
  [4, (_, tab, { room }) => tab.scrollUp(room)],
  [5, (world, tab, state) => revise(world, tab, state)],
  [2, ({ random, tabs }) => random.pick(tabs).replies = random.int(1, 3)],
  [2, ({ random, town }, tab) => tab.open(random.pick(town.rooms))],
  [1, (_, tab, { room }) => tab.close(room)],
  [6, (world, tab, { room }) => flicker(world, tab, room)],
  [1, (_, tab, { room, cursor }) => tab.client.markRead(room, cursor.seq)],
  [1, (_, tab, { room }) => tab.client.sendTyping(room)],
  [1, (_, tab) => tab.client.wake()],
  [2, (world, tab) => world.crashTab(tab)],
  [1, (_, tab, state) => {
    const failed = state.pending.find((row) => row.state === "failed");
    if (failed) tab.client.retry(state.room, failed.id);
  }],
  [1, ({ random }, tab, state) => {
    if (state.pending.length === 0) return;
    tab.cancel(state.room, random.pick(state.pending).id);
  }],
];

const BAG = ACTIONS.flatMap(([weight, action]) =>
  Array<Action>(weight).fill(action)
);

function act(world: World): void {
  const { random, time } = world;
  if (world.programs.length > 0 && random.chance(0.3)) {
    return run(world, random.pick(world.programs));
  }
  const tab = random.pick(world.tabs);
  const action = random.pick(BAG);
  time.after(0, () => {
    // A page that is just being loaded can't be used yet.
    if (!tab.isUp || tab.states.length === 0) return;
    world.note(() => `${tab.name}: ${action}`);
    action(world, tab, random.pick(tab.states));
  }, tab.life);
}

/** A program posts, or hops about for a while. */
function run(world: World, program: Program): void {
  const { random, time } = world;
  const count = random.int(1, 8);
  if (random.chance(0.5)) {
    return void time.after(0, () => program.post(count), program.life);
  }
  for (let i = 0, at = 0; i < count; i++) {
    time.after(at += random.latency(20), () => program.hop(), program.life);
    world.busyFor(at);
  }
}

/** One that is on screen, the newest perhaps, or one from before. */
function ownMessage({ random, town }: World, tab: Tab, state: RoomState) {
  const isOwn = ({ author }: { author: string }) => author === tab.person.id;
  const old = town.messages.filter(isOwn).filter(({ room }) =>
    room === state.room
  );
  if (old.length > 0 && random.chance(0.4)) return random.pick(old).id;
  const own = state.messages.filter(isOwn).filter(({ deleted }) =>
    !deleted || random.chance(0.1)
  );
  if (own.length === 0) return undefined;
  return (random.chance(0.5) ? own.at(-1)! : random.pick(own)).id;
}

/** All of a person's tabs change the same message at about the same time. */
function clash(world: World, { person }: Tab, state: RoomState): void {
  const { random, time, tabs } = world;
  const author = tabs.filter((tab) => tab.isUp && tab.person === person);
  const message = ownMessage(world, author[0]!, state);
  if (!message) return;
  for (const tab of author) {
    const change = () => {
      if (random.chance(0.4)) tab.client.delete(state.room, message);
      else tab.client.edit(state.room, message, tab.text());
    };
    time.after(random.latency(5), change, tab.life);
  }
}

/** A page is opened anew and scrolls up while an older message is changed. */
export function revise(world: World, tab: Tab, { room }: RoomState): void {
  const { random, time, town } = world;
  const others = world.tabs.filter((one) => one !== tab && one.isUp);
  const [old] = town.messages.filter((message) => message.room === room)
    .filter(({ author }) => others.some(({ person }) => person.id === author));
  if (!old) return;
  const authors = others.filter(({ person }) => person.id === old.author);
  const author = random.pick(authors);
  tab.screen.add(room);
  world.crashTab(tab, 0);
  const edit = () => {
    if (author.isUp) author.client.edit(room, old.id, author.text());
  };
  const begin = (tries: number) => {
    const isReady = tab.states.some((state) =>
      state.room === room && state.loaded
    );
    if (!isReady && tries > 0) {
      world.busyFor(20);
      return void time.after(20, () => begin(tries - 1), time.world);
    }
    for (let i = random.int(2, 5), at = 0; i > 0; i--) {
      time.after(at += random.latency(60), edit, author.life);
      world.busyFor(at);
    }
    const ms = random.latency(random.pick([10, 100, 400]));
    time.after(ms, () => tab.scrollUp(room), tab.life);
  };
  time.after(20, () => begin(50), time.world);
  world.busyFor(20);
}

/** Someone goes from room to room faster than the server answers. */
function flicker(world: World, tab: Tab, room: string): void {
  const { random, time, tabs } = world;
  const other = random.pick(tabs);
  let at = 0;
  for (let i = random.int(1, 4); i > 0; i--) {
    time.after(at += random.latency(20), () => tab.close(room));
    if (other.isUp) {
      time.after(at, () => other.client.post(room, other.text()), other.life);
    }
    time.after(at += random.latency(random.pick([1, 20, 500])), () => {
      tab.open(room);
      if (random.chance(0.3)) tab.scrollUp(room);
    });
  }
  world.busyFor(at);
}

// --- What befalls them -----------------------------------------------------------

const FAULTS: Step[] = [
  ({ random, wires }) => wires.length > 0 && random.pick(wires).break(),
  ({ random, wires }) => wires.length > 0 && random.pick(wires).fallSilent(),
  ({ random, wires }) =>
    wires.length > 0 && random.pick(wires).stall(random.latency(1_000)),
  (world) => {
    const place = world.random.int(0, world.machines.length - 1);
    world.crashMachine(place);
    const ms = world.random.latency(500);
    world.time.after(ms, () => world.startMachine(place));
  },
  (world) =>
    world.restartMachine(world.random.int(0, world.machines.length - 1)),
  ({ random, time, store }) => {
    store.failing = true;
    time.after(random.latency(300), () => store.failing = false);
  },
  ({ random, time, store }) => {
    const { latency } = store;
    store.latency = 100;
    time.after(random.latency(300), () => store.latency = latency);
  },
  (world) => world.crashTab(world.random.pick(world.tabs)),
  ({ random, time, tabs }) => {
    const tab = random.pick(tabs);
    time.after(0, () => {
      if (!tab.isUp) return;
      tab.client.setOnline(false);
      time.after(random.latency(500), () => tab.client.setOnline(true));
    }, tab.life);
  },
  ({ random, time, town, machines }) => {
    const person = random.pick(town.people);
    void town.rename(person).then(() => {
      for (const machine of machines) {
        if (!machine) continue;
        time.after(0, () => machine.renamed(person), machine.life);
      }
    });
  },
];
