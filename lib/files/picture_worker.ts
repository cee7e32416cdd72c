/**
 * Decodes, shrinks and encodes one picture, in a thread of its own: bytes from
 * strangers may take long or much memory, and ending the thread gives all back.
 * The codecs are WebAssembly, which reaches nothing outside its memory.
 */
import decodeJpeg, { init as initJpeg } from "@jsquash/jpeg/decode.js";
import decodePng, { init as initPng } from "@jsquash/png/decode.js";
import decodeWebp, { init as initWebp } from "@jsquash/webp/decode.js";
import encodeWebp, { init as initEncoder } from "@jsquash/webp/encode.js";
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

// The codecs say what is wrong with a picture: strangers don't write our log.
Object.assign(console, { log() {}, warn() {}, error() {} });

type Decode = (bytes: ArrayBuffer) => Promise<Pixels>;

/** Decoders by type; GIF and AVIF have none here: small, or rare. */
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
};

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
