/** What every store of files has to keep, run by a test for each. */
import { assertEquals } from "@std/assert";
import type { FileStore } from "../lib/files/file_store.ts";

/** A store for one test. */
export interface OpenedStore extends AsyncDisposable {
  store: FileStore;
  /** Keys of all that is there, what is incoming too. */
  keys(): Promise<string[]>;
}

/** Larger than what a store of parts takes in one. */
const LARGE = 11 * 1024 * 1024 + 7;

const KEY = "ab".repeat(32);

/** The contract's tests, over stores that `open` makes. */
export function testFileStore(
  name: string,
  open: () => Promise<OpenedStore>,
): void {
  const test = (what: string, run: (opened: OpenedStore) => Promise<void>) =>
    Deno.test(`${name} ${what}`, async () => {
      await using opened = await open();
      await run(opened);
    });

  test("gives back what it keeps, whole and in parts", async ({ store }) => {
    for (const size of [0, 1, 100_000, LARGE]) {
      const bytes = content(size);
      await keep(store, KEY, bytes);
      assertEquals(same(await store.read(KEY), bytes), true, `${size}`);
      // `s3rver` takes the range of the first byte alone for all of them.
      const ranges = [[0, size], [0, 2], [1, 2], [size >> 1, size]];
      for (const [start, end] of ranges as [number, number][]) {
        if (start < 0 || end > size) continue;
        const part = await partOf(store, KEY, start, end);
        const wanted = bytes.subarray(start, end);
        assertEquals(same(part, wanted), true, `${size}: ${start} to ${end}`);
      }
    }
  });

  test("has nothing under a key that nobody kept, or that was removed", async ({ store, keys }) => {
    assertEquals(await store.read(KEY), null);
    assertEquals(await store.open(KEY, { start: 0, end: 1 }), null);
    await store.remove(KEY);
    await keep(store, KEY, content(10));
    await store.remove(KEY);
    assertEquals(await store.read(KEY), null);
    assertEquals(await keys(), []);
  });

  test("leaves nothing of what is discarded, also after it was kept", async ({ store, keys }) => {
    for (const size of [10, LARGE]) {
      const staged = await store.stage();
      await write(staged, content(size));
      await staged.discard();
      assertEquals(await keys(), [], `${size}`);
      await keep(store, KEY, content(size));
      assertEquals((await keys()).length, 1, `${size}`);
      await store.remove(KEY);
    }
  });

  test("takes the same content from several at once", async ({ store, keys }) => {
    const bytes = content(LARGE);
    await Promise.all(Array.from({ length: 4 }, () => keep(store, KEY, bytes)));
    assertEquals(same(await store.read(KEY), bytes), true);
    assertEquals((await keys()).length, 1);
  });

  test("keeps a preview beside its picture", async ({ store, keys }) => {
    await keep(store, KEY, content(10));
    await keep(store, `${KEY}.preview`, content(5));
    assertEquals((await keys()).length, 2);
    await store.remove(KEY);
    assertEquals((await store.read(`${KEY}.preview`))?.length, 5);
  });

  test("lets a reader go in the middle", async ({ store }) => {
    await keep(store, KEY, content(LARGE));
    const stream = await store.open(KEY, { start: 0, end: LARGE });
    const reader = stream!.getReader();
    await reader.read();
    await reader.cancel();
    assertEquals((await store.read(KEY))?.length, LARGE);
  });

  test("removes what was begun long ago and never kept, and nothing else", async ({ store, keys }) => {
    await keep(store, KEY, content(10));
    const staged = await store.stage();
    await write(staged, content(LARGE));
    await store.sweep(60_000);
    await staged.keep("cd".repeat(32));
    await staged.discard();
    assertEquals((await keys()).length, 2);
    await store.sweep(-60_000);
    assertEquals((await keys()).length, 2);
  });
}

/** Bytes that differ from each other. */
export function content(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).map((_, i) => i * 7 + (i >> 8));
}

/** Stores bytes as uploads do. */
export async function keep(
  store: FileStore,
  key: string,
  bytes: Uint8Array,
): Promise<void> {
  const staged = await store.stage();
  try {
    await write(staged, bytes);
    await staged.keep(key);
  } finally {
    await staged.discard();
  }
}

async function write(
  staged: Awaited<ReturnType<FileStore["stage"]>>,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    await staged.write(bytes.subarray(at, at + 65_536));
  }
}

async function partOf(
  store: FileStore,
  key: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const stream = await store.open(key, { start, end });
  return await new Response(stream).bytes();
}

/** `assertEquals` would show megabytes. */
function same(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length &&
    a.every((byte, i) => byte === b[i]);
}
