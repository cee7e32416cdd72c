/** Who may read the metrics. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Headers by which a proxy shows itself. */
const FORWARDING = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** Names of this machine: a page of another name that leads here is none of ours. */
const LOCAL_NAME = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const LOCAL_ADDRESS = /^(127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/;

/**
 * Whether a request may read the metrics: it comes from this machine itself,
 * by no proxy, or carries the token as `Authorization: Bearer …`.
 */
export function mayReadMetrics(
  request: Request,
  peer: Deno.Addr | undefined,
  token: string | null,
): boolean {
  const given = request.headers.get("authorization");
  if (given !== null && token !== null) return same(given, `Bearer ${token}`);
  return peer !== undefined && "hostname" in peer &&
    LOCAL_ADDRESS.test(peer.hostname) &&
    LOCAL_NAME.test(new URL(request.url).hostname) &&
    !FORWARDING.some((name) => request.headers.has(name));
}

/** In a time that tells nothing of either: digests have one length. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
