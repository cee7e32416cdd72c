/** Names of files, safe to store, to show and to hand to a browser. */

/** UTF-8 bytes that every file system takes as one name. */
const NAME_BYTES = 255;

// Overrides of direction show `gpj.exe` as `exe.jpg`.
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;
// Separators, and what Windows refuses in a name.
const FORBIDDEN = /[<>:"|?*]/g;

/**
 * The name without folders, control characters and overrides of direction,
 * in at most 255 bytes with its ending kept; `file` where nothing is left.
 */
export function cleanFileName(text: string): string {
  const last = text.toWellFormed().normalize("NFC").replace(UNSEEN, "")
    .split(/[/\\]/).at(-1) ?? "";
  const name = last.replace(FORBIDDEN, "_").trim();
  return /^\.*$/.test(name) ? "file" : shortened(name);
}

function shortened(name: string): string {
  if (bytesOf(name) <= NAME_BYTES) return name;
  const ending = /\.[\p{L}\p{N}]{1,16}$/u.exec(name)?.[0] ?? "";
  let stem = "";
  const room = NAME_BYTES - bytesOf(ending);
  let size = 0;
  for (const character of name.slice(0, name.length - ending.length)) {
    size += bytesOf(character);
    if (size > room) break;
    stem += character;
  }
  return stem + ending;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A `Content-Disposition` header's value, by RFC 6266. */
export function dispositionOf(
  kind: "inline" | "attachment",
  name: string,
): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name)
    .replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
