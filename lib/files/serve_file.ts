/** Answers requests for files: caching, parts, and no way to run anything. */
import { Refusal } from "../errors.ts";
import { isShownInPlace } from "./file_kind.ts";
import { dispositionOf } from "./file_names.ts";
import type { Files, StoredFile } from "./files.ts";

/** The policy of everything that people uploaded: it loads and runs nothing. */
export const FILE_POLICY = "default-src 'none'; sandbox";

/** A part of a file, `end` not included. */
interface Part {
  start: number;
  end: number;
}

/**
 * A message's file, or the preview of a picture. The answer may be kept by the
 * reader's own browser, which asks each time whether it still may show it.
 */
export async function serveFile(
  files: Files,
  file: StoredFile,
  { headers, method, preview }: {
    headers: Headers;
    method: string;
    preview: boolean;
  },
): Promise<Response> {
  const small = preview ? await files.preview(file) : null;
  const answer = fileHeaders(file, small !== null);
  const etag = answer.get("etag")!;
  if (isKnown(headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: answer });
  }
  if (small) return new Response(new Uint8Array(small), { headers: answer });
  answer.set("accept-ranges", "bytes");
  const part = partOf(headers, etag, file.size);
  if (part === null) {
    answer.set("content-range", `bytes */${file.size}`);
    return new Response(null, { status: 416, headers: answer });
  }
  const { start, end } = part ?? { start: 0, end: file.size };
  if (part) {
    answer.set("content-range", `bytes ${start}-${end - 1}/${file.size}`);
  }
  answer.set("content-length", String(end - start));
  const status = part ? 206 : 200;
  if (method === "HEAD") return new Response(null, { status, headers: answer });
  const body = await files.store.open(file.hash, { start, end });
  if (!body) throw new Refusal("no_file");
  return new Response(body, { status, headers: answer });
}

function fileHeaders(file: StoredFile, isPreview: boolean): Headers {
  const { name, type, hash } = file;
  const inPlace = isPreview || isShownInPlace(type);
  const full = type === "text/plain" ? `${type}; charset=utf-8` : type;
  return new Headers({
    "content-type": isPreview ? "image/webp" : full,
    "content-disposition": dispositionOf(
      inPlace ? "inline" : "attachment",
      name,
    ),
    "cache-control": "private, no-cache, no-transform",
    "etag": isPreview ? `"${hash}.preview"` : `"${hash}"`,
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
}

function isKnown(given: string | null, etag: string): boolean {
  const tags = given?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags?.some((tag) => tag === etag || tag === "*") ?? false;
}

/** The part asked for: undefined for all of it, null for one that isn't there. */
function partOf(
  headers: Headers,
  etag: string,
  size: number,
): Part | null | undefined {
  const condition = headers.get("if-range");
  if (condition !== null && condition !== etag) return undefined;
  // Several parts at once may be answered with all of it.
  const asked = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "");
  if (!asked || asked[0] === "bytes=-") return undefined;
  const [, first, last] = asked;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(Number(last) + 1, size) : size;
  return start < end ? { start, end } : null;
}
