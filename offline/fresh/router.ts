/** Finds the route of an address. */
import type { Method } from "./define.ts";

/** All methods. */
// deno-fmt-ignore
export const METHODS: Method[] =
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

interface Route<T> {
  pattern: string;
  /** Of a path with parameters. */
  matcher: URLPattern | undefined;
  byMethod: Map<string, T>;
}

/** What was found: the first pattern that matches, whatever its methods. */
export interface Match<T> {
  pattern: string | null;
  item: T | undefined;
  params: Record<string, string>;
}

/** Routes in the order they were added; paths without parameters come first. */
export class Router<T> {
  #exact = new Map<string, Route<T>>();
  #patterns = new Map<string, Route<T>>();

  /** Adds a route; the first for a pattern and method stays. */
  add(method: Method, pattern: string, item: T): void {
    const isExact = !/[*:{}+?()]/.test(pattern);
    const routes = isExact ? this.#exact : this.#patterns;
    const matcher = isExact ? undefined : new URLPattern({ pathname: pattern });
    const route = routes.get(pattern) ??
      { pattern, matcher, byMethod: new Map() };
    routes.set(pattern, route);
    if (!route.byMethod.has(method)) route.byMethod.set(method, item);
  }

  /** Finds the route of the address. */
  match(method: string, url: URL): Match<T> {
    const { pathname } = url;
    const other = pathname.endsWith("/")
      ? pathname.slice(0, -1)
      : `${pathname}/`;
    const route = this.#exact.get(pathname) ?? this.#exact.get(other) ??
      this.#patterns.values().find(({ matcher }) => matcher!.test(url));
    if (!route) return { pattern: null, item: undefined, params: {} };
    const { pattern, matcher, byMethod } = route;
    const item = byMethod.get(method) ??
      (method === "HEAD" ? byMethod.get("GET") : undefined);
    const groups = matcher?.exec(url)?.pathname.groups ?? {};
    const params = Object.entries(groups)
      .map(([name, value]) => [name, decodeURI(value ?? "")]);
    return { pattern, item, params: Object.fromEntries(params) };
  }
}

/** The pattern of a route file: `rooms/[room]/index` → `/rooms/:room`. */
export function fileToPattern(id: string): string {
  const parts = id.replace(/(^|\/)index$/, "").split("/")
    .filter((part) => part !== "" && !/^\(.*\)$/.test(part))
    .map((part) => part.replace(/^\[\.\.\.(.+)\]$/, ":$1*"))
    .map((part) => part.replaceAll(/\[(\w+)\]/g, ":$1"));
  return `/${parts.join("/")}`;
}

/** Sorts route files: folder rules first, then fixed names, then parameters. */
export function compareRouteIds(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  const index = left.findIndex((part, i) => part !== right[i]);
  const [x = "", y = ""] = [left[index], right[index]];
  return rank(x) - rank(y) || (x < y ? -1 : 1);
}

function rank(part: string): number {
  if (part.startsWith("_")) return 0;
  if (part.startsWith("[...")) return 3;
  return part.startsWith("[") ? 2 : 1;
}
