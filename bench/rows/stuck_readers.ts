/**
 * A third of a room stops reading: what that does to the others, how much
 * memory it takes, and what of it comes back.
 */
import { Crowd, pause } from "../crowd.ts";
import { openSockets, residentBytes, Stopwatch } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  megabytes,
  ratio,
  round,
} from "../row.ts";
import type { RawSocket } from "../raw_socket.ts";
import { AtollTarget, unlimited } from "../target.ts";

const HEALTHY = 100;
const STUCK = 50;
const PER_SECOND = 1_000;
const SECONDS = 60;
/** Bytes of a message's text: some lines. */
const LENGTH = 200;
/** Milliseconds that presence shows a connection that was closed. */
const LINGER = 10_000;
/** Milliseconds to watch when the posting is over: the time to be closed, and some. */
const AFTERMATH = 50_000;
/** Milliseconds, more than any time-out of the server. */
const SILENCE = 35_000;

interface Run {
  p50: number;
  p99: number;
  cpu: number;
  load: number;
  /** Bytes: before posting, the most, after posting. */
  rss: { start: number; max: number; end: number };
  /** Seconds after the start of posting when stuck connections were closed. */
  closedAt: number[];
}

/** Messages to healthy readers, with and without stuck ones beside them. */
export const stuckReaders: Bench = async (options) => {
  const stuck = await run(options, STUCK);
  const alone = await run(options, 0);
  const { closedAt } = stuck;
  const when = closedAt.length === 0
    ? ""
    : `, ${round(closedAt[0]!)} to ${
      round(closedAt.at(-1)!)
    } s after the start`;
  const row = (name: string, of: (run: Run) => number, unit: string) => ({
    name: `stuck-readers: ${name}`,
    atoll: `${round(of(stuck))} ${unit}`,
    peer: `${round(of(alone))} ${unit} (all healthy)`,
    ratio: ratio(of(stuck), of(alone)),
  });
  const mega = (bytes: number) => bytes / 1e6;
  return [
    row("p50 to the last healthy reader", (run) => run.p50, "ms"),
    row("p99 to the last healthy reader", (run) => run.p99, "ms"),
    row("server CPU", (run) => run.cpu, "s"),
    row("memory at the start", (run) => mega(run.rss.start), "MB"),
    row("memory, the most", (run) => mega(run.rss.max), "MB"),
    row("memory when posting ends", (run) => mega(run.rss.end), "MB"),
    {
      name: "stuck-readers: closed",
      atoll: `${closedAt.length} of ${STUCK}${when}`,
    },
  ];
};

async function run(options: BenchOptions, stuck: number): Promise<Run> {
  const { seconds = SECONDS, log } = options;
  const people = HEALTHY + STUCK;
  const target = await AtollTarget.start(people, unlimited(options));
  try {
    // Bystanders are not timed, so that both runs time the same readers.
    const crowd = await Crowd.open(target, { size: people, readers: HEALTHY });
    const others = crowd.sockets.slice(HEALTHY);
    if (stuck > 0) others.forEach((socket) => socket.stopReading());
    const start = await residentBytes(target.pid);
    const began = performance.now();
    const closings = watchClosings(crowd, people, began);
    const memory = watchMemory(target, began, log);
    const watch = await Stopwatch.start(target.pid);
    const pace = { perSecond: PER_SECOND, posters: HEALTHY, length: LENGTH };
    await crowd.post({ ...pace, seconds });
    await crowd.delivered();
    const { cpu, load } = await watch.read();
    const end = await residentBytes(target.pid);
    const { deliveries: { quantile: _, ...counts } } = crowd;
    log(
      `${counts.sent} sent, ${counts.received} received, ${counts.excess} too many, ` +
        `${crowd.acknowledged} acknowledged, refused ${
          JSON.stringify([...crowd.refusals])
        }, ` +
        `generator ${round(load * 100)} % of a core`,
    );
    if (stuck > 0) await aftermath(target, others, closings, log);
    crowd.end();
    return {
      p50: crowd.deliveries.quantile(0.5),
      p99: crowd.deliveries.quantile(0.99),
      cpu,
      load,
      rss: { start, max: memory.stop(), end },
      closedAt: closings,
    };
  } finally {
    await target.stop();
  }
}

/** Healthy readers are told how many are in the room: that is when one was closed. */
function watchClosings(crowd: Crowd, people: number, began: number): number[] {
  const closedAt: number[] = [];
  crowd.onPresence = (count) => {
    const at = (performance.now() - began - LINGER) / 1_000;
    while (closedAt.length < people - count) closedAt.push(at);
  };
  return closedAt;
}

function watchMemory(
  target: AtollTarget,
  began: number,
  log: (line: string) => void,
) {
  let max = 0;
  let looks = 0;
  const timer = setInterval(async () => {
    max = Math.max(max, await residentBytes(target.pid));
    if (looks++ % 50 !== 0) return;
    const at = Math.round((performance.now() - began) / 1_000);
    log(`${at} s: ${await stateOf(target)}`);
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return max;
    },
  };
}

/**
 * Waits until the stuck are closed and looks at what is held for them: when
 * they say nothing, then when they say something, then when they are gone.
 */
async function aftermath(
  target: AtollTarget,
  stuck: RawSocket[],
  closedAt: number[],
  log: (line: string) => void,
): Promise<void> {
  const giveUp = performance.now() + AFTERMATH;
  while (closedAt.length < stuck.length && performance.now() < giveUp) {
    await pause(100);
  }
  log(`${closedAt.length} closed: ${await stateOf(target)}`);
  await pause(SILENCE);
  log(`after ${SILENCE / 1_000} s of silence: ${await stateOf(target)}`);
  for (const socket of stuck) socket.send('{"type":"ping"}');
  await pause(1_000);
  log(`when each sent a frame: ${await stateOf(target)}`);
  for (const socket of stuck) socket.end();
  await pause(1_000);
  log(`when each was gone: ${await stateOf(target)}`);
}

async function stateOf({ pid, port }: AtollTarget): Promise<string> {
  const { count, queued } = await openSockets(port);
  const memory = megabytes(await residentBytes(pid));
  return `${memory}, ${count} sockets, ${
    megabytes(queued)
  } in their send buffers`;
}
