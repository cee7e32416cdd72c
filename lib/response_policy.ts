/** Headers that every page and answer carries. */
import type { Middleware } from "fresh";
import type { State } from "./app.ts";
import { FILE_POLICY } from "./files/serve_file.ts";
import { publicUrl } from "./origins.ts";

const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  // What only its reader may see is not there any more after signing out,
  // and going back shows a page as it is now.
  "cache-control": "no-store",
} as const;

/**
 * Sets the headers, shuts in what people uploaded, and takes `upgrade-insecure-requests` out of the
 * Content-Security-Policy over plain HTTP, where it would send a browser on a
 * local network to an HTTPS port that does not exist.
 */
export const responsePolicy: Middleware<State> = async (
  ctx,
): Promise<Response> => {
  const response = await ctx.next();
  if (response.status === 101) return response;
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  if (response.headers.has("content-disposition")) {
    response.headers.set("content-security-policy", FILE_POLICY);
  }
  const policy = response.headers.get("content-security-policy");
  const { protocol } = publicUrl(ctx.req, ctx.state.atoll.config);
  if (policy && protocol === "http:") {
    const plain = policy.replace(/;?\s*upgrade-insecure-requests/, "");
    response.headers.set("content-security-policy", plain);
  }
  return response;
};
