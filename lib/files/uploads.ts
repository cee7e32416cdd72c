/** Takes in files, and removes the content that nothing refers to any more. */
import { createHash } from "node:crypto";
import { uuidv7 } from "../client/uuid.ts";
import { fileInfo } from "../db/file_writes.ts";
import type { Database } from "../db/open.ts";
import type { UploadsTable } from "../db/schema.ts";
import { isUuid } from "../db/uuid.ts";
import { Refusal } from "../errors.ts";
import type { FileInfo } from "../protocol.ts";
import { HEAD_BYTES, kindOf } from "./file_kind.ts";
import { cleanFileName } from "./file_names.ts";
import type { FileStore, StagedFile } from "./file_store.ts";
import { Turns } from "./turns.ts";

/** Files that one person may have uploaded, or be uploading, without posting them. */
export const WAITING_UPLOADS = 30;

/** Milliseconds. */
const TIMES = {
  /** After which an upload that no message took is removed. */
  expiry: 24 * 60 * 60_000,
  /** Between two looks for what was begun and never ended. */
  leftovers: 60 * 60_000,
  /** In which something must arrive. */
  silence: 60_000,
  /** In which removed content must be gone: the store may be slow, and is asked again. */
  removal: 10 * 60_000,
  /** For which the same content waits to be taken up again, and between two tries. */
  adoption: 5_000,
  pause: 50,
};

/** A file that someone sends. */
export interface Incoming {
  /** The person's id. */
  person: string;
  /** The file's name as they have it. */
  name: string;
  /** What it claims to have, in bytes, where it does. */
  length: number | null;
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What uploads are made of. */
export interface UploadsOptions {
  db: Database;
  store: FileStore;
  /** Bytes that a file may have. */
  limit: number;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

/** Receives files and looks after the content of the store. */
export class Uploads {
  readonly #db: Database;
  readonly #store: FileStore;
  readonly #limit: number;
  readonly #now: () => number;
  readonly #sweeps = new Turns();
  #leftoversAt = -Infinity;
  /**
   * Until when this machine has content to itself, to remove it. What is still
   * here when nothing is being removed could not be; the latest failure last.
   */
  readonly #claims = new Map<string, number>();
  /** How many files each person is sending right now. */
  readonly #incoming = new Map<string, number>();

  /** Uses the database and the store. */
  constructor(options: UploadsOptions) {
    this.#db = options.db;
    this.#store = options.store;
    this.#limit = options.limit;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Stores a file until a message takes it, for a day. Never more than a piece
   * of it is in memory. Refused with `file_too_big`, as soon as that is known,
   * `too_many_uploads`, `upload_broken` or `unavailable`; nothing is left then.
   */
  async receive(incoming: Incoming): Promise<FileInfo> {
    const { person, length } = incoming;
    if (length !== null && length > this.#limit) {
      throw new Refusal("file_too_big");
    }
    const sending = this.#incoming.get(person) ?? 0;
    if (sending >= WAITING_UPLOADS) throw new Refusal("too_many_uploads");
    this.#incoming.set(person, sending + 1);
    try {
      return await this.#receive(incoming);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      this.#db.report(error);
      throw new Refusal("unavailable");
    } finally {
      const left = this.#incoming.get(person)! - 1;
      if (left > 0) this.#incoming.set(person, left);
      else this.#incoming.delete(person);
    }
  }

  /** Forgets an upload that no message took; refused with `no_file`. */
  async drop(person: string, id: string): Promise<void> {
    if (!isUuid(id)) throw new Refusal("no_file");
    await this.#db.write("dropUpload", { id, person });
    // It is forgotten, whatever becomes of its bytes: they are looked for again.
    await this.sweep().catch((error) => this.#db.report(error));
  }

  /** Forgets old uploads, and removes content that nothing refers to. */
  async sweep(): Promise<void> {
    const before = this.#now() - TIMES.expiry;
    await this.#db.write("expireUploads", { before });
    const failed = [...this.#claims.keys()];
    while (await this.#sweeps.run(() => this.#removeLoose()));
    await this.#sweepLeftovers();
    // Last, or one that never goes would keep all others here.
    for (const hash of failed) await this.#sweeps.run(() => this.#remove(hash));
  }

  async #sweepLeftovers(): Promise<void> {
    if (this.#now() - this.#leftoversAt < TIMES.leftovers) return;
    this.#leftoversAt = this.#now();
    await this.#store.sweep(TIMES.expiry);
  }

  async #receive({ person, name, body }: Incoming): Promise<FileInfo> {
    const staged = await this.#store.stage();
    try {
      const { hash, size, head } = await this.#write(staged, body);
      const { type, width = null, height = null } = await kindOf(head);
      const now = this.#now();
      const upload: UploadsTable = {
        ...{ id: uuidv7(now), person, hash, name: cleanFileName(name) },
        ...{ type, size, width, height, created_at: now },
      };
      await this.#keep(staged, upload);
      return fileInfo(upload);
    } finally {
      await staged.discard();
    }
  }

  /** Listed before it is there: whatever happens in between, it is found again. */
  async #keep(staged: StagedFile, upload: UploadsTable): Promise<void> {
    const { id, person, hash } = upload;
    await this.#add(upload);
    try {
      await staged.keep(hash);
    } catch (error) {
      await this.#db.write("dropUpload", { id, person }).catch(() => {});
      throw error;
    }
  }

  /** While a machine removes the same content, that is waited for. */
  async #add(upload: UploadsTable): Promise<void> {
    const giveUp = performance.now() + TIMES.adoption;
    const args = { upload, most: WAITING_UPLOADS };
    while (!await this.#db.write("addUpload", args)) {
      if (performance.now() > giveUp) throw new Refusal("unavailable");
      await new Promise((resolve) => setTimeout(resolve, TIMES.pause));
    }
  }

  async #write(
    staged: StagedFile,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<{ hash: string; size: number; head: Uint8Array }> {
    const sum = createHash("sha256");
    const head: Uint8Array[] = [];
    let size = 0;
    for await (const piece of arriving(body)) {
      if (size < HEAD_BYTES) head.push(piece.subarray(0, HEAD_BYTES - size));
      size += piece.length;
      if (size > this.#limit) throw new Refusal("file_too_big");
      sum.update(piece);
      await staged.write(piece);
    }
    return { hash: sum.digest("hex"), size, head: joined(head) };
  }

  /** Removes some; tells whether there may be more. */
  async #removeLoose(): Promise<boolean> {
    const loose = await this.#db.read.selectFrom("loose_files as l")
      .leftJoin("uploads as u", "u.hash", "l.hash")
      .leftJoin("attachments as a", "a.hash", "l.hash")
      .select(["l.hash", "u.id as upload", "a.id as attachment"])
      .where((eb) =>
        eb.or([
          eb("l.removing_until", "is", null),
          eb("l.removing_until", "<=", this.#now()),
        ])
      )
      .orderBy("l.hash").limit(100).execute();
    const kept = new Set(
      loose.filter(({ upload, attachment }) => upload ?? attachment)
        .map(({ hash }) => hash),
    );
    const removed = new Set(loose.map(({ hash }) => hash)).difference(kept);
    for (const hash of removed) await this.#remove(hash);
    if (kept.size > 0) {
      await this.#db.write("forgetLoose", { removed: [], kept: [...kept] });
    }
    return loose.length === 100;
  }

  /** Judged again right before: any machine may have got the same content since. */
  async #remove(hash: string): Promise<void> {
    const now = this.#now();
    const until = now + TIMES.removal;
    const own = this.#claims.get(hash) ?? null;
    const claim = { hash, now, until, own };
    const isOurs = await this.#db.write("claimLoose", claim);
    this.#claims.delete(hash);
    if (!isOurs) return;
    this.#claims.set(hash, until);
    await this.#store.remove(hash);
    await this.#store.remove(previewKey(hash));
    await this.#db.write("forgetLoose", { removed: [hash], kept: [] });
    this.#claims.delete(hash);
  }
}

/** Where the small picture of some content is. */
export function previewKey(hash: string): string {
  return `${hash}.preview`;
}

/** The pieces of a body; refused with `upload_broken` when it breaks off or stalls. */
async function* arriving(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let isSilent = false;
  const stop = () => {
    isSilent = true;
    reader.cancel().catch(() => {});
  };
  let timer = setTimeout(stop, TIMES.silence);
  try {
    while (true) {
      const { done, value } = await reader.read().catch(() => {
        throw new Refusal("upload_broken");
      });
      clearTimeout(timer);
      if (isSilent) throw new Refusal("upload_broken");
      if (done) return;
      yield value;
      timer = setTimeout(stop, TIMES.silence);
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    pieces.reduce((size, piece) => size + piece.length, 0),
  );
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}
