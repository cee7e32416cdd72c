/** Where rooms live in the address bar. */

/** Messages that are loaded on the way to an older one; what is further back has a page of its own. */
export const REACH = 2_000;

/** The path of a room's page. */
export function roomPath(slug: string): string {
  return `/rooms/${encodeURIComponent(slug)}`;
}

/** Where a message is shown in its room: found by its seq, or else its id. */
export function messagePath(
  slug: string,
  { id, seq }: { id: string; seq?: number },
): string {
  return `${roomPath(slug)}?at=${seq ?? id}#m-${id}`;
}

/** A page of the room's past around a message. */
export function pastPath(
  slug: string,
  { id, seq = 0 }: { id: string; seq?: number },
): string {
  return `${roomPath(slug)}?around=${seq}#m-${id}`;
}

/** The room and the message to which an address leads, or null for another one. */
export function placeOf(
  { pathname, searchParams, hash, href }: URL,
): { slug: string; message: string; href: string } | null {
  const isRoom = /^\/rooms\/[^/]+$/.test(pathname) && searchParams.has("at");
  if (!isRoom || !hash.startsWith("#m-")) return null;
  return { slug: slugOfPath(pathname), message: hash.slice(3), href };
}

/** The slug in a room's path, or an empty text. */
export function slugOfPath(path: string): string {
  const part = path.split("/")[2] ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
