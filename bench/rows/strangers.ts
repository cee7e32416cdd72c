/**
 * What those cost who mean no good, on each of the two servers: connections
 * that say nothing, headers that never end, a message in endless pieces, and a
 * reader that reads nothing.
 */
import {
  frame,
  handshake,
  head,
  RawConnection,
} from "../../tests/support/raw_http.ts";
import { pause } from "../crowd.ts";
import { needFiles } from "../limits.ts";
import { openSockets, residentBytes } from "../process_usage.ts";
import { type Bench, type BenchOptions, megabytes, type Row } from "../row.ts";
import { RawSocket } from "../raw_socket.ts";
import { AtollTarget, joinFrame, postFrame } from "../target.ts";

/** Connections that say nothing. */
const IDLE = 10_000;
/** Those that begin with headers, and bytes of them. */
const SLOW = { count: 1_000, bytes: 12_000 };
/** Bytes of one message, in pieces. */
const FLOOD = 300 * 1024 ** 2;
const PIECE = 60_000;
/** Readers that read nothing, and people who write to them. */
const STUCK = 10;
const POSTERS = 40;
/** Milliseconds: more than the servers wait for headers; for a stuck reader, until after it is closed. */
const PATIENCE = { headers: 15_000, stuck: 45_000 };

/** What is left of something, and what it took. */
interface Cost {
  /** Bytes of the process above those at the start: the most, and in the end. */
  most: number;
  end: number;
  /** Connections, of how many, and bytes in the kernel's buffers, in the end. */
  left: number;
  queued: number;
  /** What else is to be told. */
  note?: string;
}

type Attack = (
  target: AtollTarget,
  log: BenchOptions["log"],
) => Promise<string | void>;

/** Each attack on each server, with the settings as they come. */
export const strangers: Bench = async (options) => {
  await needFiles(IDLE);
  const rows: Row[] = [];
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const native = await measure("native", attack, options);
    const ws = await measure("ws", attack, options);
    rows.push({
      name: `strangers: ${name}`,
      atoll: tell(native),
      peer: tell(ws),
    });
  }
  return rows;
};

function tell({ most, end, left, queued, note = "" }: Cost): string {
  return `${megabytes(most)} at most, ${megabytes(end)} in the end, ` +
    `${left} connections left, ${megabytes(queued)} in the kernel${note}`;
}

async function measure(
  transport: string,
  attack: Attack,
  { log }: BenchOptions,
): Promise<Cost> {
  const target = await AtollTarget.start(POSTERS + STUCK, {
    ATOLL_TRANSPORT: transport,
  });
  try {
    await pause(2_000);
    const start = await residentBytes(target.pid);
    let most = start;
    const timer = setInterval(async () => {
      most = Math.max(most, await residentBytes(target.pid));
    }, 50);
    const said = await attack(target, (line) => log(`${transport}: ${line}`))
      .finally(() => clearInterval(timer));
    const end = await residentBytes(target.pid) - start;
    const { count: left, queued } = await openSockets(target.port);
    const note = said ? `, ${said}` : "";
    log(
      `${transport}: ${tell({ most: most - start, end, left, queued, note })}`,
    );
    return { most: most - start, end, left, queued, note };
  } finally {
    await Promise.all(
      opened.splice(0).map((one) => one[Symbol.asyncDispose]()),
    );
    await target.stop();
  }
}

/** All that an attack holds open. */
const opened: AsyncDisposable[] = [];

async function knock(port: number): Promise<RawConnection> {
  const raw = await RawConnection.open(`http://localhost:${port}`);
  opened.push(raw);
  return raw;
}

const ATTACKS: Record<string, Attack> = {
  [`${IDLE} who say nothing`]: async ({ port }) => {
    for (let i = 0; i < IDLE; i++) await knock(port);
    await pause(PATIENCE.headers);
  },

  [`${SLOW.count} with headers that never end`]: async ({ port }) => {
    const begin = `GET / HTTP/1.1\r\nhost: localhost\r\nx-long: `;
    const piece = "x".repeat(4_096);
    const all = Array.from({ length: SLOW.count }, async () => {
      const raw = await knock(port);
      let sent = 0;
      let writes = await raw.write(begin);
      while (writes && sent < SLOW.bytes) {
        writes = await raw.write(piece);
        sent += piece.length;
      }
    });
    await Promise.all(all);
    await pause(PATIENCE.headers);
  },

  ["300 MiB of a body, without a session"]: async ({ port }) => {
    const raw = await knock(port);
    await raw.write(head("POST /api/session", {
      "content-length": String(FLOOD),
    }));
    const piece = "x".repeat(PIECE);
    let sent = 0;
    while (sent < FLOOD && await raw.write(piece)) sent += PIECE;
    await pause(2_000);
    return sent < FLOOD
      ? `ended after ${megabytes(sent)}`
      : "read, and dropped";
  },

  ["300 MiB of one message in pieces"]: async (target) => {
    const raw = await knock(target.port);
    const { headers } = target.handshake(0);
    await raw.write(handshake(headers));
    await raw.match(/"type":"me"/);
    const piece = "x".repeat(PIECE);
    let sent = PIECE;
    let writes = await raw.write(frame(1, piece, { fin: false }));
    while (writes && sent < FLOOD) {
      writes = await raw.write(frame(0, piece, { fin: false }));
      sent += PIECE;
    }
    await pause(2_000);
    return writes ? "all of it taken" : `ended after ${megabytes(sent)}`;
  },

  [`${STUCK} who read nothing`]: async (target) => {
    const quiet = { marked() {}, frame() {} };
    const stuck = await Promise.all(
      Array.from(
        { length: STUCK },
        (_, i) => RawSocket.open(target.handshake(i), quiet, i),
      ),
    );
    for (const socket of stuck) {
      socket.send(joinFrame(target.room));
      opened.push({
        [Symbol.asyncDispose]: () => Promise.resolve(socket.end()),
      });
    }
    await pause(2_000);
    for (const socket of stuck) socket.stopReading();
    const posters = await Promise.all(
      Array.from(
        { length: POSTERS },
        (_, i) => RawSocket.open(target.handshake(STUCK + i), quiet, i),
      ),
    );
    for (let round = 0; round < 100; round++) {
      for (const poster of posters) {
        poster.send(postFrame(target.room, round, 7_900));
      }
      await pause(100);
    }
    await pause(PATIENCE.stuck);
    for (const poster of posters) poster.end();
    await pause(1_000);
  },
};
