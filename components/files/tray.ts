/** Files on their way into a message, and messages that wait for theirs. */
import type { PostOptions } from "../../lib/client/chat_client.ts";
import type { OutboxRow } from "../../lib/client/outbox.ts";
import type { PendingRow } from "../../lib/client/pending_rows.ts";
import { uuidv7 } from "../../lib/client/uuid.ts";
import { type FileInfo, LIMITS } from "../../lib/protocol.ts";
import {
  forgetUpload,
  startUpload,
  type Upload,
  UploadFailure,
} from "./upload.ts";

/** Files that are sent at the same time; the others wait. */
const AT_ONCE = 2;

/** A file that was chosen. */
export interface TrayFile {
  /** Of the page; the server's is in `info`. */
  readonly id: string;
  readonly file: File;
  /** Address of the picture in the page's memory, or null for what is none. */
  readonly picture: string | null;
  state: "waiting" | "uploading" | "done" | "failed";
  /** The part that is sent, from 0 to 1. */
  part: number;
  /** Why it failed: see {@link UploadFailure}. */
  code?: string;
  /** Once it is uploaded. */
  info?: FileInfo;
}

/** A message that is sent once its files are uploaded. */
interface HeldPost {
  row: PendingRow;
  files: TrayFile[];
  /** Whether it outlives the page, files and all; null until that is known. */
  isKept: boolean | null;
}

/** A held message as it is kept. */
type KeptPost = Omit<OutboxRow, "room">;

/** Where held messages are kept with their files. */
export interface PostKeeper {
  /** Keeps one, in place of what is kept of it; tells whether that worked. */
  keep(row: KeptPost): Promise<boolean>;
  /** It was given up. */
  forget(id: string): void;
}

/** What a held message has besides its body. */
export type HeldOptions = PostOptions & { id: string };

/** What a tray needs. */
export interface TrayOptions {
  /** Bytes that a file may have. */
  limit: number;
  /** Sends a message whose files are uploaded. */
  post: (body: string, options: HeldOptions) => void;
  /** Keeps held messages beyond the page. */
  keeper: PostKeeper;
  /** Where the texts of messages that can't be kept otherwise are kept, by tab. */
  key: string;
}

/** What is attached in one room: it goes on while one looks into another. */
export class Tray {
  readonly limit: number;
  readonly #options: TrayOptions;
  readonly #uploads = new Map<string, Upload>();
  readonly #listeners = new Set<() => void>();
  #files: readonly TrayFile[] = [];
  #held: readonly HeldPost[] = [];
  #rows: readonly PendingRow[] = [];
  #isOver = false;

  /** An empty tray. */
  constructor(options: TrayOptions) {
    this.#options = options;
    this.limit = options.limit;
  }

  /** Files for the next message, in order. */
  get files(): readonly TrayFile[] {
    return this.#files;
  }

  /** Messages that wait, as rows; the same array as long as none changed. */
  get held(): readonly PendingRow[] {
    return this.#rows;
  }

  /** Whether something would be lost with the page. */
  get isBusy(): boolean {
    return this.#files.length > 0 || this.#held.some(({ isKept }) => !isKept);
  }

  /** Whether a message that waits is known to be lost with the page. */
  isNotKept(post: string): boolean {
    return this.#find(post)?.isKept === false;
  }

  /** Whether a file is among them that no message can take along. */
  get isTooBig(): boolean {
    return this.#files.some(({ code }) => code === "file_too_big");
  }

  /** The files of a message that waits. */
  filesOf(post: string): readonly TrayFile[] {
    return this.#find(post)?.files ?? [];
  }

  /** Calls back after each change; returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether more files came than a message can have. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes files, as many as a message can have, and uploads them at once. */
  add(files: readonly File[]): void {
    const room = LIMITS.files - this.#files.length;
    const taken = files.slice(0, room).map((file) => this.#take(file));
    this.#isOver = files.length > room;
    this.#files = [...this.#files, ...taken];
    this.#pump();
  }

  /** Gives a file up, whatever became of it. */
  remove(id: string): void {
    const file = this.#files.find((one) => one.id === id);
    if (file) this.#drop(file);
    this.#files = this.#files.filter((one) => one.id !== id);
    this.#isOver = false;
    this.#pump();
  }

  /** Uploads a file again that failed. */
  retry(id: string): void {
    const file = this.#all().find((one) => one.id === id);
    if (file?.state === "failed" && file.code !== "file_too_big") {
      Object.assign(file, { state: "waiting", part: 0 });
    }
    this.#pump();
  }

  /** The network is back: what failed for the lack of it is tried again. */
  retryUnsent(): void {
    for (const file of this.#all()) {
      if (file.code === "no_connection") this.retry(file.id);
    }
  }

  /**
   * Takes a message with the files that are here, which may answer another
   * one: sent now, or once they are uploaded.
   */
  send(body: string, parent?: string): void {
    const at = Date.now();
    const id = uuidv7(at);
    const base = { id, kind: "post", body, at, state: "pending" } as const;
    const row: PendingRow = parent === undefined ? base : { ...base, parent };
    const post: HeldPost = { row, files: [...this.#files], isKept: null };
    this.#held = [...this.#held, post];
    this.#files = [];
    this.#isOver = false;
    this.#pump();
    // Sent at once, it is kept where all is kept that was sent.
    if (this.#find(id)) this.#keep(post);
  }

  /** Goes on with a message that an earlier page, or a dead tab, left here. */
  adopt({ attached = [], ...row }: KeptPost): void {
    if (this.#find(row.id)) return;
    const { id, kind, body = "", at, parent } = row;
    const base = { id, kind, body, at, state: "pending" } as const;
    const held = parent === undefined ? base : { ...base, parent };
    const files = attached.map((file) => this.#take(file));
    this.#held = [...this.#held, { row: held, files, isKept: true }];
    this.#pump();
  }

  /** Another tab took a message over: it is no longer this one's to send. */
  release(id: string): void {
    for (const file of this.#find(id)?.files ?? []) {
      // What is uploaded may be what the other tab sends.
      delete file.info;
      this.#drop(file);
    }
    this.#held = this.#held.filter(({ row }) => row.id !== id);
    this.#pump();
  }

  /** Uploads the failed files of a message again; tells whether it waits here. */
  retryPost(id: string): boolean {
    const post = this.#find(id);
    for (const file of post?.files ?? []) this.retry(file.id);
    return post !== undefined;
  }

  /** Gives a message up with its files; tells whether it waited here. */
  discardPost(id: string): boolean {
    const post = this.#find(id);
    if (!post) return false;
    post.files.forEach((file) => this.#drop(file));
    this.#options.keeper.forget(id);
    this.#held = this.#held.filter((one) => one !== post);
    this.#pump();
    return true;
  }

  #find(post: string): HeldPost | undefined {
    return this.#held.find(({ row }) => row.id === post);
  }

  #all(): TrayFile[] {
    return [...this.#held.flatMap(({ files }) => files), ...this.#files];
  }

  #take(file: File): TrayFile {
    const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type);
    const taken: TrayFile = {
      id: uuidv7(),
      file,
      picture: isPicture ? URL.createObjectURL(file) : null,
      state: "waiting",
      part: 0,
    };
    if (file.size <= this.limit) return taken;
    return Object.assign(taken, { state: "failed", code: "file_too_big" });
  }

  #drop({ id, picture, info }: TrayFile): void {
    this.#uploads.get(id)?.cancel();
    this.#uploads.delete(id);
    if (picture !== null) URL.revokeObjectURL(picture);
    if (info) forgetUpload(info.id);
  }

  /** Starts what may start, sends what is complete, and tells of it. */
  #pump(): void {
    for (const file of this.#all()) {
      if (this.#uploads.size >= AT_ONCE) break;
      if (file.state === "waiting") this.#upload(file);
    }
    this.#held = this.#held.filter((post) => !this.#posted(post));
    const rows = this.#held.map(rowOf);
    if (rows.length + this.#rows.length > 0) this.#rows = rows;
    this.#keepTexts();
    this.#changed();
  }

  #keep(post: HeldPost): void {
    const { row: { state: _, ...row }, files } = post;
    const attached = files.map(({ file }) => file);
    this.#options.keeper.keep({ ...row, attached }).then((isKept) => {
      post.isKept = isKept;
      this.#keepTexts();
      this.#changed();
    });
  }

  #keepTexts(): void {
    const texts = this.#held.filter(({ isKept }) => !isKept);
    keepHeld(this.#options.key, texts.map(({ row }) => row.body));
  }

  #upload(file: TrayFile): void {
    Object.assign(file, { state: "uploading", part: 0 });
    delete file.code;
    const upload = startUpload(file.file, (part) => {
      file.part = part;
      this.#changed();
    });
    this.#uploads.set(file.id, upload);
    upload.done.then(
      (info) => Object.assign(file, { state: "done", part: 1, info }),
      ({ code }: UploadFailure) =>
        Object.assign(file, { state: "failed", code }),
    ).then(() => {
      this.#uploads.delete(file.id);
      this.#pump();
    });
  }

  #posted({ row, files }: HeldPost): boolean {
    const infos = files.flatMap(({ info }) => info ?? []);
    if (infos.length < files.length) return false;
    const { id, body, parent } = row;
    const options = { files: infos, id };
    this.#options.post(body, parent ? { ...options, parent } : options);
    // The row shows them until the log does; the page is then done with them.
    for (const { picture, info } of files) {
      if (picture !== null && info) shownHere.set(info.id, picture);
    }
    return true;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function rowOf({ row, files }: HeldPost): PendingRow {
  const failed = files.find(({ state }) => state === "failed");
  return failed
    ? { ...row, state: "failed", code: failed.code ?? "internal" }
    : row;
}

/** Pictures that this page uploaded, in its memory, by the server's ids. */
const shownHere = new Map<string, string>();

/** Address of a picture of one's own that the log doesn't show yet, or null. */
export function ownPicture(id: string): string | null {
  return shownHere.get(id) ?? null;
}

/** The log shows it now. */
export function releaseOwnPicture(id: string): void {
  URL.revokeObjectURL(shownHere.get(id) ?? "");
  shownHere.delete(id);
}

const PREFIX = "atoll.held.";

function keepHeld(key: string, bodies: readonly string[]): void {
  try {
    const text = bodies.filter((body) => body !== "").join("\n\n");
    if (text === "") sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // Forbidden or full: the text lives as long as the page.
  }
}

/** What could not be kept otherwise when this tab was loaded again: its files are gone, the text is not. */
export function takeHeld(key: string): string {
  try {
    const text = sessionStorage.getItem(PREFIX + key) ?? "";
    sessionStorage.removeItem(PREFIX + key);
    return text;
  } catch {
    return "";
  }
}
