/** What server and browser share; the bundler puts the build's id in place. */
import type { ComponentChildren } from "preact";

declare const FRESH_BUILD_ID: string | undefined;

/** The build's id, and where the server collects what `<Head>` holds. */
export const shared: {
  buildId: string;
  collectHead: ((children: ComponentChildren) => void) | null;
} = {
  buildId: typeof FRESH_BUILD_ID === "undefined" ? "" : FRESH_BUILD_ID,
  collectHead: null,
};

/** Whether the code runs in a browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/** The address under which a static file may be cached for ever. */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://localhost");
  if (url.searchParams.has("__frsh_c")) return path;
  url.searchParams.set("__frsh_c", shared.buildId);
  return url.pathname + url.search + url.hash;
}

/** Moves its children into the document's head; on the server only. */
export function Head(props: { children?: ComponentChildren }): null {
  shared.collectHead?.(props.children);
  return null;
}
