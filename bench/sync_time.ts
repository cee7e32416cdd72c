/** What the disk costs. */

const SYNCS = 50;

/** Milliseconds that it takes to append 4 KiB to a file and sync it: the median. */
export async function syncTime(): Promise<number> {
  const path = await Deno.makeTempFile();
  using file = await Deno.open(path, { write: true });
  const page = new Uint8Array(4_096);
  const times: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    const started = performance.now();
    file.writeSync(page);
    file.syncDataSync();
    times.push(performance.now() - started);
  }
  await Deno.remove(path);
  return times.sort((a, b) => a - b)[SYNCS / 2]!;
}
