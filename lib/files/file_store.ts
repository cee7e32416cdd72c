/** Where the bytes of files are: a folder here, or a bucket in `s3_files.ts`. */
import { join } from "node:path";

/** A file that is being received and has no name yet. */
export interface StagedFile {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes it last under a key, in place of what was there: that has the same content. */
  keep(key: string): Promise<void>;
  /** Forgets it; harmless after `keep`. */
  discard(): Promise<void>;
}

/** Keeps content by keys of `a-z`, `0-9` and dots, at least three characters long. */
export interface FileStore {
  /** Begins a file. */
  stage(): Promise<StagedFile>;
  /** The bytes from `start` up to, not including, `end`; null when there is no such file. */
  open(
    key: string,
    range: { start: number; end: number },
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null>;
  /** All bytes, or null. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Removes a file; nothing happens when there is none. */
  remove(key: string): Promise<void>;
  /** Removes what was begun longer ago than so many milliseconds, and never kept. */
  sweep(age: number): Promise<void>;
}

/** Bytes read at once. */
const PIECE = 64 * 1024;

/** Files in a folder, under `ab/cdef…`; received ones in `incoming` before. */
export class LocalFiles implements FileStore {
  readonly #folder: string;
  readonly #incoming: string;
  #prepared: Promise<void> | undefined;

  /** Uses the folder; makes it when the first file comes. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, "incoming");
  }

  /** Begins a file in the folder for what is incoming. */
  async stage(): Promise<StagedFile> {
    await (this.#prepared ??= this.#prepare());
    const path = join(this.#incoming, crypto.randomUUID());
    const file = await Deno.open(path, { write: true, createNew: true });
    return new LocalStagedFile(path, file, (key) => this.#pathOf(key));
  }

  /** Reads a file piece by piece. */
  async open(
    key: string,
    { start, end }: { start: number; end: number },
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    const file = await Deno.open(this.#pathOf(key).path).catch(ignoreNotFound);
    if (!file) return null;
    await file.seek(start, Deno.SeekMode.Start);
    return streamOf(file, end - start);
  }

  /** Reads a file at once. */
  async read(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const found = await Deno.readFile(this.#pathOf(key).path)
      .catch(ignoreNotFound);
    return found ?? null;
  }

  /** Removes a file. */
  async remove(key: string): Promise<void> {
    await Deno.remove(this.#pathOf(key).path).catch(ignoreNotFound);
  }

  /** Removes what was begun so long ago and never kept. */
  async sweep(age: number): Promise<void> {
    const before = Date.now() - age;
    const found = await Array.fromAsync(Deno.readDir(this.#incoming))
      .catch(ignoreNotFound);
    for (const { name } of found ?? []) {
      const path = join(this.#incoming, name);
      const info = await Deno.stat(path).catch(ignoreNotFound);
      if (info?.mtime && info.mtime.getTime() < before) {
        await Deno.remove(path).catch(ignoreNotFound);
      }
    }
  }

  /** What was being received when the server was killed is of no use. */
  async #prepare(): Promise<void> {
    try {
      await Deno.remove(this.#incoming, { recursive: true })
        .catch(ignoreNotFound);
      await Deno.mkdir(this.#incoming, { recursive: true });
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  #pathOf(key: string): { folder: string; path: string } {
    const folder = join(this.#folder, key.slice(0, 2));
    return { folder, path: join(folder, key.slice(2)) };
  }
}

class LocalStagedFile implements StagedFile {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #target: (key: string) => { folder: string; path: string };
  #isOpen = true;

  constructor(
    path: string,
    file: Deno.FsFile,
    target: (key: string) => { folder: string; path: string },
  ) {
    this.#path = path;
    this.#file = file;
    this.#target = target;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#file.write(bytes.subarray(done));
    }
  }

  /** On the disk before it has its name, and the name before anybody hears of it. */
  async keep(key: string): Promise<void> {
    const { folder, path } = this.#target(key);
    await this.#file.sync();
    this.#close();
    await Deno.mkdir(folder, { recursive: true });
    await Deno.rename(this.#path, path);
    await syncFolder(folder);
  }

  async discard(): Promise<void> {
    this.#close();
    await Deno.remove(this.#path).catch(ignoreNotFound);
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing.
  if (Deno.build.os === "windows") return;
  using opened = await Deno.open(folder);
  await opened.sync();
}

function streamOf(
  file: Deno.FsFile,
  length: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = length;
  return new ReadableStream({
    async pull(controller) {
      const piece = new Uint8Array(Math.min(PIECE, left));
      const size = left === 0 ? null : await file.read(piece);
      if (size === null) {
        file.close();
        return controller.close();
      }
      left -= size;
      controller.enqueue(piece.subarray(0, size));
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
