/** What a process uses, as Linux tells it. */

/** Ticks per second in `/proc/<pid>/stat`, the same on all Linux of today. */
const TICKS = 100;
/** In `/proc/net/tcp`. */
const ESTABLISHED = "01";

/** Seconds on a processor so far, of all threads. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Bytes in memory now. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1_024;
}

/** Connections on the server's side of a port, and bytes in their send buffers. */
export async function openSockets(
  port: number,
): Promise<{ count: number; queued: number }> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n");
  let count = 0;
  let queued = 0;
  for (const line of lines) {
    const [, local, , state, queues] = line.trim().split(/\s+/);
    if (!local?.endsWith(`:${hex}`) || state !== ESTABLISHED) continue;
    count++;
    queued += parseInt(queues!.split(":")[0]!, 16);
  }
  return { count, queued };
}

/** Time on a processor and on the clock, since it was made. */
export class Stopwatch {
  readonly #pid: number;
  readonly #cpu: number;
  readonly #ownCpu: number;
  readonly #at = performance.now();

  private constructor(pid: number, cpu: number, ownCpu: number) {
    this.#pid = pid;
    this.#cpu = cpu;
    this.#ownCpu = ownCpu;
  }

  /** Starts to watch a process, and this one. */
  static async start(pid: number): Promise<Stopwatch> {
    return new Stopwatch(
      pid,
      await cpuSeconds(pid),
      await cpuSeconds(Deno.pid),
    );
  }

  /** Seconds; `load` is the share of a core that the generator itself took. */
  async read(): Promise<{ cpu: number; wall: number; load: number }> {
    const wall = (performance.now() - this.#at) / 1_000;
    const cpu = await cpuSeconds(this.#pid) - this.#cpu;
    const load = (await cpuSeconds(Deno.pid) - this.#ownCpu) / wall;
    return { cpu, wall, load };
  }
}
