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

/** Names and addresses by which a machine reaches itself. */
const LOCAL_NAME =
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/** Whether an address leads nowhere but to the machine that follows it. */
export function isLocal({ hostname }: URL): boolean {
  return LOCAL_NAME.test(hostname);
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
  return address && "hostname" in address ? address.hostname : "";
}

/** Characters of an address; what a proxy passes on may be anything. */
const LONGEST_ADDRESS = 64;

/**
 * What counts as one place that requests come from: an IPv4 address, or the
 * first 64 bits of one of IPv6: whoever has one of those has all the others.
 */
export function networkOf(given: string): string {
  // Some proxies add the port, which is another one each time.
  const address = given.replace(/^([\d.]+):\d+$/, "$1");
  if (!address.includes(":") || address.includes(".")) {
    return address.slice(0, LONGEST_ADDRESS);
  }
  const [start = "", end] = address.split("::");
  const groups = start.split(":").filter((group) => group !== "");
  if (end !== undefined) {
    const last = end.split(":").filter((group) => group !== "");
    while (groups.length + last.length < 8) groups.push("0");
    groups.push(...last);
  }
  return groups.slice(0, 4).join(":").slice(0, LONGEST_ADDRESS);
}

function firstOf(header: string | null): string | null {
  return header?.split(",")[0]?.trim() || null;
}
