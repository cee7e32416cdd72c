/** Reading ordinary HTML forms and the addresses they lead to. */
import { readBytes, readText } from "./bodies.ts";
import { Refusal } from "./errors.ts";
import { reencodeSquare } from "./files/pictures.ts";
import { LIMITS } from "./protocol.ts";

/** Bytes in a form: the longest message, each of its bytes as `%E6`, and more. */
const FORM_BYTES = 256 * 1024;
const FORM_TYPE = "application/x-www-form-urlencoded";

/** The fields of a posted form; refused with `bad_frame` or `frame_too_big`. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim();
  if (type !== FORM_TYPE) throw new Refusal("bad_frame");
  return new URLSearchParams(await readText(request, FORM_BYTES));
}

/** Whether a posted form holds files. */
export function isMultipart(request: Request): boolean {
  const type = request.headers.get("content-type") ?? "";
  return type.startsWith("multipart/form-data");
}

/**
 * The file of a posted form that holds files; refused with `frame_too_big`
 * above `limit` bytes, or `bad_frame`.
 */
async function readUpload(
  request: Request,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // The form around the file takes some bytes as well.
  const body = await readBytes(request, limit + 4_096);
  const type = request.headers.get("content-type") ?? "";
  const form = await new Response(body, { headers: { "content-type": type } })
    .formData().catch(() => null);
  const file = form?.get(name);
  if (!(file instanceof File)) throw new Refusal("bad_frame");
  return await file.bytes();
}

/**
 * The picture of such a form as a square of `size` pixels at most, encoded
 * anew as WebP; refused with `bad_picture`, or `bad_frame`.
 */
export async function readPicture(
  request: Request,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readUpload(request, "picture", LIMITS.pictureBytes)
    .catch((error) => {
      const isBig = error instanceof Refusal && error.code === "frame_too_big";
      throw isBig ? new Refusal("bad_picture") : error;
    });
  const square = await reencodeSquare(bytes, size);
  if (square === null) throw new Refusal("bad_picture");
  return square;
}

/** Answers a form with the next page to load, and cookies where there are any. */
export function seeOther(
  path: string,
  cookies: readonly string[] = [],
): Response {
  const headers = new Headers({ location: path });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** Where someone is at home: the lobby, or the one room that a link opened to them. */
export function homeOf({ onlyRoom }: { onlyRoom: string | null }): string {
  return `/rooms/${onlyRoom ?? "lobby"}`;
}

/** The path to go on to, if it is one of this site; else `/rooms/lobby`. */
export function nextPath(next: string | null, url: URL): string {
  const fallback = "/rooms/lobby";
  // Browsers read `//host` and `/\host` as another site.
  if (next === null || !/^\/(?![/\\])/.test(next)) return fallback;
  try {
    const target = new URL(next, url.origin);
    // `/.//host` is `//host` once it is resolved.
    const isOurs = target.origin === url.origin &&
      !target.pathname.startsWith("//");
    return isOurs ? target.pathname + target.search : fallback;
  } catch {
    return fallback;
  }
}

/** The start page that leads back here once a stranger has entered. */
export function enterPath(url: URL): string {
  return `/?next=${encodeURIComponent(url.pathname + url.search)}`;
}
