/**
 * Decodes, shrinks and encodes one picture, in a thread of its own: bytes from
 * strangers may take long or much memory, and ending the thread gives all back.
 * The codecs are WebAssembly, which reaches nothing outside its memory.
 */
import decodeAvif, { init as initAvif } from "@jsquash/avif/decode.js";
import decodeJpeg, { init as initJpeg } from "@jsquash/jpeg/decode.js";
import decodePng, { init as initPng } from "@jsquash/png/decode.js";
import decodeWebp, { init as initWebp } from "@jsquash/webp/decode.js";
import encodeWebp, { init as initEncoder } from "@jsquash/webp/encode.js";
import { GifReader } from "omggif";
import { type Crop, type Pixels, scaleDown } from "./picture_scale.ts";

/** A picture to be made smaller. */
export interface PictureRequest {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  /** Its longest side afterwards, in pixels; never more than it has. */
  size: number;
  /** Whether to cut its middle out as a square. */
  square: boolean;
}

/** The picture as WebP without any metadata; null when it can't be read. */
export type PictureAnswer = Uint8Array<ArrayBuffer> | null;

const QUALITY = 80;

/** WebAssembly's pages that a codec may have, of 64 KiB: 1 GiB. */
const MOST_PAGES = 16_384;

// The codecs say what is wrong with a picture: strangers don't write our log.
Object.assign(console, { log() {}, warn() {}, error() {} });

// A picture may be larger than its header says, which was checked: the codec
// then finds no memory, and gives up.
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength / 65_536 + pages > MOST_PAGES) {
    throw new RangeError("Cannot give a picture more memory");
  }
  return grow.call(this, pages);
};

type Decode = (bytes: ArrayBuffer) => Promise<Pixels> | Pixels;

/** Decoders by type. */
const DECODERS: Record<string, () => Promise<Decode>> = {
  "image/jpeg": async () => {
    await initJpeg(
      await compile("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm"),
    );
    // Turned as the camera was held, which is then not said any more.
    return (bytes) => decodeJpeg(bytes, { preserveOrientation: true });
  },
  "image/png": async () => {
    await initPng(await compile("@jsquash/png/codec/pkg/squoosh_png_bg.wasm"));
    return decodePng;
  },
  "image/webp": async () => {
    const codec = await compile("@jsquash/webp/codec/dec/webp_dec.wasm");
    await initWebp(codec);
    return decodeWebp;
  },
  "image/gif": () => Promise.resolve(decodeGif),
  "image/avif": async () => {
    await initAvif(await compile("@jsquash/avif/codec/dec/avif_dec.wasm"));
    return async (bytes) => {
      // The codec turns nothing; rare, and shown as it is.
      const head = new TextDecoder("latin1").decode(bytes.slice(0, 4096));
      const picture = /irot|imir/.test(head) ? null : await decodeAvif(bytes);
      if (picture === null) throw new Error("Cannot be read as it is shown");
      return picture;
    };
  },
};

/** The first frame, which moves nobody who only reads. */
function decodeGif(bytes: ArrayBuffer): Pixels {
  const reader = new GifReader(new Uint8Array(bytes));
  const { width, height } = reader;
  const frame = reader.frameInfo(0);
  const fits = frame.x + frame.width <= width &&
    frame.y + frame.height <= height;
  // The size of the whole was checked, that of its frames was not.
  if (!fits) throw new Error("A frame is larger than the picture");
  const data = new Uint8ClampedArray(width * height * 4);
  reader.decodeAndBlitFrameRGBA(0, data);
  return { data, width, height };
}

self.onmessage = async ({ data }: MessageEvent<PictureRequest>) => {
  self.postMessage(await answer(data));
};

/** Rejects where the fault is ours: a codec that can't be loaded. */
async function answer(request: PictureRequest): Promise<PictureAnswer> {
  const decode = await DECODERS[request.type]?.();
  if (!decode) return null;
  let source: Pixels;
  try {
    source = await decode(request.bytes.buffer);
  } catch {
    return null;
  }
  return await encode(shrink(source, request));
}

function shrink(source: Pixels, { size, square }: PictureRequest): Pixels {
  const { width, height } = source;
  const side = Math.min(width, height);
  const crop: Crop = square
    ? {
      x: (width - side) >> 1,
      y: (height - side) >> 1,
      width: side,
      height: side,
    }
    : { x: 0, y: 0, width, height };
  const factor = Math.min(1, size / Math.max(crop.width, crop.height));
  return scaleDown(source, crop, {
    width: Math.max(1, Math.round(crop.width * factor)),
    height: Math.max(1, Math.round(crop.height * factor)),
  });
}

async function encode(
  { data, width, height }: Pixels,
): Promise<Uint8Array<ArrayBuffer>> {
  await initEncoder(
    await compile("@jsquash/webp/codec/enc/webp_enc_simd.wasm"),
  );
  const image = { data, width, height, colorSpace: "srgb" } as ImageData;
  return new Uint8Array(await encodeWebp(image, { quality: QUALITY }));
}

async function compile(path: string): Promise<WebAssembly.Module> {
  const file = new URL(import.meta.resolve(path));
  return await WebAssembly.compile(await Deno.readFile(file));
}
