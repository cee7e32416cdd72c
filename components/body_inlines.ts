/**
 * Finds in running text what is bold, italic, struck out or code, links and
 * names. One pass: every mark is looked at once, every opening mark is closed
 * or given up once.
 */
import type { Person } from "../lib/protocol.ts";
import { addressAt, destinationOf, targetAt } from "./body_links.ts";
import {
  type BodyNames,
  type Inline,
  MOST_NESTED_INLINES,
} from "./body_tree.ts";

/** Where something may start. */
const START = /[\\`*_~[\]@#]|(?<![A-Za-z0-9])(?:https?:\/\/|mailto:)/gi;
const SLUG = /[\p{L}\p{M}\p{N}]+(?:-+[\p{L}\p{M}\p{N}]+)*/uy;
/** Scripts that write no spaces between words: marks may stand inside. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD = /[\p{L}\p{M}\p{N}_]/u;

const KINDS = { 1: "emphasis", 2: "strong" } as const;

/** A mark that may turn out to open something. */
interface Opener {
  /** What closes it: `**`, `_`, `[` … */
  mark: string;
  /** Index of its node. */
  node: number;
  /** How deeply nested what follows it is. */
  depth: number;
}

/** The stretches of a text. */
export function parseInlines(text: string, names: BodyNames): Inline[] {
  return new InlineParser(text, names).parse();
}

class InlineParser {
  #text: string;
  #names: BodyNames;
  #nodes: Inline[] = [];
  #openers: Opener[] = [];
  /** Indexes of openers by mark. */
  #open = new Map<string, number[]>();
  #ticks: Map<number, number[]> | undefined;

  constructor(text: string, names: BodyNames) {
    this.#text = text;
    this.#names = names;
  }

  parse(): Inline[] {
    let at = 0;
    while (at < this.#text.length) {
      START.lastIndex = at;
      const start = START.exec(this.#text)?.index ?? this.#text.length;
      this.#pushText(this.#text.slice(at, start));
      at = start === this.#text.length ? start : this.#take(start);
    }
    return joinTexts(this.#nodes);
  }

  /** Takes what starts here; gives the index behind it. */
  #take(at: number): number {
    switch (this.#text[at]) {
      case "\\":
        return this.#takeEscaped(at);
      case "`":
        return this.#takeCode(at);
      case "*":
      case "_":
      case "~":
        return this.#takeMarks(at);
      case "[":
        this.#openMark("[");
        return at + 1;
      case "]":
        return this.#takeLabelEnd(at);
      case "@":
        return this.#takeMention(at);
      case "#":
        return this.#takeRoom(at);
      default:
        return this.#takeAddress(at);
    }
  }

  #takeEscaped(at: number): number {
    const next = this.#text[at + 1] ?? "";
    const isMark = next !== "" && "*_~`[]".includes(next);
    // The arm of ¯\_(ツ)_/¯ stays on.
    this.#pushText(
      isMark && this.#text[at - 1] !== "¯" ? next : `\\${isMark ? next : ""}`,
    );
    return at + (isMark ? 2 : 1);
  }

  /** Code ends at as many backticks as it starts with, in the same line. */
  #takeCode(at: number): number {
    this.#ticks ??= ticksIn(this.#text);
    const length = runLength(this.#text, at);
    const ends = this.#ticks.get(length) ?? [];
    while (ends.length > 0 && ends.at(-1)! <= at) ends.pop();
    const start = at + length;
    const code = this.#text.slice(start, ends.at(-1) ?? start);
    if (code === "" || code.includes("\n")) {
      this.#pushText(this.#text.slice(at, start));
      return start;
    }
    this.#nodes.push({ kind: "code", text: withoutPadding(code) });
    return ends.at(-1)! + length;
  }

  #takeMarks(at: number): number {
    const text = this.#text;
    const mark = text[at]!;
    const length = runLength(text, at);
    const end = at + length;
    if (mark === "~" ? length !== 2 : length > 3) {
      this.#pushText(text.slice(at, end));
      return end;
    }
    const before = characterBefore(text, at);
    const after = characterAt(text, end);
    // Inside a word a mark means itself: 2*3*4, snake_case.
    const unspaced = mark === "_" ? null : UNSPACED;
    const mayClose = before.trim() !== "" &&
      ((mark !== "_" && length > 1) || !isWord(after, unspaced));
    const mayOpen = after.trim() !== "" && !isWord(before, unspaced);
    let left = length;
    while (mayClose && left > 0) {
      const size = this.#closable(mark, left);
      if (size === 0) break;
      this.#closeMarks(mark, size);
      left -= size;
    }
    if (mayOpen && left === 3) this.#openMark(mark);
    if (mayOpen && left > 0) this.#openMark(mark.repeat(Math.min(left, 2)));
    else this.#pushText(mark.repeat(left));
    return end;
  }

  /** How many of these marks close what was opened last; 0 for none. */
  #closable(mark: string, length: number): number {
    const last = (size: number) =>
      this.#open.get(mark.repeat(size))?.at(-1) ?? -1;
    const sizes = length === 3 ? [1, 2] : [length];
    const size = sizes.reduce((a, b) => last(b) > last(a) ? b : a);
    return last(size) < 0 ? 0 : size;
  }

  #closeMarks(mark: string, size: number): void {
    const marks = mark.repeat(size);
    const opener = this.#popOpener(marks);
    if (opener.depth >= MOST_NESTED_INLINES) return this.#pushText(marks);
    const kind = mark === "~" ? "strike" : KINDS[size as 1 | 2];
    this.#wrap(opener, { kind, children: this.#since(opener) });
  }

  #takeLabelEnd(at: number): number {
    if (!this.#open.get("[")?.length) {
      this.#pushText("]");
      return at + 1;
    }
    const opener = this.#popOpener("[");
    const target = targetAt(this.#text, at + 1);
    if (target === null || opener.depth >= MOST_NESTED_INLINES) {
      this.#pushText("]");
      return at + 1;
    }
    const { href, end } = target;
    const children = withoutLinks(this.#since(opener), href);
    if (children !== null && hasText(children)) {
      const title = destinationOf(href);
      this.#wrap(opener, { kind: "link", href, title, children });
    } else {
      this.#pushText("]");
      // What is in brackets may be a link of its own.
      this.#open.delete("[");
      return at + 1;
    }
    // Links hold no links.
    this.#open.delete("[");
    return end;
  }

  #takeMention(at: number): number {
    const text = this.#text;
    const found = isWord(characterBefore(text, at), UNSPACED)
      ? undefined
      : this.#mentioned(at + 1);
    if (found === undefined) {
      this.#pushText("@");
      return at + 1;
    }
    const end = at + 1 + found.name.length;
    this.#nodes.push({
      kind: "mention",
      person: found.id,
      text: text.slice(at, end),
    });
    return end;
  }

  /** The longest name that stands here. */
  #mentioned(at: number): Person | undefined {
    return this.#names.mentions
      .filter(({ name }) => {
        const written = this.#text.slice(at, at + name.length);
        const after = characterAt(this.#text, at + name.length);
        return fold(written) === fold(name) && !isWord(after, UNSPACED);
      })
      .sort((a, b) => b.name.length - a.name.length)[0];
  }

  #takeRoom(at: number): number {
    SLUG.lastIndex = at + 1;
    const slug = SLUG.exec(this.#text)?.[0] ?? "";
    const name = this.#names.rooms.get(slug.toLowerCase());
    if (name === undefined || isWord(characterBefore(this.#text, at), null)) {
      this.#pushText("#");
      return at + 1;
    }
    this.#nodes.push({ kind: "room", slug: slug.toLowerCase(), name });
    return at + 1 + slug.length;
  }

  #takeAddress(at: number): number {
    const found = addressAt(this.#text, at);
    if (found === null) {
      this.#pushText(this.#text[at]!);
      return at + 1;
    }
    const { text, href, end } = found;
    if (href === null) this.#pushText(this.#text.slice(at, end));
    else {
      const children: Inline[] = [{ kind: "text", text }];
      this.#nodes.push({ kind: "link", href, children });
      this.#nestsAt(1);
    }
    return end;
  }

  #openMark(mark: string): void {
    const opener = { mark, node: this.#nodes.length, depth: 0 };
    this.#openersOf(mark).push(this.#openers.push(opener) - 1);
    this.#pushText(mark);
  }

  /** Takes the last opener of a mark away, and those behind it, which stay text. */
  #popOpener(mark: string): Opener {
    const index = this.#openersOf(mark).at(-1)!;
    const popped = this.#openers.splice(index);
    let depth = 0;
    for (let i = popped.length - 1; i >= 0; i--) {
      depth = Math.max(depth, popped[i]!.depth);
      const indexes = this.#openersOf(popped[i]!.mark);
      if (indexes.at(-1) === index + i) indexes.pop();
    }
    this.#nestsAt(depth);
    return { ...popped[0]!, depth };
  }

  /** What came since an opener. */
  #since({ node }: Opener): Inline[] {
    return joinTexts(this.#nodes.slice(node + 1));
  }

  /** Puts one node in place of an opener and all since. */
  #wrap({ node, depth }: Opener, wrapped: Inline): void {
    this.#nodes.length = node;
    this.#nodes.push(wrapped);
    this.#nestsAt(depth + 1);
  }

  #openersOf(mark: string): number[] {
    let indexes = this.#open.get(mark);
    if (indexes === undefined) this.#open.set(mark, indexes = []);
    return indexes;
  }

  #nestsAt(depth: number): void {
    const opener = this.#openers.at(-1);
    if (opener !== undefined) opener.depth = Math.max(opener.depth, depth);
  }

  #pushText(text: string): void {
    if (text !== "") this.#nodes.push({ kind: "text", text });
  }
}

/** Where runs of backticks start, by their length, the last first. */
function ticksIn(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: { length }, index } of text.matchAll(/`+/g)) {
    const starts = runs.get(length);
    if (starts === undefined) runs.set(length, [index]);
    else starts.push(index);
  }
  for (const starts of runs.values()) starts.reverse();
  return runs;
}

/** Spaces around code that let it start or end with a backtick go. */
function withoutPadding(code: string): string {
  const isPadded = /^ .* $/.test(code) && code.trim() !== "";
  return isPadded ? code.slice(1, -1) : code;
}

function runLength(text: string, at: number): number {
  let end = at + 1;
  while (text[end] === text[at]) end++;
  return end - at;
}

function characterAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : "";
}

function characterBefore(text: string, at: number): string {
  return at > 0 ? [...text.slice(Math.max(0, at - 2), at)].at(-1)! : "";
}

/** Whether it goes on a word; characters in `unspaced` are words of their own. */
function isWord(character: string, unspaced: RegExp | null): boolean {
  return WORD.test(character) && !unspaced?.test(character);
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** The text of a link without links that lead the same way; null where others do. */
function withoutLinks(nodes: readonly Inline[], href: string): Inline[] | null {
  const result: Inline[] = [];
  for (const node of nodes) {
    if (node.kind === "link" && node.href === href) {
      result.push(...node.children);
    } else if (node.kind === "link" || node.kind === "room") return null;
    else if (!("children" in node)) result.push(node);
    else {
      const children = withoutLinks(node.children, href);
      if (children === null) return null;
      result.push({ ...node, children });
    }
  }
  return result;
}

function hasText(nodes: readonly Inline[]): boolean {
  return nodes.some((node) =>
    "children" in node
      ? hasText(node.children)
      : node.kind === "room" || node.text.trim() !== ""
  );
}

/** Neighbouring texts as one. */
function joinTexts(nodes: readonly Inline[]): Inline[] {
  const joined: Inline[] = [];
  let texts: string[] = [];
  const end = () => {
    if (texts.length > 0) joined.push({ kind: "text", text: texts.join("") });
    texts = [];
  };
  for (const node of nodes) {
    if (node.kind === "text") texts.push(node.text);
    else {
      end();
      joined.push(node);
    }
  }
  end();
  return joined;
}
