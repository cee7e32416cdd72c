/** Finds links and code in a message: a pure function, no HTML anywhere. */

/** A stretch of running text. */
export type Span =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string };

/** A paragraph of running text, or a block of code. */
export type Block =
  | { kind: "text"; spans: Span[] }
  | { kind: "code"; language: string; text: string };

// A fence opens and closes at the start of a line.
const FENCE = /^```([^\n`]*)\n([\s\S]*?)\n?^```[ \t]*$/gm;
const INLINE_CODE = /```([^\n]+?)```|`([^`\n]+)`/g;
// Behind a host in ASCII a letter of another script is a sentence going on.
// Full-width and CJK punctuation, quotes and spaces end an address.
const LINK =
  /(?<![A-Za-z0-9])https?:\/\/(?:[A-Za-z0-9._~%@:\-[\]]+|[\p{L}\p{N}.-]+)(?:[/?#][^\s<>"`\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]*)?/giu;
const TRAILING = /[.,!?;:'*_~)\]}]$/;
const OPENING: Readonly<Record<string, string>> = {
  ")": "(",
  "]": "[",
  "}": "{",
};

/** Cuts a body into blocks; joined again their texts are the body less its marks. */
export function parseBody(body: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of body.matchAll(FENCE)) {
    pushText(blocks, body.slice(end, match.index));
    const [whole, language = "", text = ""] = match;
    blocks.push({ kind: "code", language: language.trim(), text });
    end = match.index + whole.length;
  }
  pushText(blocks, body.slice(end));
  return blocks;
}

function pushText(blocks: Block[], text: string): void {
  const trimmed = text.replace(/^\n+|\n+$/g, "");
  if (trimmed.trim() === "") return;
  blocks.push({ kind: "text", spans: parseSpans(trimmed) });
}

function parseSpans(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE_CODE)) {
    pushLinks(spans, text.slice(end, match.index));
    spans.push({ kind: "code", text: match[1] ?? match[2] ?? "" });
    end = match.index + match[0].length;
  }
  pushLinks(spans, text.slice(end));
  return spans;
}

function pushLinks(spans: Span[], text: string): void {
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimAddress(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    pushPlain(spans, text.slice(end, match.index));
    spans.push({ kind: "link", text: address, href });
    end = match.index + address.length;
  }
  pushPlain(spans, text.slice(end));
}

function pushPlain(spans: Span[], text: string): void {
  if (text !== "") spans.push({ kind: "text", text });
}

/** Gives back to the sentence what ends it: `(see https://a.org/b).` */
function trimAddress(address: string): string {
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

function hrefOf(address: string): string | null {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
