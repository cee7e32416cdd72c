/** The files of messages: receiving, finding, showing and removing them. */
import type { Database } from "../db/open.ts";
import type { AttachmentsTable } from "../db/schema.ts";
import { isUuid } from "../db/uuid.ts";
import { Refusal } from "../errors.ts";
import type { FileStore } from "./file_store.ts";
import { shrinkPicture } from "./pictures.ts";
import { Turns } from "./turns.ts";
import { previewKey, Uploads } from "./uploads.ts";

/** The longest side of a preview, in pixels. */
const PREVIEW_SIZE = 640;

/** Pictures that need no preview: small, in pixels and in bytes. */
const SMALL_BYTES = 100 * 1024;

/** Pictures of which no preview could be made are not tried again until so many others failed. */
const FAILURES_KEPT = 1_000;

/** Milliseconds between two looks for what can be removed. */
const SWEEP_INTERVAL = 60_000;

/** A message's file, as far as serving it needs. */
export type StoredFile = Pick<
  AttachmentsTable,
  "hash" | "name" | "type" | "size" | "width" | "height"
>;

/** What the files are made of. */
export interface FilesOptions {
  db: Database;
  store: FileStore;
  /** Bytes that a file may have. */
  limit: number;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

/** All files of a database and a store. */
export class Files {
  /** Bytes that a file may have. */
  readonly limit: number;
  /** Where the bytes are. */
  readonly store: FileStore;
  /** Those that no message has yet. */
  readonly uploads: Uploads;
  readonly #db: Database;
  readonly #previewTurns = new Turns();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Previews that are being made, by hash. */
  readonly #making = new Map<string, Promise<Uint8Array | null>>();
  readonly #failed = new Set<string>();
  #sweeping: Promise<void> | undefined;
  #mustSweep = false;
  #isClosed = false;

  /** Uses the database and the store. */
  constructor(options: FilesOptions) {
    this.limit = options.limit;
    this.store = options.store;
    this.#db = options.db;
    this.uploads = new Uploads(options);
    this.#timer = setInterval(() => this.sweep(), SWEEP_INTERVAL);
  }

  /** A file of a message in the room, which one may read; refused with `no_file`. */
  async find(room: string, id: string): Promise<StoredFile> {
    const file = isUuid(id) && await this.#db.read.selectFrom("attachments")
      .where("id", "=", id).where("room", "=", room)
      .select(["hash", "name", "type", "size", "width", "height"])
      .executeTakeFirst();
    if (!file) throw new Refusal("no_file");
    return file;
  }

  /** A small WebP of a picture, made when it is first asked for; null where the picture itself will do. */
  async preview(file: StoredFile): Promise<Uint8Array | null> {
    const { hash, size, width } = file;
    const isSmall = size <= SMALL_BYTES &&
      Math.max(file.width ?? 0, file.height ?? 0) <= PREVIEW_SIZE;
    if (width === null || isSmall) return null;
    if (this.#failed.has(hash)) return null;
    const kept = await this.store.read(previewKey(hash));
    if (kept) return kept;
    const making = this.#making.get(hash) ??
      this.#previewTurns.run(() => this.#make(hash))
        .finally(() => this.#making.delete(hash));
    this.#making.set(hash, making);
    return await making;
  }

  /** Removes what nothing refers to any more, soon. */
  sweep(): void {
    this.#mustSweep = true;
    this.#sweeping ??= this.#sweep();
  }

  /** Resolves when what is being removed is gone. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    this.#mustSweep = false;
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    while (this.#mustSweep) {
      this.#mustSweep = false;
      await this.uploads.sweep().catch((error) => this.#db.report(error));
    }
    this.#sweeping = undefined;
  }

  /** In turn: however many are asked for, one whole picture is in memory. */
  async #make(hash: string): Promise<Uint8Array | null> {
    if (this.#isClosed) return null;
    const bytes = await this.store.read(hash);
    const small = bytes && await shrinkPicture(bytes, PREVIEW_SIZE)
      .catch((error) => this.#db.report(error));
    if (small && small.length < bytes.length) {
      await this.#keep(hash, small);
      return small;
    }
    if (this.#failed.size >= FAILURES_KEPT) this.#failed.clear();
    this.#failed.add(hash);
    return null;
  }

  /** Unless the picture went in the meantime: nobody would remove the preview. */
  async #keep(hash: string, preview: Uint8Array): Promise<void> {
    if (this.#isClosed || !await this.#isUsed(hash)) return;
    const staged = await this.store.stage();
    try {
      await staged.write(preview);
      await staged.keep(previewKey(hash));
      // Whoever removes the picture from now on removes this, too.
      if (!await this.#isUsed(hash)) await this.store.remove(previewKey(hash));
    } catch (error) {
      // It is made again next time.
      this.#db.report(error);
    } finally {
      await staged.discard();
    }
  }

  async #isUsed(hash: string): Promise<boolean> {
    const used = await this.#db.read.selectFrom("attachments")
      .where("hash", "=", hash).select("id").executeTakeFirst();
    return used !== undefined;
  }
}
