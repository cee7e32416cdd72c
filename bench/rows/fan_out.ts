/** One room that is told as much as it takes: deliveries per second of processor time. */
import { Crowd, warmUp } from "../crowd.ts";
import { type PeerName, PEERS, PeerTarget } from "../peer_target.ts";
import { Stopwatch } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  percent,
  ratio,
  round,
  type Row,
} from "../row.ts";
import { AtollTarget, joinFrame, type Target, unlimited } from "../target.ts";

const SIZES = [100, 1_000];
const SECONDS = 10;
const WINDOW = 200;
/** Characters of a message's text. */
const LENGTH = 100;
/** So many people may post 10,000 messages a second together. */
const POSTERS = 1_000;
/** Milliseconds between two posts of a person, in Atoll. */
const INTERVAL = 105;

interface Figures {
  /** Deliveries per second of the server's processor time. */
  perSecond: number;
  /** The share of a core that the load took. */
  load: number;
}

/** Atoll, with a durable log, against peers that store nothing. */
export const fanOut: Bench = async (options) => {
  const rows: Row[] = [];
  for (const size of SIZES) {
    const atoll = await runAtoll(size, options);
    for (const name of Object.keys(PEERS) as PeerName[]) {
      const peer = await runPeer(name, size, options);
      rows.push({
        name: `fan-out: room of ${size}`,
        atoll: `${round(atoll.perSecond)} deliveries/CPU-s`,
        peer: `${round(peer.perSecond)} (${PEERS[name].name})`,
        ratio: ratio(atoll.perSecond, peer.perSecond),
        load: percent(atoll.load),
      });
    }
  }
  return rows;
};

async function runAtoll(size: number, options: BenchOptions): Promise<Figures> {
  const target = await AtollTarget.start(POSTERS, unlimited(options));
  await warmUp(target);
  // Who only posts has another room on screen, and is told nothing of this one.
  const hall = joinFrame(await target.makeRoom("Hall"));
  const crowd = await Crowd.open(target, {
    size: Math.max(size, POSTERS),
    readers: size,
    join: (number) => number < size ? target.join : hall,
  });
  return await run("Atoll", crowd, target, POSTERS, INTERVAL, options);
}

async function runPeer(
  name: PeerName,
  size: number,
  options: BenchOptions,
): Promise<Figures> {
  const target = await PeerTarget.start(name);
  await warmUp(target);
  const crowd = await Crowd.open(target, { size });
  return await run(PEERS[name].name, crowd, target, size, 0, options);
}

async function run(
  name: string,
  crowd: Crowd,
  target: Target,
  posters: number,
  interval: number,
  { seconds = SECONDS, log }: BenchOptions,
): Promise<Figures> {
  try {
    const load = {
      window: WINDOW,
      posters: [0, posters] as [number, number],
      interval,
      length: LENGTH,
    };
    await crowd.saturate({ ...load, seconds: 1 });
    await crowd.delivered();
    const before = { ...crowd.deliveries };
    const watch = await Stopwatch.start(target.pid);
    await crowd.saturate({ ...load, seconds });
    await crowd.delivered();
    const { cpu, wall, load: own } = await watch.read();
    const { sent, received } = crowd.deliveries;
    const deliveries = received - before.received;
    log(
      `${name}: ${round((sent - before.sent) / wall)} messages/s, ` +
        `${round(deliveries / wall)} deliveries/s, server ` +
        `${round(cpu / wall * 100)} % of a core, load ${
          round(own * 100)
        } %, refused ${JSON.stringify([...crowd.refusals])}`,
    );
    crowd.end();
    return { perSecond: deliveries / cpu, load: own };
  } finally {
    await target.stop();
  }
}
