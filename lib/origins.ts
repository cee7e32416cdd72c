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

function firstOf(header: string | null): string | null {
  return header?.split(",")[0]?.trim() || null;
}
