/** Where requests may come from, and what address they were sent to. */
import type { Config } from "./config.ts";

/**
 * Whether pages of `origin` may use this server: its own host (or, behind a
 * trusted proxy, the forwarded one) and those of `ATOLL_ORIGINS`. The one
 * decision for WebSocket handshakes and for `csrf()`.
 */
export function isAllowedOrigin(
  origin: string | null,
  request: Request,
  config: Config,
): boolean {
  if (origin === null || !URL.canParse(origin)) return false;
  if (config.origins.includes(origin)) return true;
  return new URL(origin).host === publicUrl(request, config).host;
}

/** The address the browser sees; its protocol tells whether cookies are `Secure`. */
export function publicUrl(request: Request, config: Config): URL {
  const url = new URL(request.url);
  if (!config.trustProxy) return url;
  const host = firstOf(request.headers.get("x-forwarded-host")) ?? url.host;
  const protocol = firstOf(request.headers.get("x-forwarded-proto"));
  const scheme = protocol === "https" || protocol === "http"
    ? `${protocol}:`
    : url.protocol;
  const origin = `${scheme}//${host}`;
  if (!URL.canParse(origin)) return url;
  const shown = new URL(origin);
  shown.pathname = url.pathname;
  return shown;
}

/** The origin of the page that asks: passkeys belong to it. */
export function pageOrigin(request: Request, config: Config): string {
  const origin = request.headers.get("origin");
  return isAllowedOrigin(origin, request, config)
    ? origin!
    : publicUrl(request, config).origin;
}

/**
 * The address that a request came from: behind a trusted proxy what it added
 * last to `X-Forwarded-For`. Anything before that may have been made up.
 */
export function clientAddress(
  request: Request,
  info: Deno.ServeHandlerInfo | undefined,
  config: Config,
): string {
  const forwarded = request.headers.get("x-forwarded-for");
  const last = forwarded?.split(",").at(-1)?.trim();
  if (config.trustProxy && last) return last;
  const address = info?.remoteAddr;
  const host = address && "hostname" in address ? address.hostname : "";
  return host.replace(/^::ffff:/, "");
}

function firstOf(header: string | null): string | null {
  return header?.split(",")[0]?.trim() || null;
}
