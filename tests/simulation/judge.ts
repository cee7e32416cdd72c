/** Heals everything, waits until nothing moves, and looks at what is left. */
import type { Gone } from "../../lib/client/delivery_checker.ts";
import type { ClientFrame, Entry, ServerFrame } from "../../lib/protocol.ts";
import type { Machine } from "./machine.ts";
import { revise } from "./scenario.ts";
import type { Tab } from "./tab.ts";
import { Life } from "./virtual_time.ts";
import type { World } from "./world.ts";

/** Somebody who comes to look. */
interface Probe {
  room: string;
  /** Seq of the last entry that came. */
  at: () => number;
}

/** Milliseconds of healthy life in which everything has to arrive. */
const PATIENCE = 240_000;
/** The same where all the while more is written: programs repeat much. */
const LONGEST = 1_200_000;

/** Ends all faults, and brings in people who were not there before. */
export function heal(world: World): void {
  world.note(() => "Everything heals");
  world.store.failing = false;
  world.store.refuses = () => false;
  world.machines.forEach((_, place) => world.startMachine(place));
  for (const tab of world.tabs) {
    world.time.after(0, () => {
      if (!tab.isUp) return;
      tab.client.setOnline(true);
      tab.client.wake();
      if (tab.screen.size === 0) tab.open(world.town.rooms[0]!);
    }, tab.life);
  }
}

/**
 * Everybody posts at about the same time and answers at once, again and again:
 * whatever is lost now is not brought along by anything that comes later.
 */
export async function sayGoodbye(world: World): Promise<void> {
  const { random, time, tabs, programs } = world;
  for (let i = random.int(1, 3); i > 0; i--) {
    await settle(world);
    if (random.chance(0.5)) world.trustBells();
    for (const tab of tabs) {
      const state = tab.isUp ? random.pick(tab.shown) : undefined;
      if (!state) continue;
      tab.replies = random.int(0, 2);
      if (random.chance(0.3)) revise(world, tab, state);
      const post = () => tab.client.post(state.room, tab.text());
      time.after(random.latency(10), post, tab.life);
    }
    for (const program of programs) {
      time.after(random.latency(10), () => program.post(1), program.life);
    }
  }
  await settle(world);
}

/** Waits until everything arrived, and nothing comes any more. */
async function settle(world: World): Promise<void> {
  const { time, store } = world;
  const longest = time.elapsed + LONGEST;
  for (
    let end = time.elapsed + PATIENCE, { ended } = store;
    time.elapsed < Math.min(end, longest);
  ) {
    await time.pass(300);
    if (store.ended > ended) {
      ended = store.ended;
      end = time.elapsed + PATIENCE;
    }
    if (await unsettled(world) !== null) continue;
    await time.pass(2_500);
    if (await unsettled(world) === null) return;
  }
  world.checker.add("lost", `in the end ${await unsettled(world)}`);
}

async function unsettled(world: World): Promise<string | null> {
  const { store, tabs, programs, town } = world;
  const heads = await town.heads();
  if (world.isBusy) return "somebody is still to write";
  if (!store.isQuiet) return "something is still being written";
  for (const program of programs) {
    if (!program.isQuiet) return `${program.life.name} waits for answers`;
  }
  for (const tab of tabs) {
    if (!tab.isUp) return `${tab.name} is not there`;
    if (!tab.isQuiet) return `${tab.name} waits for answers`;
    for (const { room, loaded, cursor, loadingOlder } of tab.shown) {
      if (!loaded) return `${tab.name} shows nothing of ${room}`;
      if (loadingOlder) return `${tab.name} waits for older messages`;
      if (cursor.seq !== heads.get(room)) {
        return `${tab.name} is at ${cursor.seq} of ${room}`;
      }
    }
  }
  return null;
}

/** Compares all that was seen with the log. */
export async function judge(world: World): Promise<void> {
  const { checker, town, store, tabs } = world;
  for (const violation of store.violations) {
    checker.add("doubled", `${violation} was to be stored again`);
  }
  for (const room of town.rooms) {
    const [log, gone] = [await town.log(room), await town.gone(room)];
    checker.log(room, log, gone);
    for (const tab of tabs) excuse(tab, log, gone);
  }
  for (const tab of tabs) {
    if (!tab.isUp) continue;
    for (const state of tab.shown) tab.viewer.shown(state, true);
  }
  await judgeFollowed(world);
  const seen = world.machines.flatMap((machine) =>
    machine ? town.rooms.map((room) => probe(world, machine, room)) : []
  );
  const heads = await town.heads();
  const isDone = () => seen.every(({ room, at }) => at() === heads.get(room));
  for (let ms = 0; ms < PATIENCE && !isDone(); ms += 1_000) {
    await world.time.pass(1_000);
  }
  for (const { room, at } of seen) {
    const [cursor, head] = [at(), heads.get(room)];
    if (cursor === head) continue;
    checker.add("lost", `a stranger is at ${cursor} of ${head} in ${room}`);
  }
}

/**
 * What tabs were told of rooms that they did not have on screen is what the
 * database has (D6). Read cursors are not compared: one's own is not told.
 */
async function judgeFollowed(world: World): Promise<void> {
  const { time, checker } = world;
  const end = time.elapsed + PATIENCE;
  let wrong = await wronglyTold(world);
  while (wrong.length > 0 && time.elapsed < end) {
    await time.pass(1_000);
    wrong = await wronglyTold(world);
  }
  for (const example of wrong) checker.add("differing", example);
}

async function wronglyTold({ tabs, town }: World): Promise<string[]> {
  const wrong: string[] = [];
  for (const { isUp, name, person, me, joined } of tabs) {
    if (!isUp) continue;
    if (!me) wrong.push(`${name} was told of no rooms`);
    const rooms = await town.followed(person.id);
    for (const { room, head, posts } of rooms) {
      const told = me?.rooms.find((one) => one.room === room);
      if (!told) continue;
      const isOld = told.head !== head || told.posts !== posts;
      if (isOld && !joined.has(room)) {
        wrong.push(`${name} was told of ${told.head} of ${head} in ${room}`);
      }
    }
  }
  return wrong;
}

/** What has a good reason not to be in the log. */
function excuse(
  { rows, viewer }: Tab,
  log: readonly Entry[],
  { places }: Gone,
): void {
  for (const { id, failed } of rows) if (failed) viewer.gaveUp(id);
  for (const entry of log) {
    if (entry.kind === "deleted") viewer.gaveUpDeleting(entry.message);
  }
  for (const message of places.keys()) viewer.gaveUpChanging(message);
}

/** A stranger who reads everything from one machine, the ring included (L7). */
function probe(
  world: World,
  machine: Machine,
  room: string,
): Probe {
  const { time, town, store, checker } = world;
  const life = new Life("probe");
  const viewer = checker.viewer(`probe of ${machine.life.name}`);
  const person = town.people[0]!;
  let cursor = 0;
  time.after(0, () => {
    const socket = world.connectTo(machine, life, person);
    socket.onopen = () => {
      const join: ClientFrame = {
        ...{ type: "join", ref: 1, room, after: 0, epoch: store.epoch },
      };
      viewer.sent(join);
      socket.send(JSON.stringify(join));
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data) as ServerFrame;
      viewer.received(frame);
      if (frame.type === "messages") cursor = frame.seq;
      if (frame.type === "entries") {
        cursor = frame.entries.at(-1)?.seq ?? cursor;
      }
    };
  }, life);
  return { room, at: () => cursor };
}
