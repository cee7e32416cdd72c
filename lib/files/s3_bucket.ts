/** Requests to a bucket: signed, bounded in time, and refused in our words. */
import { AwsClient } from "aws4fetch";
import { Refusal } from "../errors.ts";
import type { S3Settings } from "./s3_settings.ts";

/** Milliseconds until an answer must have begun, and how often is asked again. */
const LIMITS = { patience: 30_000, retries: 2 };

/** What a request has besides its method and key. */
export interface S3Request {
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | string;
  /** Statuses besides 2xx that are an answer and no fault. */
  expected?: readonly number[];
}

/** One bucket, or a folder of it. */
export class S3Bucket {
  readonly #settings: S3Settings;
  readonly #onError: (error: unknown) => void;
  readonly #client: AwsClient;

  /** Uses the bucket; nothing is asked yet. */
  constructor(settings: S3Settings, onError: (error: unknown) => void) {
    const { region, accessKeyId, secretAccessKey } = settings;
    this.#settings = settings;
    this.#onError = onError;
    this.#client = new AwsClient({
      ...{ region, accessKeyId, secretAccessKey, service: "s3" },
      retries: LIMITS.retries,
    });
  }

  /** Path of a key as a copy names its source. */
  pathOf(key: string): string {
    return new URL(this.#settings.address + key).pathname;
  }

  /** What all keys begin with, as lists of keys name it. */
  get prefix(): string {
    return this.pathOf("").split("/").slice(2).join("/");
  }

  /**
   * Sends a request; with no key to the bucket itself. What goes wrong is told
   * in the log, without secrets, and refused with `unavailable`: it may go well
   * later.
   */
  async send(
    method: string,
    key: string,
    { query = {}, headers = {}, body, expected = [] }: S3Request = {},
  ): Promise<Response> {
    const url = new URL(key === "" ? this.#root : this.#settings.address + key);
    for (const [name, value] of Object.entries(query)) {
      url.searchParams.set(name, value);
    }
    const hash = body === undefined ? {} : await bodyHash(body);
    const options = { method, headers: { ...headers, ...hash }, body };
    const answer = await this.#fetch(url, options).catch((error) =>
      this.#fail(method, key, error?.cause?.message ?? error?.message ?? error)
    );
    if (answer.ok || expected.includes(answer.status)) return answer;
    return this.#fail(method, key, await reasonOf(answer));
  }

  /** As {@link send}, for a request of which only the outcome matters. */
  async run(method: string, key: string, request: S3Request): Promise<void> {
    const answer = await this.send(method, key, request);
    const text = await answer.text().catch((error) =>
      this.#fail(method, key, error)
    );
    // Long work answers 200 at once and tells at the end how it went.
    if (answer.ok && text.includes("<Error>")) {
      this.#fail(method, key, textOf(text, "Code"));
    }
  }

  get #root(): string {
    const { origin } = new URL(this.#settings.address);
    return `${origin}/${this.pathOf("").split("/")[1]}`;
  }

  /** The time ends with the answer's head: a large file may take longer. */
  async #fetch(url: URL, options: object): Promise<Response> {
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new Error("no answer in time")),
      LIMITS.patience,
    );
    const { signal } = controller;
    return await this.#client.fetch(url.href, { ...options, signal })
      .finally(() => clearTimeout(timer));
  }

  #fail(method: string, key: string, reason: unknown): never {
    const what = `${method} ${key || "the list of files"}`;
    this.#onError(new Error(`The file store failed: ${what}: ${reason}`));
    throw new Refusal("unavailable");
  }
}

/** Lets the store notice what was changed on its way. */
async function bodyHash(body: Uint8Array<ArrayBuffer> | string) {
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : body;
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return { "x-amz-content-sha256": new Uint8Array(hash).toHex() };
}

async function reasonOf(answer: Response): Promise<string> {
  const text = await answer.text().catch(() => "");
  return `${answer.status} ${textOf(text, "Code") ?? ""}`.trim();
}

/** The first element's text in an answer. */
export function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}
