/** What a server holds: connections, files and sockets, memory. */
import type { ServerProcess } from "../support/server.ts";
import { until } from "../support/until.ts";
import type { Findings } from "./findings.ts";
import { ask } from "./http.ts";

/** Flags and settings of a server whose memory can be told. */
export const GAUGED = {
  flags: [
    "--v8-flags=--expose-gc",
    `--preload=${new URL("collect_garbage.ts", import.meta.url).href}`,
  ],
};

/** What is held at a time. */
export interface Levels {
  connections: number;
  sockets: number;
  files: number;
  /** Bytes of JavaScript objects after garbage was collected. */
  heap: number;
  /** Bytes of the whole process. */
  rss: number;
}

/** How much more than before may be held. */
const SLACK = {
  connections: 0,
  sockets: 0,
  // A thread that is started late, such as the one for passwords, has some.
  files: 12,
  heap: 24 * 1024 * 1024,
  rss: 200 * 1024 * 1024,
} as const satisfies Levels;

/** How much the server holds now. */
export async function measure(server: ServerProcess): Promise<Levels> {
  await collectGarbage(server);
  const text = await metrics(server);
  const { sockets, files } = await openFiles(server.pid);
  return {
    connections: valueOf(text, "atoll_connections"),
    sockets,
    files,
    heap: valueOf(text, "atoll_heap_used_bytes"),
    rss: valueOf(text, "process_resident_memory_bytes"),
  };
}

/** Waits so many milliseconds until no more is held than before, and counts what still is. */
export async function compare(
  server: ServerProcess,
  before: Levels,
  findings: Findings,
  patience: number,
): Promise<Levels> {
  const giveUp = Date.now() + patience;
  for (;;) {
    const now = await measure(server);
    const leaks = (Object.keys(SLACK) as (keyof Levels)[])
      .filter((what) => now[what] > before[what] + SLACK[what]);
    if (leaks.length === 0) return now;
    if (Date.now() > giveUp) {
      for (const what of leaks) {
        findings.add("leaked", `${what}: ${before[what]}, then ${now[what]}`);
      }
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function collectGarbage(server: ServerProcess): Promise<void> {
  const count = () => server.output.split("Garbage is collected").length;
  for (let i = 0; i < 2; i++) {
    const before = count();
    Deno.kill(server.pid, "SIGUSR2");
    await until(() => count() > before, "collected garbage");
  }
}

async function metrics({ port }: ServerProcess): Promise<string> {
  return (await ask(port, "GET", "/metrics")).text;
}

function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

/** The process's open files, by Linux's list; one connection is the caller's own. */
async function openFiles(pid: number) {
  let sockets = 0;
  let files = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`)
      .catch(() => "");
    if (target.startsWith("socket:")) sockets++;
    else files++;
  }
  return { sockets, files };
}
