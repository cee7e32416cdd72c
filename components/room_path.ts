/** Where rooms live in the address bar. */

/** The path of a room's page. */
export function roomPath(slug: string): string {
  return `/rooms/${encodeURIComponent(slug)}`;
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
