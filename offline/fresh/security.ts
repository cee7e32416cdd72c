/** The middlewares that set the content security policy and stop forgeries. */
import { type Context, HttpError, type Middleware } from "./context.ts";
import { nonces } from "./render.ts";

/** What `csp()` may be told. */
export interface CSPOptions {
  /** Directives that add to the defaults, or replace those of the same name. */
  csp?: string[];
  /** Allow the scripts and styles of the page itself by nonce, not all inline. */
  useNonce?: boolean;
}

const DEFAULT_DIRECTIVES = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** Adds a Content-Security-Policy to every response. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { csp: own = [], useNonce = false } = options;
  const name = (directive: string) => directive.split(" ")[0];
  const replaced = new Set(own.map(name));
  const directives = DEFAULT_DIRECTIVES
    .filter((item) => !replaced.has(name(item))).concat(own);

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonces.get(response) : undefined;
    const policy = directives.map((item) =>
      nonce && /^(script|style|default)-src/.test(item)
        ? item.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`)
        : item
    ).join("; ");
    response.headers.set("Content-Security-Policy", policy);
    return response;
  };
}

/** Which origins `csrf()` lets in. */
// deno-lint-ignore no-explicit-any
export interface CsrfOptions<State = any> {
  /** One origin, several, or a function; the app's own by default. */
  origin?:
    | string
    | string[]
    | ((origin: string, context: Context<State>) => boolean);
}

/** Refuses writing requests that another site's page has sent. */
export function csrf<State>(options: CsrfOptions = {}): Middleware<State> {
  const isAllowed = (origin: string | null, ctx: Context<State>): boolean => {
    const allowed = options.origin || ctx.url.origin;
    if (origin === null) return false;
    if (typeof allowed === "function") return allowed(origin, ctx);
    return [allowed].flat().includes(origin);
  };
  return async (ctx) => {
    const { method, headers } = ctx.req;
    const site = headers.get("Sec-Fetch-Site");
    const origin = headers.get("Origin");
    const isSafe = ["GET", "HEAD", "OPTIONS"].includes(method) ||
      site === "same-origin" || site === "none" ||
      // Neither header: not a browser, which always sends one of them.
      (site === null && origin === null);
    if (isSafe || isAllowed(origin, ctx)) return await ctx.next();
    throw new HttpError(403);
  };
}
