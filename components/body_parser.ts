/**
 * Reads a message's Markdown, in time that grows with its length: code, quotes,
 * lists, tables, headings, and what `body_inlines.ts` finds in running text. It keeps
 * the conventions of chats: lines break where they were broken, a quote or a
 * list ends with its last marked line, and what is no markup stays as it was.
 */
import { parseInlines } from "./body_inlines.ts";
import { tableAt } from "./body_tables.ts";
import {
  type Block,
  type BodyNames,
  type Inline,
  type ListItem,
  MOST_NESTED_BLOCKS,
} from "./body_tree.ts";

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^#{1,6} +(?=\S)/;
const QUOTE = /^ {0,3}>(?=[ >]|$)/;
const MARKER = /^( {0,3})(?:[-*]|(\d{1,9})[.)]) +(?=\S)/;
const ESCAPED = /^( {0,3})\\(?=[#>-])/gm;
/** Paragraphs of one text, with the blank lines between them. */
const BLANK_LINES = /(\n(?:[ \t]*\n)+)/;

const NO_NAMES: BodyNames = { mentions: [], rooms: new Map() };

/** The blocks of a body; the names are looked for in running text. */
export function parseBody(body: string, names = NO_NAMES): Block[] {
  return parseBlocks(body.split("\n"), 0, names);
}

interface Found {
  block: Block;
  /** Index of the line behind it. */
  end: number;
}

function parseBlocks(
  lines: readonly string[],
  depth: number,
  names: BodyNames,
): Block[] {
  const blocks: Block[] = [];
  const unclosed = new Set<string>();
  let text: string[] = [];
  const endText = () => {
    const children = parseText(text, names);
    if (children.length > 0) blocks.push({ kind: "text", children });
    text = [];
  };
  for (let at = 0; at < lines.length;) {
    const found = codeAt(lines, at, unclosed) ?? headingAt(lines, at, names) ??
      (depth < MOST_NESTED_BLOCKS
        ? quoteAt(lines, at, depth, names) ?? listAt(lines, at, depth, names)
        : null) ??
      tableAt(lines, at, names, startsBlock);
    if (found === null) {
      text.push(lines[at++]!);
      continue;
    }
    endText();
    blocks.push(found.block);
    at = found.end;
  }
  endText();
  return blocks;
}

function startsBlock(line: string): boolean {
  return FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) ||
    markerOf(line) !== null;
}

function parseText(lines: readonly string[], names: BodyNames): Inline[] {
  let start = 0;
  let end = lines.length;
  while (start < end && isBlank(lines[start]!)) start++;
  while (end > start && isBlank(lines[end - 1]!)) end--;
  const text = lines.slice(start, end).join("\n").replace(ESCAPED, "$1");
  return text.split(BLANK_LINES).flatMap((part, index): Inline[] =>
    index % 2 === 1 ? [{ kind: "text", text: part }] : parseInlines(part, names)
  );
}

/** A fenced block; one that is never closed is text, and not sought again. */
function codeAt(
  lines: readonly string[],
  at: number,
  unclosed: Set<string>,
): Found | null {
  const [, fence = "", info = ""] = FENCE.exec(lines[at]!) ?? [];
  if (fence === "" || unclosed.has(fence)) return null;
  for (let end = at + 1; end < lines.length; end++) {
    const last = beforeFence(lines[end]!, fence);
    if (last === null) continue;
    const code = lines.slice(at + 1, end);
    if (last !== "") code.push(last);
    const text = code.join("\n");
    const language = info.trim();
    return { block: { kind: "code", language, text }, end: end + 1 };
  }
  unclosed.add(fence);
  return null;
}

/** What stands before a closing fence in its line; null where none closes. */
function beforeFence(line: string, fence: string): string | null {
  const trimmed = line.trimEnd();
  let start = trimmed.length;
  while (trimmed[start - 1] === fence[0]) start--;
  const length = trimmed.length - start;
  const before = trimmed.slice(0, start);
  if (before.trim() === "") return length >= fence.length ? "" : null;
  return fence[0] === "`" && length === fence.length ? before : null;
}

function headingAt(
  lines: readonly string[],
  at: number,
  names: BodyNames,
): Found | null {
  const line = lines[at]!;
  const mark = HEADING.exec(line)?.[0];
  if (mark === undefined) return null;
  const children = parseInlines(line.slice(mark.length), names);
  return { block: { kind: "heading", children }, end: at + 1 };
}

function quoteAt(
  lines: readonly string[],
  at: number,
  depth: number,
  names: BodyNames,
): Found | null {
  const quoted: string[] = [];
  let end = at;
  for (; end < lines.length; end++) {
    const line = lines[end]!;
    const mark = QUOTE.exec(line)?.[0];
    if (mark === undefined) break;
    quoted.push(line.slice(mark.length).replace(/^ /, ""));
  }
  if (end === at) return null;
  const blocks = parseBlocks(quoted, depth + 1, names);
  return { block: { kind: "quote", blocks }, end };
}

interface Marker {
  /** Spaces before it, and characters up to the item's text. */
  indent: number;
  width: number;
  /** Its number; null for a bullet. */
  value: number | null;
}

function listAt(
  lines: readonly string[],
  at: number,
  depth: number,
  names: BodyNames,
): Found | null {
  const items: ListItem[] = [];
  const first = markerOf(lines[at]!);
  let marker = first;
  let end = at;
  while (
    marker !== null && (marker.value === null) === (first?.value === null)
  ) {
    const content = [lines[end]!.slice(marker.width)];
    end = takeInner(lines, end + 1, marker, content);
    const blocks = parseBlocks(content, depth + 1, names);
    items.push(
      marker.value === null ? { blocks } : { value: marker.value, blocks },
    );
    const next = skipBlank(lines, end);
    marker = markerOf(lines[next] ?? "");
    if (marker !== null) end = next;
  }
  return end === at ? null : { block: { kind: "list", items }, end };
}

/** Takes the lines that stand further in than the marker; gives the end of them. */
function takeInner(
  lines: readonly string[],
  start: number,
  { indent, width }: Marker,
  content: string[],
): number {
  let end = start;
  while (true) {
    const next = skipBlank(lines, end);
    const line = lines[next]?.replace(/^\t/, "    ") ?? "";
    const inner = line.length - line.trimStart().length;
    if (inner < indent + 2) return end;
    while (end++ < next) content.push("");
    content.push(line.slice(Math.min(inner, width)));
  }
}

function markerOf(line: string): Marker | null {
  const match = MARKER.exec(line);
  // A line of nothing but marks is a drawn line.
  if (match === null || !/[^-* ]/.test(line)) return null;
  const [{ length: width }, spaces = "", digits] = match;
  const indent = spaces.length;
  return { indent, width, value: digits === undefined ? null : Number(digits) };
}

function skipBlank(lines: readonly string[], at: number): number {
  while (at < lines.length && isBlank(lines[at]!)) at++;
  return at;
}

function isBlank(line: string): boolean {
  return line.trim() === "";
}
