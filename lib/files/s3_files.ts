/** Files in a bucket of a store that speaks S3: for several machines, or none with a disk. */
import type { FileStore, StagedFile } from "./file_store.ts";
import { S3Bucket, textOf } from "./s3_bucket.ts";
import type { S3Settings } from "./s3_settings.ts";

/** Bytes of a part, the least that S3 takes of all but the last: so much is in memory. */
const PART_BYTES = 5 * 1024 * 1024;

/** What is received in parts is here until it has its key. */
const INCOMING = "incoming/";

const NOT_FOUND = [404];

/** Content by its key; all machines see the same. */
export class S3Files implements FileStore {
  readonly #bucket: S3Bucket;

  /** Uses the bucket; nothing is asked yet. */
  constructor(settings: S3Settings, onError: (error: unknown) => void) {
    this.#bucket = new S3Bucket(settings, onError);
  }

  /** Begins a file: a small one is kept in memory until it has its key. */
  stage(): Promise<StagedFile> {
    return Promise.resolve(new S3StagedFile(this.#bucket));
  }

  /** Reads a part of a file as it comes. */
  async open(
    key: string,
    { start, end }: { start: number; end: number },
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    const isPart = start < end;
    const headers: Record<string, string> = isPart
      ? { range: `bytes=${start}-${end - 1}` }
      : {};
    const answer = await this.#bucket
      .send("GET", key, { headers, expected: NOT_FOUND });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return null;
    }
    const body = answer.body ?? new Blob([]).stream();
    // Some stores, and caches before them, answer with all of it.
    return isPart && answer.status !== 206 ? cut(body, start, end) : body;
  }

  /** Reads a file at once. */
  async read(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const answer = await this.#bucket
      .send("GET", key, { expected: NOT_FOUND });
    if (answer.status !== 404) return await answer.bytes();
    await answer.body?.cancel();
    return null;
  }

  /** Removes a file. */
  async remove(key: string): Promise<void> {
    await this.#bucket.run("DELETE", key, { expected: NOT_FOUND });
  }

  /** Removes what was begun so long ago, by the store's clock, and has no key yet. */
  async sweep(age: number): Promise<void> {
    const prefix = this.#bucket.prefix + INCOMING;
    const files = await this.#list({ "list-type": "2", prefix }, "Contents");
    for (const file of files.older("LastModified", age)) {
      await this.remove(this.#keyIn(file));
    }
    const begun = await this.#list({ uploads: "", prefix }, "Upload");
    for (const upload of begun.older("Initiated", age)) {
      const query = { uploadId: textOf(upload, "UploadId") ?? "" };
      const expected = NOT_FOUND;
      await this.#bucket.run("DELETE", this.#keyIn(upload), {
        ...{ query, expected },
      });
    }
  }

  #keyIn(element: string): string {
    return (textOf(element, "Key") ?? "").slice(this.#bucket.prefix.length);
  }

  /** The first thousand: what is left comes with the next sweep. */
  async #list(query: Record<string, string>, element: string) {
    // Some stores can't list what was begun in parts, and end it by themselves.
    const expected = [404, 501];
    const answer = await this.#bucket.send("GET", "", { query, expected });
    const now = Date.parse(answer.headers.get("date") ?? "") || Date.now();
    const all: string[] = (await answer.text()).match(
      new RegExp(`<${element}>.*?</${element}>`, "gs"),
    ) ?? [];
    const older = (date: string, age: number) =>
      all.filter((one) => Date.parse(textOf(one, date) ?? "") < now - age);
    return { older };
  }
}

/** Part after part once it is large, under a key of its own until it is kept. */
class S3StagedFile implements StagedFile {
  readonly #bucket: S3Bucket;
  readonly #incoming = INCOMING + crypto.randomUUID();
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #upload: string | undefined;
  #etags: string[] = [];
  #isWhole = false;

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(new Uint8Array(bytes));
    this.#size += bytes.length;
    if (this.#size >= PART_BYTES) await this.#sendPart();
  }

  /** With its content under the key once the store says so; the same content may be there. */
  async keep(key: string): Promise<void> {
    if (this.#upload === undefined) {
      const body = await this.#takeAll();
      return await this.#bucket.run("PUT", key, { body });
    }
    if (this.#size > 0) await this.#sendPart();
    await this.#finishParts(this.#upload);
    const source = this.#bucket.pathOf(this.#incoming);
    const headers = { "x-amz-copy-source": source };
    await this.#bucket.run("PUT", key, { headers });
  }

  async discard(): Promise<void> {
    this.#pieces = [];
    const uploadId = this.#upload;
    if (uploadId === undefined) return;
    this.#upload = undefined;
    const query = this.#isWhole ? {} : { uploadId };
    const expected = NOT_FOUND;
    // What is left is found by a sweep.
    await this.#bucket.run("DELETE", this.#incoming, {
      ...{ query, expected },
    }).catch(() => {});
  }

  async #sendPart(): Promise<void> {
    const uploadId = this.#upload ??= await this.#begin();
    const query = { partNumber: String(this.#etags.length + 1), uploadId };
    const body = await this.#takeAll();
    const answer = await this.#bucket
      .send("PUT", this.#incoming, { query, body });
    await answer.body?.cancel();
    this.#etags.push(answer.headers.get("etag") ?? "");
  }

  async #begin(): Promise<string> {
    const query = { uploads: "" };
    const answer = await this.#bucket.send("POST", this.#incoming, { query });
    return textOf(await answer.text(), "UploadId") ?? "";
  }

  async #finishParts(uploadId: string): Promise<void> {
    const parts = this.#etags.map((etag, i) =>
      `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`
    );
    const tag = "CompleteMultipartUpload";
    const body = `<${tag}>${parts.join("")}</${tag}>`;
    const query = { uploadId };
    await this.#bucket.run("POST", this.#incoming, { query, body });
    this.#isWhole = true;
  }

  async #takeAll(): Promise<Uint8Array<ArrayBuffer>> {
    const body = await new Blob(this.#pieces).bytes();
    this.#pieces = [];
    this.#size = 0;
    return body;
  }
}

/** The bytes from `start` up to, not including, `end`. */
function cut(
  whole: ReadableStream<Uint8Array<ArrayBuffer>>,
  start: number,
  end: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return whole.pipeThrough(
    new TransformStream({
      transform(piece, controller) {
        const part = piece.subarray(Math.max(0, start - at), end - at);
        at += piece.length;
        if (part.length > 0) controller.enqueue(part);
        if (at >= end) controller.terminate();
      },
    }),
  );
}
