/** What a connection costs that has a room on its screen where nothing happens. */
import { Crowd, pause } from "../crowd.ts";
import { needFiles } from "../limits.ts";
import { type PeerName, PEERS, PeerTarget } from "../peer_target.ts";
import { residentBytes } from "../process_usage.ts";
import {
  type Bench,
  type BenchOptions,
  ratio,
  round,
  type Row,
} from "../row.ts";
import { AtollTarget, type Target, unlimited } from "../target.ts";

const SIZE = 10_000;
const PEOPLE = 1_000;
/** Milliseconds in which presence is told and garbage collected. */
const REST = 8_000;

/** Kilobytes of the server's memory per connection. */
export const idle: Bench = async (options) => {
  await needFiles(SIZE);
  const atoll = await run(
    "Atoll",
    await AtollTarget.start(PEOPLE, unlimited(options)),
    options,
  );
  const rows: Row[] = [];
  for (const name of ["deno", "ws"] as PeerName[]) {
    const peer = await run(
      PEERS[name].name,
      await PeerTarget.start(name),
      options,
    );
    rows.push({
      name: `idle: each of ${SIZE} connections`,
      atoll: `${round(atoll)} kB`,
      peer: `${round(peer)} kB (${PEERS[name].name})`,
      ratio: ratio(atoll, peer),
    });
  }
  return rows;
};

async function run(
  name: string,
  target: Target,
  { log }: BenchOptions,
): Promise<number> {
  try {
    const before = await residentBytes(target.pid);
    const crowd = await Crowd.open(target, { size: SIZE });
    await pause(REST);
    const after = await residentBytes(target.pid);
    const gone = crowd.sockets.filter((socket) => socket.closed).length;
    log(
      `${name}: ${round(before / 1e6)} MB, then ${
        round(after / 1e6)
      } MB, ${gone} lost`,
    );
    crowd.end();
    return (after - before) / SIZE / 1_000;
  } finally {
    await target.stop();
  }
}
