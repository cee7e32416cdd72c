/** Serving pictures whose address changes with them. */

/** What is served. */
export interface ServedPicture {
  bytes: Uint8Array<ArrayBuffer>;
  /** Its media type. */
  type: string;
  hash: string;
}

/** An answer that may be kept for long where the address names this picture. */
export function pictureResponse(
  { bytes, type, hash }: ServedPicture,
  url: URL,
  keeper: "private" | "public",
): Response {
  const isThis = url.searchParams.get("v") === hash;
  return new Response(bytes, {
    headers: {
      "content-type": type,
      "cache-control": isThis
        ? `${keeper}, max-age=31536000, immutable`
        : `${keeper}, no-cache`,
      "content-security-policy": "default-src 'none'; sandbox",
    },
  });
}
