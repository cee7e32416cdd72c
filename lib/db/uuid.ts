/** UUIDs: lower-case text in TypeScript, 16 bytes in SQLite, `uuid` in PostgreSQL. */

const PATTERN =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const HEX = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** Whether the text is a UUID as this program writes them: lower-case, with hyphens. */
export function isUuid(text: string): boolean {
  return PATTERN.test(text);
}

/** The 16 bytes of a UUID; throws a `TypeError` for any other text, as PostgreSQL would. */
export function uuidToBytes(uuid: string): Uint8Array {
  // Without the value: what a person wrote must never reach a log.
  if (!isUuid(uuid)) throw new TypeError("Expected a UUID in lower case");
  const bytes = new Uint8Array(16);
  for (let at = 0, byte = 0; byte < 16; at += 2) {
    if (uuid[at] === "-") at++;
    bytes[byte++] = parseInt(uuid.slice(at, at + 2), 16);
  }
  return bytes;
}

/** The text of a UUID's 16 bytes. */
export function bytesToUuid(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += HEX[bytes[i]!];
  }
  return text;
}
