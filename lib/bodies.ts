/** Reads bodies of requests, within bounds. */
import * as v from "valibot";
import { Refusal } from "./errors.ts";
import { LIMITS } from "./protocol.ts";

/**
 * A request's JSON body after its check by a valibot schema; refused with
 * `frame_too_big`, `bad_json` or `bad_frame`.
 */
export async function readJson<T>(
  request: Request,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const text = await readText(request, LIMITS.frameBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("bad_json");
  }
  const result = v.safeParse(schema, value);
  if (!result.success) throw new Refusal("bad_frame");
  return result.output;
}

/**
 * A request's body as text; refused with `frame_too_big` once it has more
 * than `limit` bytes, whatever length it claims.
 */
export async function readText(
  request: Request,
  limit: number,
): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, limit));
}

/**
 * A request's body; refused with `frame_too_big` as in {@link readText}, with
 * `body_too_slow`, with `upload_broken` when it breaks off, or with `too_fast`
 * while others' bodies fill the memory that is set aside for them.
 */
export async function readBytes(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const network = strangers.get(request);
  const share = network === undefined ? SHARES.people : SHARES.strangers;
  const most = Math.min(limit, share.most);
  const reader = request.body?.getReader();
  const deadline = new Deadline(share.time);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    while (reader) {
      const { done, value } = await deadline.limit(
        reader.read().catch(breakOff),
      );
      if (done) break;
      size += value.length;
      const fits = hold(share, network, value.length);
      if (size > most) throw new Refusal("frame_too_big");
      if (!fits) throw new Refusal("too_fast", 1_000);
      chunks.push(value);
    }
    return await new Blob(chunks).bytes();
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw error;
  } finally {
    hold(share, network, -size);
    deadline.end();
  }
}

/** What the bodies of some may take while they arrive. */
interface Share {
  /** Bytes of one. */
  readonly most: number;
  /** Bytes of all together. */
  readonly inAll: number;
  /** Bytes of those from one network. */
  readonly inEach: number;
  /** Milliseconds until one is there. */
  readonly time: number;
  /** Bytes that are held now. */
  held: number;
  /** Those of each network. */
  readonly heldBy: Map<string, number>;
}

/** Strangers send names, codes and passwords; one network can't keep all others out. */
export const SHARES: { readonly strangers: Share; readonly people: Share } = {
  strangers: {
    ...{ most: 16 * 1024, inAll: 2 * 1024 ** 2, inEach: 512 * 1024 },
    ...{ time: 10_000, held: 0, heldBy: new Map() },
  },
  people: {
    ...{ most: Infinity, inAll: 64 * 1024 ** 2, inEach: Infinity },
    ...{ time: 120_000, held: 0, heldBy: new Map() },
  },
};

const strangers = new WeakMap<Request, string>();

/** Tells that nobody vouches for a request from a network: its body is read as a stranger's. */
export function markStranger(request: Request, network: string): void {
  strangers.set(request, network);
}

/** Counts bytes that came, or went; tells whether they are within the share. */
function hold(share: Share, network: string | undefined, bytes: number) {
  share.held += bytes;
  if (network === undefined) return share.held <= share.inAll;
  const own = (share.heldBy.get(network) ?? 0) + bytes;
  if (own > 0) share.heldBy.set(network, own);
  else share.heldBy.delete(network);
  return share.held <= share.inAll && own <= share.inEach;
}

/** A time in which several things must happen, one after another. */
class Deadline {
  readonly #passed = Promise.withResolvers<never>();
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(time: number) {
    this.#passed.promise.catch(() => {});
    this.#timer = setTimeout(
      () => this.#passed.reject(new Refusal("body_too_slow")),
      time,
    );
  }

  limit<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#passed.promise]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Whoever hangs up in the middle is at fault, and not the server. */
function breakOff(): never {
  throw new Refusal("upload_broken");
}
