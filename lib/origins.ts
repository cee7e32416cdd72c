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
  const host = firstOf(request.headers.get("x-forwarded-host"));
  const protocol = firstOf(request.headers.get("x-forwarded-proto"));
  if (host !== null && URL.canParse(`http://${host}`)) url.host = host;
  if (protocol === "http" || protocol === "https") url.protocol = protocol;
  return url;
}

function firstOf(header: string | null): string | null {
  return header?.split(",")[0]?.trim() || null;
}
