/** Makes small pictures of large ones, within bounds of time and memory. */
import { kindOf } from "./file_kind.ts";
import type { PictureAnswer, PictureRequest } from "./picture_worker.ts";
import { Turns } from "./turns.ts";

/** Milliseconds that one picture may take; 50 megapixels take about 3 s. */
const TIME_LIMIT = 20_000;

/** The types of which small ones can be made. */
const READABLE = new Set([
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/gif",
  "image/avif",
]);

const turns = new Turns();

/**
 * The picture with a longest side of `size` pixels or less, as WebP without
 * metadata and turned as the camera was held, of a moving one the first frame; null when it can't be read, or not in
 * time. One at a time: a large one takes some hundred MiB while it is decoded.
 */
export function shrinkPicture(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  timeLimit: number = TIME_LIMIT,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return inTurn(bytes, { size, square: false }, timeLimit);
}

/** The middle of a picture as a square of `size` pixels or less; else as {@link shrinkPicture}. */
export function reencodeSquare(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return inTurn(bytes, { size, square: true }, TIME_LIMIT);
}

function inTurn(
  bytes: Uint8Array<ArrayBuffer>,
  shape: Pick<PictureRequest, "size" | "square">,
  timeLimit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return turns.run(async () => {
    const { type, width } = await kindOf(bytes);
    // A size that is not known, or too large, is never decoded.
    if (width === undefined || !READABLE.has(type)) return null;
    return await run({ ...shape, bytes, type }, timeLimit);
  });
}

function run(
  request: PictureRequest,
  timeLimit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const url = new URL("./picture_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", name: "picture" });
  const { promise, resolve, reject } = Promise.withResolvers<PictureAnswer>();
  const timer = setTimeout(() => resolve(null), timeLimit);
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`No picture could be made: ${event.message}`));
  };
  // Whoever asked may still use the bytes: the thread gets a copy of its own.
  const bytes = request.bytes.slice();
  worker.postMessage({ ...request, bytes }, [bytes.buffer]);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}
