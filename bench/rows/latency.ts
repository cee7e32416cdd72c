/** A steady flow into a room of 1,000: from sending to the last delivery. */
import { Crowd, warmUp } from "../crowd.ts";
import { type PeerName, PEERS, PeerTarget } from "../peer_target.ts";
import { residentBytes, Stopwatch } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  percent,
  ratio,
  round,
  type Row,
} from "../row.ts";
import { syncTime } from "../sync_time.ts";
import { AtollTarget, type Target, unlimited } from "../target.ts";

const SIZE = 1_000;
const SECONDS = 20;
/** Characters of a message's text. */
const LENGTH = 100;
/** Messages a second, and with whom to compare. */
const FLOWS: { perSecond: number; peers: PeerName[] }[] = [
  { perSecond: 20, peers: ["deno", "bun", "ws", "socketIo"] },
  { perSecond: 500, peers: ["bun"] },
];

interface Figures {
  p50: number;
  p99: number;
  /** Share of a core, in percent. */
  cpu: number;
  /** Megabytes, the most. */
  rss: number;
  /** The share of a core that the load took. */
  load: number;
}

/** Milliseconds, processor and memory at two paces. */
export const latency: Bench = async (options) => {
  const sync = await syncTime();
  const rows: Row[] = [{
    name: "latency: one sync to disk",
    atoll: `${round(sync)} ms`,
  }];
  for (const { perSecond, peers } of FLOWS) {
    const atoll = await run(
      "Atoll",
      await AtollTarget.start(SIZE, unlimited(options)),
      perSecond,
      options,
    );
    for (const name of peers) {
      const target = await PeerTarget.start(name);
      const peer = await run(PEERS[name].name, target, perSecond, options);
      rows.push(
        ...compare(
          `${perSecond}/s into ${SIZE}`,
          atoll,
          peer,
          PEERS[name].name,
        ),
      );
    }
  }
  return rows;
};

function compare(
  flow: string,
  atoll: Figures,
  peer: Figures,
  name: string,
): Row[] {
  const row = (what: string, key: keyof Figures, unit: string) => ({
    name: `latency: ${flow}, ${what}`,
    atoll: `${round(atoll[key])} ${unit}`,
    peer: `${round(peer[key])} ${unit} (${name})`,
    ratio: ratio(atoll[key], peer[key]),
    load: percent(atoll.load),
  });
  return [
    row("p50", "p50", "ms"),
    row("p99", "p99", "ms"),
    row("CPU", "cpu", "%"),
    row("memory", "rss", "MB"),
  ];
}

async function run(
  name: string,
  target: Target,
  perSecond: number,
  { seconds = SECONDS, log }: BenchOptions,
): Promise<Figures> {
  let rss = 0;
  const timer = setInterval(async () => {
    rss = Math.max(rss, await residentBytes(target.pid));
  }, 200);
  try {
    await warmUp(target);
    const crowd = await Crowd.open(target, { size: SIZE });
    const flow = { perSecond, posters: SIZE, length: LENGTH };
    await crowd.post({ ...flow, seconds: 1 });
    await crowd.delivered();
    const first = crowd.deliveries.sent;
    const watch = await Stopwatch.start(target.pid);
    await crowd.post({ ...flow, seconds });
    await crowd.delivered();
    const { cpu, wall, load } = await watch.read();
    log(
      `${name} at ${perSecond}/s: done after ${round(wall)} s, load ` +
        `${round(load * 100)} %, refused ${
          JSON.stringify([...crowd.refusals])
        }`,
    );
    const p50 = crowd.deliveries.quantile(0.5, first);
    const p99 = crowd.deliveries.quantile(0.99, first);
    crowd.end();
    return { p50, p99, cpu: cpu / wall * 100, rss: rss / 1e6, load };
  } finally {
    clearInterval(timer);
    await target.stop();
  }
}
