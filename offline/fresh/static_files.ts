/** Serves static files, and lets browsers keep those whose address changes. */
import { type Middleware, snapshotOf } from "./context.ts";
import { scriptPath, type StaticFile } from "./snapshot.ts";

const FOREVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";

/** Answers with the file of that name in `static/` or in the build. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const { buildId, development, files } = snapshotOf(ctx);
    const file = files.get(normalize(url.pathname));
    if (file === undefined) {
      // Browsers ask for it on their own: no need to render an error page.
      if (url.pathname !== "/favicon.ico") return await ctx.next();
      return new Response(null, { status: 404 });
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }
    const version = url.searchParams.get("__frsh_c");
    if (version !== null && version !== buildId) return withoutVersion(url);

    const isForever = version !== null ||
      url.pathname.startsWith(scriptPath(buildId));
    const headers = new Headers({
      "Content-Type": file.contentType,
      "Cache-Control": isForever && !development ? FOREVER : NEVER,
      vary: "If-None-Match",
    });
    if (development) return await send(file, headers);
    headers.set("ETag", `W/"${file.hash}"`);
    return req.headers.get("If-None-Match") === headers.get("ETag")
      ? new Response(null, { status: 304, headers })
      : await send(file, headers);
  };
}

/** The path as a build writes it, each part encoded alike. */
function normalize(pathname: string): string {
  try {
    const parts = decodeURIComponent(pathname).split("/");
    return parts.map(encodeURIComponent).join("/");
  } catch {
    return "";
  }
}

/** Leads from the address of an older build to the present file. */
function withoutVersion(url: URL): Response {
  url.searchParams.delete("__frsh_c");
  const headers = { location: url.pathname + url.search };
  return new Response(null, { status: 307, headers });
}

async function send({ source }: StaticFile, headers: Headers) {
  const content = typeof source === "string"
    ? await Deno.readFile(source)
    : source;
  headers.set("Content-Length", String(content.byteLength));
  return new Response(content, { headers });
}
