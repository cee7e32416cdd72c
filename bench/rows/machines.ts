/** Two machines over one database: a message to readers on the other one, by each kind of signal. */
import { Crowd, warmUp } from "../crowd.ts";
import type { Handshake } from "../raw_socket.ts";
import { type Bench, type BenchOptions, ratio, round } from "../row.ts";
import { AtollTarget, joinFrame, unlimited } from "../target.ts";
import { PostgresServer } from "../../tasks/postgres.ts";
import { NatsServer } from "../../tests/support/nats_server.ts";
import { ServerProcess } from "../../tests/support/server.ts";

const READERS = 50;
/** Messages a second, so far apart that none waits for another. */
const PER_SECOND = 10;
const SECONDS = 20;
/** Characters of a message's text. */
const LENGTH = 100;

/** What the machines tell each other by, and its server's address if it is one of its own. */
const KINDS: Record<string, (nats: NatsServer) => string> = {
  postgres: () => "",
  nats: ({ url }) => url,
  "the sweep alone": () => "none",
};

interface Figures {
  p50: number;
  p99: number;
}

/** From sending, always on one machine, to the last of the readers on that or on the other. */
export const machines: Bench = async (options) => {
  await using nats = await NatsServer.start();
  const rows = [];
  for (const [kind, address] of Object.entries(KINDS)) {
    const { there, here } = await run(options, address(nats));
    for (const key of ["p50", "p99"] as const) {
      rows.push({
        name: `machines: by ${kind}, ${key}`,
        atoll: `${round(there[key])} ms`,
        peer: `${round(here[key])} ms (the same machine)`,
        ratio: ratio(there[key], here[key]),
      });
    }
  }
  return rows;
};

async function run(options: BenchOptions, signals: string) {
  const postgres = await PostgresServer.start();
  if (!postgres) throw new Error("PostgreSQL isn't installed");
  const settings = {
    ...unlimited(options),
    ATOLL_DATABASE_URL: `${postgres.url}/postgres`,
    ATOLL_SIGNALS_URL: signals,
  };
  try {
    await using other = await ServerProcess.start(settings);
    await using target = await AtollTarget.start(READERS + 1, settings);
    await warmUp(target);
    const here = await measure(options, target, target.port);
    const there = await measure(options, target, other.port);
    return { here, there };
  } finally {
    await postgres.remove();
  }
}

async function measure(
  { seconds = SECONDS }: BenchOptions,
  target: AtollTarget,
  port: number,
): Promise<Figures> {
  // Who only posts has another room on screen.
  const hall = joinFrame(await target.makeRoom(`Hall of ${port}`));
  const handshake = (number: number): Handshake => ({
    ...target.handshake(number),
    ...number < READERS && { port },
  });
  const crowd = await Crowd.open(target, {
    size: READERS + 1,
    readers: READERS,
    join: (number) => number < READERS ? target.join : hall,
    handshake,
  });
  const flow = { perSecond: PER_SECOND, posters: 1, length: LENGTH };
  await crowd.post({ ...flow, first: READERS, seconds: 2 });
  await crowd.delivered();
  const first = crowd.deliveries.sent;
  await crowd.post({ ...flow, first: READERS, seconds });
  await crowd.delivered();
  const { deliveries } = crowd;
  crowd.end();
  return {
    p50: deliveries.quantile(0.5, first),
    p99: deliveries.quantile(0.99, first),
  };
}
