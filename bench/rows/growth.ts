/** What a delivery costs in small and large rooms, and a message among many rooms. */
import { Crowd, warmUp } from "../crowd.ts";
import { needFiles } from "../limits.ts";
import { Stopwatch } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  ratio,
  round,
  type Row,
} from "../row.ts";
import {
  AtollTarget,
  inParallel,
  joinFrame,
  postFrame,
  unlimited,
} from "../target.ts";

const SIZES = [10, 100, 1_000, 10_000];
/** Together; each room gets as many messages a second as make this. */
const DELIVERIES_PER_SECOND = 10_000;
const MOST_PER_SECOND = 500;
const ROOMS = [1, 100, 1_000, 10_000];
const POSTERS = 100;
const SECONDS = 10;
/** Characters of a message's text. */
const LENGTH = 100;

/** Processor time of the server, in microseconds. */
export const growth: Bench = async (options) => {
  await needFiles(Math.max(...SIZES) + POSTERS);
  return [...await bySize(options), ...await byRooms(options)];
};

async function bySize(options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  let least: number | undefined;
  for (const size of SIZES) {
    // Nobody has more connections than are allowed.
    const people = Math.max(POSTERS, size / 10) * 2;
    const target = await AtollTarget.start(people, unlimited(options));
    await warmUp(target);
    const hall = joinFrame(await target.makeRoom("Hall"));
    // Who posts has another room on screen, so that readers only read.
    const join = (number: number) => number < size ? target.join : hall;
    const options_ = { size: size + POSTERS, readers: size, join };
    const perSecond = Math.min(MOST_PER_SECOND, DELIVERIES_PER_SECOND / size);
    const crowd = await Crowd.open(target, options_);
    const cpu = await measure(
      crowd,
      target,
      { perSecond, first: size },
      options,
    );
    const cost = cpu / size;
    least ??= cost;
    rows.push({
      name: `growth: room of ${size}, ${perSecond}/s`,
      atoll: `${round(cost)} µs CPU a delivery, ${round(cpu)} µs a message`,
      ratio: ratio(cost, least),
    });
  }
  return rows;
}

/** Each person has as many rooms of their own on screen, and writes there. */
async function byRooms(options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  let least: number | undefined;
  for (const count of ROOMS) {
    const target = await AtollTarget.start(POSTERS, unlimited(options));
    const ids = await inParallel(
      count,
      (i) => target.makeRoom(`Room ${i}`, i % POSTERS),
    );
    await warmUp(target);
    const crowd = await Crowd.open(target, {
      size: POSTERS,
      copies: 1,
      post: (number, index, length) => {
        const room = index * POSTERS + number;
        return postFrame(ids[room % count]!, index, length);
      },
    });
    for (const [i, id] of ids.entries()) {
      crowd.sockets[i % POSTERS]!.send(joinFrame(id));
    }
    await crowd.waitJoined(POSTERS + count);
    const load = { perSecond: MOST_PER_SECOND, first: 0 };
    const cost = await measure(crowd, target, load, options);
    least ??= cost;
    rows.push({
      name: `growth: ${count} rooms`,
      atoll: `${round(cost)} µs CPU a message`,
      ratio: ratio(cost, least),
    });
  }
  return rows;
}

async function measure(
  crowd: Crowd,
  target: AtollTarget,
  { perSecond, first }: { perSecond: number; first: number },
  { seconds = SECONDS, log }: BenchOptions,
): Promise<number> {
  try {
    const flow = { perSecond, posters: POSTERS, first, length: LENGTH };
    await crowd.post({ ...flow, seconds: 1 });
    await crowd.delivered();
    const { sent } = crowd.deliveries;
    const watch = await Stopwatch.start(target.pid);
    await crowd.post({ ...flow, seconds });
    await crowd.delivered();
    const { cpu, wall, load } = await watch.read();
    log(
      `${round(cpu)} s CPU in ${round(wall)} s, load ${
        round(load * 100)
      } %, refused ${JSON.stringify([...crowd.refusals])}`,
    );
    crowd.end();
    return cpu / (crowd.deliveries.sent - sent) * 1e6;
  } finally {
    await target.stop();
  }
}
