/** Addresses in running text, and which of them may become links. */

/** An address that was found. */
export interface FoundAddress {
  text: string;
  /** As a browser understands it; null where it may be no link. */
  href: string | null;
  /** Index behind all that was looked at. */
  end: number;
}

// Behind a host in ASCII a letter of another script is a sentence going on.
// Full-width and CJK punctuation, quotes and spaces end an address.
const ADDRESS =
  /https?:\/\/(?:[A-Za-z0-9._~%@:\-[\]]+|[\p{L}\p{N}.-]+)(?:[/?#][^\s<>"`\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]*)?|mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+/iuy;
const TRAILING = /[.,!?;:'*_~)\]}]$/;
const OPENING: Readonly<Record<string, string>> = {
  ")": "(",
  "]": "[",
  "}": "{",
};
const ALLOWED = /^(?:https?|mailto):$/;
/** The address that starts at an index, less what belongs to the sentence. */
export function addressAt(text: string, at: number): FoundAddress | null {
  ADDRESS.lastIndex = at;
  const found = ADDRESS.exec(text)?.[0];
  if (found === undefined) return null;
  const address = trimAddress(found);
  const href = safeHref(address);
  // What is no address is not looked at again from its middle.
  const { length } = href === null ? found : address;
  return { text: address, href, end: at + length };
}

/** The address in brackets behind a link's text: `(https://example.org)`. */
export function targetAt(
  text: string,
  at: number,
): { href: string; end: number } | null {
  if (!/^\((?:https?:|mailto:)/i.test(text.slice(at, at + 8))) return null;
  let open = 0;
  // It ends before the next one, so that none is looked through twice.
  for (let end = at; end < text.length; end++) {
    const character = text[end]!;
    if (/[\s<>]/.test(character) || text.startsWith("](", end)) return null;
    if (character === "(") open++;
    if (character !== ")" || --open > 0) continue;
    const href = safeHref(text.slice(at + 1, end));
    return href === null ? null : { href, end: end + 1 };
  }
  return null;
}

/** Where an address leads: its host, or whom one writes to. */
export function destinationOf(href: string): string {
  const { host, pathname } = new URL(href);
  return host || pathname;
}

function safeHref(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return ALLOWED.test(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** Gives back to the sentence what ends it: `(see https://a.org/b).` */
function trimAddress(found: string): string {
  // A link's text ends here: `[https://a.org](https://a.org/b)`.
  const label = found.indexOf("](");
  const address = label < 0 ? found : found.slice(0, label);
  const closings = new Map<string, number>();
  for (const bracket of ")]}") {
    const surplus = count(address, bracket) - count(address, OPENING[bracket]!);
    closings.set(bracket, surplus);
  }
  let end = address.length;
  for (; TRAILING.test(address[end - 1] ?? ""); end--) {
    const last = address[end - 1]!;
    const surplus = closings.get(last);
    if (surplus === undefined) continue;
    if (surplus <= 0) break;
    closings.set(last, surplus - 1);
  }
  return address.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
