/** What a file is, found from its content, never from its name. */

/** What was found out about a file. */
export interface FileKind {
  /** Its media type, `application/octet-stream` where it is none we know. */
  type: string;
  /** Pixels as shown; absent for what is no picture, or one too large to show. */
  width?: number;
  height?: number;
}

/** Bytes from a file's start that tell what it is. */
export const HEAD_BYTES: number = 256 * 1024;

/** Pictures with more are kept as plain files: decoding them takes 4 bytes a pixel. */
export const PICTURE_LIMITS = { pixels: 50_000_000, side: 16_384 } as const;

const PICTURES = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
]);

/** Those that we name, by what the detector calls them. */
const NAMES = new Map([
  ...[...PICTURES].map((type) => [type, type] as const),
  ["image/apng", "image/png"],
  ["video/mp4", "video/mp4"],
  ["video/webm", "video/webm"],
  ["audio/mpeg", "audio/mpeg"],
  ["audio/ogg", "audio/ogg"],
  ["audio/wav", "audio/wav"],
  ["audio/mp4", "audio/mp4"],
  ["audio/x-m4a", "audio/mp4"],
  ["application/pdf", "application/pdf"],
  ["application/zip", "application/zip"],
]);

/** Whether a browser may show it in place: pictures without scripts, sound and video. */
export function isShownInPlace(type: string): boolean {
  return PICTURES.has(type) || /^(audio|video)\//.test(type);
}

/** What a file is by its first {@link HEAD_BYTES}, or all of it. */
export async function kindOf(head: Uint8Array): Promise<FileKind> {
  const type = await typeOf(head);
  return PICTURES.has(type) ? { type, ...await sizeOf(head) } : { type };
}

async function typeOf(head: Uint8Array): Promise<string> {
  // Here, since it is a tenth of what a start would load.
  const { fileTypeFromBuffer } = await import("file-type");
  // A file that ends in the middle of its header is no such file.
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const name = found?.mime.split(";")[0] ?? "";
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  if (head.length > 0 && isText(head)) return "text/plain";
  return "application/octet-stream";
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // The head may end within a character.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Width and height as the picture is shown, or nothing when it must not be. */
async function sizeOf(
  head: Uint8Array,
): Promise<{ width?: number; height?: number }> {
  const { imageSize } = await import("image-size");
  try {
    const { width, height, orientation = 1 } = imageSize(head);
    const fits = width > 0 && height > 0 &&
      width * height <= PICTURE_LIMITS.pixels &&
      Math.max(width, height) <= PICTURE_LIMITS.side;
    if (!fits) return {};
    // From 5 on the camera was held upright.
    return orientation >= 5
      ? { width: height, height: width }
      : { width, height };
  } catch {
    return {};
  }
}
