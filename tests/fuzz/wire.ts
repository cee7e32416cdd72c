/** Bytes of a WebSocket: frames as they should be, and as they should not. */
import type { Random } from "../simulation/random.ts";
import { join, mutatedBytes, randomBytes } from "./strange.ts";

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 };

/** How a frame is written. */
export interface FrameOptions {
  opcode?: number;
  fin?: boolean;
  /** The three reserved bits. */
  rsv?: number;
  masked?: boolean;
  /** Length that it claims to have. */
  claims?: bigint;
  /** Bytes in which the length is written: 0, 2 or 8. */
  lengthBytes?: 0 | 2 | 8;
}

/** One frame, by RFC 6455 unless the options say otherwise. */
export function wireFrame(
  payload: Uint8Array<ArrayBuffer> | string,
  options: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const { opcode = OPCODE.text, fin = true, rsv = 0, masked = true } = options;
  const bytes = join(payload);
  const first = (fin ? 0x80 : 0) | rsv << 4 | opcode;
  const key = new Uint8Array([0x12, 0x34, 0x56, 0x78]);
  const body = masked ? bytes.map((byte, i) => byte ^ key[i % 4]!) : bytes;
  const length = lengthOf(options.claims ?? BigInt(bytes.length), options);
  length[0]! |= masked ? 0x80 : 0;
  const mask = masked ? key : new Uint8Array();
  return join(new Uint8Array([first]), length, mask, body);
}

function lengthOf(length: bigint, { lengthBytes }: FrameOptions) {
  const size = lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  if (size === 0) return new Uint8Array([Number(length & 0x7fn)]);
  const bytes = new Uint8Array(1 + size);
  const view = new DataView(bytes.buffer);
  bytes[0] = size === 2 ? 126 : 127;
  if (size === 2) view.setUint16(1, Number(length & 0xffffn));
  else view.setBigUint64(1, length);
  return bytes;
}

/** The text in pieces, with control frames in between: allowed by the RFC. */
export function fragmented(
  text: string,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const bytes = join(text);
  const parts: Uint8Array[] = [];
  const size = Math.max(1, Math.ceil(bytes.length / random.int(1, 30)));
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    const opcode = at === 0 ? OPCODE.text : OPCODE.continuation;
    const fin = at + size >= bytes.length;
    parts.push(wireFrame(bytes.slice(at, at + size), { opcode, fin }));
    if (random.chance(0.3)) parts.push(wireFrame("p", { opcode: OPCODE.ping }));
  }
  return join(...parts);
}

/** Something that a peer which follows the RFC does not send. */
export function brokenWire(
  text: string,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const one = (options: FrameOptions) => wireFrame(text, options);
  const badUtf8 = new Uint8Array([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff]);
  return random.pick([
    () => one({ rsv: random.int(1, 7) }),
    () => one({ opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) }),
    () => one({ masked: false }),
    () => one({ opcode: OPCODE.continuation }),
    () => one({ opcode: OPCODE.binary }),
    () => join(one({ fin: false }), one({})),
    () => one({ claims: random.pick([2n ** 63n, 2n ** 63n - 1n, 2n ** 32n]) }),
    () => one({ claims: BigInt(text.length + random.int(1, 100)) }),
    () => one({ lengthBytes: 8 }),
    () => one({ lengthBytes: 2 }),
    () => wireFrame(badUtf8),
    () =>
      join(
        wireFrame(badUtf8.slice(0, 1), { fin: false }),
        wireFrame(badUtf8.slice(1), { opcode: OPCODE.continuation }),
      ),
    () =>
      wireFrame("x".repeat(random.int(126, 9_000)), { opcode: OPCODE.ping }),
    () => wireFrame("p", { opcode: OPCODE.ping, fin: false }),
    () => wireFrame(new Uint8Array(1), { opcode: OPCODE.close }),
    () => wireFrame(closing(random), { opcode: OPCODE.close }),
    () => join(wireFrame(closing(random), { opcode: OPCODE.close }), one({})),
    () => join(...Array(200).fill(wireFrame("", { opcode: OPCODE.ping }))),
    () =>
      join(
        one({ fin: false }),
        ...Array(500).fill(wireFrame("", { opcode: 0, fin: false })),
      ),
    () => wireFrame("x".repeat(random.int(65_000, 300_000))),
    () => fragmented("y".repeat(random.int(65_000, 300_000)), random),
    () => mutatedBytes(one({}), random),
    () => one({}).slice(0, random.int(0, text.length)),
    () => randomBytes(random, 2_000),
  ])();
}

function closing(random: Random): Uint8Array<ArrayBuffer> {
  const code = random.pick([
    0,
    999,
    1000,
    1005,
    1006,
    1015,
    2999,
    5000,
    65_535,
  ]);
  const reason = random.chance(0.5)
    ? new Uint8Array([0xff, 0xfe])
    : randomBytes(random, 200);
  return join(new Uint8Array([code >> 8, code & 0xff]), reason);
}
