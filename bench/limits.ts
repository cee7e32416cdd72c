/** What the system must allow. */

/** Files that a process has open besides its connections. */
const OTHERS = 200;

/** Throws, and says what to do, unless a process may have so many connections. */
export async function needFiles(connections: number): Promise<void> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  const allowed = Number(
    /^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity,
  );
  const needed = connections + OTHERS;
  if (allowed >= needed) return;
  throw new Error(
    `This row needs ${needed} open files in a process, ${allowed} are allowed: run "ulimit -n ${needed}" first`,
  );
}
