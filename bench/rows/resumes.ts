/** Everybody was cut off and comes back at once, with what they hold. */
import { Crowd, pause, poll } from "../crowd.ts";
import { needFiles } from "../limits.ts";
import { SUBPROTOCOL } from "../../lib/protocol.ts";
import { PEERS, PeerTarget } from "../peer_target.ts";
import { openSockets, Stopwatch } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  percent,
  ratio,
  round,
} from "../row.ts";
import { AtollTarget, type Target, unlimited } from "../target.ts";

const SIZE = 10_000;
const PEOPLE = 1_000;
/** Messages that each has missed. */
const MISSED = 10;
/** Characters of a message's text. */
const LENGTH = 100;

interface Figures {
  /** Seconds on the clock, and of the server's processor. */
  wall: number;
  cpu: number;
  /** The share of a core that the load took. */
  load: number;
}

/** Seconds until all have what they missed; the peer only lets them in. */
export const resumes: Bench = async (options) => {
  await needFiles(SIZE);
  const atoll = await runAtoll(options);
  const peer = await runPeer(options);
  const row = (what: string, key: keyof Figures) => ({
    name: `resumes: ${SIZE} at once, ${what}`,
    atoll: `${round(atoll[key])} s`,
    peer: `${round(peer[key])} s (${PEERS.deno.name}, only letting in)`,
    ratio: ratio(atoll[key], peer[key]),
    load: percent(atoll.load),
  });
  return [row("until all are complete", "wall"), row("server's CPU", "cpu")];
};

async function runAtoll(options: BenchOptions): Promise<Figures> {
  const { log } = options;
  const target = await AtollTarget.start(PEOPLE, unlimited(options));
  try {
    const held = await whatOneHolds(target);
    const talk = await Crowd.open(target, { size: MISSED });
    for (let i = 0; i < MISSED; i++) talk.say(i, LENGTH);
    await talk.delivered();
    talk.end();
    const first = await Crowd.open(target, { size: SIZE });
    await end(first, target);
    const watch = await Stopwatch.start(target.pid);
    const crowd = await Crowd.open(target, { size: SIZE, join: () => held });
    const { deliveries } = crowd;
    const expected = SIZE * MISSED;
    await poll(
      () => deliveries.received >= expected,
      () => deliveries.received,
    );
    const { wall, cpu, load } = await watch.read();
    if (deliveries.received !== expected) {
      throw new Error("Too much was resumed");
    }
    log(`Atoll: ${round(SIZE / wall)} a second, load ${round(load * 100)} %`);
    crowd.end();
    return { wall, cpu, load };
  } finally {
    await target.stop();
  }
}

async function runPeer({ log }: BenchOptions): Promise<Figures> {
  const target = await PeerTarget.start("deno");
  try {
    await end(await Crowd.open(target, { size: SIZE }), target);
    const watch = await Stopwatch.start(target.pid);
    const crowd = await Crowd.open(target, { size: SIZE });
    const { wall, cpu, load } = await watch.read();
    log(`peer: ${round(SIZE / wall)} a second, load ${round(load * 100)} %`);
    crowd.end();
    return { wall, cpu, load };
  } finally {
    await target.stop();
  }
}

/** Ends all connections, and waits until the server has noticed. */
async function end(crowd: Crowd, target: Target): Promise<void> {
  crowd.end();
  while ((await openSockets(target.port)).count > 0) await pause(100);
}

/** A join with the room's first message, as one who has seen only that. */
async function whatOneHolds(target: AtollTarget): Promise<string> {
  const crowd = await Crowd.open(target, { size: 1 });
  crowd.say(0);
  await crowd.delivered();
  crowd.end();
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}/api/ws`, [
    SUBPROTOCOL,
    `atoll.token.${target.token}`,
  ]);
  const page = await new Promise<MessageEvent>((resolve) => {
    socket.onopen = () => socket.send(target.join);
    socket.onmessage = (event) => {
      if (event.data.startsWith('{"type":"messages"')) resolve(event);
    };
  });
  socket.close();
  const { room, seq: after, id: afterId, epoch } = JSON.parse(page.data);
  return JSON.stringify({ type: "join", ref: 1, room, after, afterId, epoch });
}
