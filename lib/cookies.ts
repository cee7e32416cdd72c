/** Reads cookies as strangers may send them. */

/**
 * The value of a request's cookie, or undefined. Unlike `getCookies` of
 * `@std/http` it never throws: a header that is not well-formed is no reason
 * to show somebody an error page.
 */
export function cookieOf(headers: Headers, name: string): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    try {
      return decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}
