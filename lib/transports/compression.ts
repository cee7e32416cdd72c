/** Compresses answers as the runtime's own server does. */

/** Kinds of content that get smaller. */
const COMPRESSIBLE =
  /^(text\/|application\/(json|javascript|manifest\+json|xml)|image\/svg)/;

/** Shorter answers are not worth it, in bytes. */
const LEAST = 512;

/** The answer in gzip, where the asker takes it and it helps. */
export function compressed(request: Request, response: Response): Response {
  if (!mayBe(response)) return response;
  const headers = new Headers(response.headers);
  headers.append("vary", "accept-encoding");
  if (request.method === "HEAD" || !takesGzip(request)) {
    return new Response(response.body, {
      ...{ status: response.status, statusText: response.statusText },
      headers,
    });
  }
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  // Its bytes are others than those of the uncompressed one.
  const tag = headers.get("etag");
  if (tag && !tag.startsWith("W/")) headers.set("etag", `W/${tag}`);
  const body = response.body!.pipeThrough(new CompressionStream("gzip"));
  return new Response(body, {
    ...{ status: response.status, statusText: response.statusText },
    headers,
  });
}

function mayBe({ body, status, headers }: Response): boolean {
  return body !== null && status !== 206 &&
    !headers.has("content-encoding") && !headers.has("content-range") &&
    !/no-transform/.test(headers.get("cache-control") ?? "") &&
    COMPRESSIBLE.test(headers.get("content-type") ?? "") &&
    Number(headers.get("content-length") ?? LEAST) >= LEAST;
}

function takesGzip(request: Request): boolean {
  const accepted = request.headers.get("accept-encoding") ?? "";
  return accepted.split(",").some((coding) =>
    /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(coding)
  );
}
