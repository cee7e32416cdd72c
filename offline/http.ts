/** Stand-in for `@std/http` and `@std/http/cookie`: the cookie functions. */

/** A cookie and its attributes, as RFC 6265 names them. */
export interface Cookie {
  name: string;
  value: string;
  /** When the browser drops it: a date, or milliseconds since 1970. */
  expires?: Date | number;
  /** Seconds until the browser drops it; 0 drops it at once. */
  maxAge?: number;
  domain?: string;
  path?: string;
  secure?: boolean;
  httpOnly?: boolean;
  partitioned?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
}

// RFC 6265: a cookie's name is a token, its value printable ASCII without
// quotes, commas, semicolons and backslashes.
const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;
const PATH = /^[\x20-\x3a\x3c-\x7e]*$/;

/** The cookies of a request's headers, by name. */
export function getCookies(headers: Headers): Partial<Record<string, string>> {
  const cookies: Partial<Record<string, string>> = Object.create(null);
  const header = headers.get("Cookie");
  if (header === null) return cookies;
  for (const pair of header.split(";")) {
    const [name = "", ...value] = pair.split("=");
    if (name === "") throw new SyntaxError("Cookie cannot start with '='");
    cookies[name.trim()] = value.join("=");
  }
  return cookies;
}

/** Adds a `Set-Cookie` header. */
export function setCookie(headers: Headers, cookie: Cookie): void {
  if (cookie.name) {
    headers.append("Set-Cookie", serialize(withPrefixRules(cookie)));
  }
}

/** Adds a `Set-Cookie` header that makes the browser drop the cookie. */
export function deleteCookie(
  headers: Headers,
  name: string,
  attributes?: Pick<
    Cookie,
    "path" | "domain" | "secure" | "httpOnly" | "partitioned"
  >,
): void {
  setCookie(headers, { name, value: "", expires: new Date(0), ...attributes });
}

/** Browsers accept the prefixed names only with these attributes. */
function withPrefixRules(cookie: Cookie): Cookie {
  if (cookie.name.startsWith("__Host")) {
    const { domain: _, ...rest } = cookie;
    return { ...rest, path: "/", secure: true };
  }
  return cookie.name.startsWith("__Secure")
    ? { ...cookie, secure: true }
    : cookie;
}

function serialize(cookie: Cookie): string {
  check(NAME.test(cookie.name), "name", cookie.name);
  check(VALUE.test(cookie.value), "value", cookie.value);
  check(PATH.test(cookie.path ?? ""), "path", cookie.path);
  check(!/^-|[-.]$|;/.test(cookie.domain ?? ""), "domain", cookie.domain);
  if (cookie.maxAge !== undefined && cookie.maxAge < 0) {
    throw new RangeError(
      `Cannot serialize cookie as Max-Age must be >= 0: received ${cookie.maxAge}`,
    );
  }
  const parts = [
    `${cookie.name}=${cookie.value}`,
    cookie.secure && "Secure",
    cookie.httpOnly && "HttpOnly",
    cookie.partitioned && "Partitioned",
    Number.isInteger(cookie.maxAge) && `Max-Age=${cookie.maxAge}`,
    cookie.domain && `Domain=${cookie.domain}`,
    cookie.sameSite && `SameSite=${cookie.sameSite}`,
    cookie.path && `Path=${cookie.path}`,
    cookie.expires && `Expires=${new Date(cookie.expires).toUTCString()}`,
  ];
  return parts.filter(Boolean).join("; ");
}

function check(valid: boolean, part: string, value: unknown): void {
  if (!valid) throw new SyntaxError(`Invalid cookie ${part}: "${value}"`);
}
