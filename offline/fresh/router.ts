/** Finds the route of an address, and the folder whose rules apply to it. */
import type { Method } from "./define.ts";

/** All methods a route answers when it does not say which. */
// deno-fmt-ignore
export const METHODS: Method[] =
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

interface Entry<T> {
  pattern: string;
  matcher: URLPattern;
  byMethod: Map<string, T>;
}

/** What was found for a request. */
export interface Match<T> {
  /** The pattern, or null where none matches. */
  pattern: string | null;
  /** What answers the method, if anything does. */
  item: T | undefined;
  /** The methods the pattern answers. */
  allowed: string[];
  /** The values of the pattern's parameters. */
  params: Record<string, string>;
}

/** Routes in the order they were added; paths without parameters come first. */
export class Router<T> {
  #exact = new Map<string, Entry<T>>();
  #patterns = new Map<string, Entry<T>>();

  /** Adds a route; the first for a pattern and method stays. */
  add(method: Method, pattern: string, item: T): void {
    const entries = /[*:{}+?()]/.test(pattern) ? this.#patterns : this.#exact;
    const matcher = new URLPattern({ pathname: pattern });
    const entry = entries.get(pattern) ??
      { pattern, matcher, byMethod: new Map() };
    entries.set(pattern, entry);
    if (!entry.byMethod.has(method)) entry.byMethod.set(method, item);
  }

  /** The first route whose pattern matches, whatever its methods. */
  match(method: string, url: URL): Match<T> {
    const { pathname } = url;
    const other = pathname.endsWith("/")
      ? pathname.slice(0, -1)
      : `${pathname}/`;
    const exact = this.#exact.get(pathname) ?? this.#exact.get(other);
    if (exact !== undefined) return this.#found(exact, method, {});
    for (const entry of this.#patterns.values()) {
      const result = entry.matcher.exec(url);
      if (result) return this.#found(entry, method, result.pathname.groups);
    }
    return { pattern: null, item: undefined, allowed: [], params: {} };
  }

  #found(
    { pattern, byMethod }: Entry<T>,
    method: string,
    groups: Record<string, string | undefined>,
  ): Match<T> {
    const item = byMethod.get(method) ??
      (method === "HEAD" ? byMethod.get("GET") : undefined);
    const params = Object.fromEntries(
      Object.entries(groups).map((
        [name, value],
      ) => [name, decodeURI(value ?? "")]),
    );
    return { pattern, item, allowed: [...byMethod.keys()], params };
  }
}

/** The pattern of a route file: `rooms/[room]/index` → `/rooms/:room`. */
export function fileToPattern(id: string): string {
  const parts = id.split("/");
  if (parts.at(-1) === "index") parts.pop();
  return "/" + parts
    .filter((part) => !/^\(.*\)$/.test(part))
    .map((part) => part.replace(/^\[\.\.\.(.+)\]$/, ":$1*"))
    .map((part) => part.replaceAll(/\[(\w+)\]/g, ":$1"))
    .join("/");
}

/** Sorts route files: folder rules first, then fixed names, then parameters. */
export function compareRouteIds(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    return rank(x) - rank(y) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function rank(part: string): number {
  if (part.startsWith("_")) return 0;
  if (part.startsWith("[...")) return 4;
  return part.startsWith("[") ? 3 : 2;
}
