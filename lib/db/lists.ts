/** How many rows to write, look up or read at once. */
import { Buffer } from "node:buffer";

/** Rows of the longest insert: lists come in a few lengths only, so that prepared statements stay few. */
const LONGEST = 64;

/** What an entry or a message weighs besides its body, ids and names included. */
const ENTRY_BYTES = 300;

/** UTF-8 bytes that an entry or a message has on the wire, about. */
export function weightOf(...texts: (string | null)[]): number {
  return texts.reduce(
    (sum, text) => sum + (text === null ? 0 : Buffer.byteLength(text)),
    ENTRY_BYTES,
  );
}

/** The values, the last one repeated until their number is a power of two. */
export function padded<T>(values: readonly T[]): T[] {
  const missing = 2 ** Math.ceil(Math.log2(values.length)) - values.length;
  return [...values, ...Array<T>(missing).fill(values.at(-1)!)];
}

/** The values in pieces whose lengths are powers of two, 64 at most. */
export function* chunks<T>(values: readonly T[]): Generator<T[]> {
  for (let start = 0, length = LONGEST; start < values.length;) {
    while (length > values.length - start) length /= 2;
    yield values.slice(start, start += length);
  }
}
