/** The part of a long text that shows why it was found. */

/** UTF-16 code units of an excerpt, and how many of them come before the first match. */
const LENGTH = { all: 240, before: 60 };

/** A part of a text, `…` where it was cut, and its matches. */
export interface Excerpt {
  excerpt: string;
  /** `[start, end]` in UTF-16 code units of the excerpt. */
  marks: [number, number][];
}

/** Cuts a text around the first of its ranges, between words where there are any. */
export function excerptOf(
  text: string,
  ranges: readonly [number, number][],
): Excerpt {
  const first = ranges[0]?.[0] ?? 0;
  const start = startOf(text, first);
  const end = endOf(text, start + LENGTH.all);
  const lead = start > 0 ? "…" : "";
  const shift = lead.length - start;
  const marks = ranges.filter(([from]) => from < end).map((
    [from, to],
  ): [number, number] => [from + shift, Math.min(to, end) + shift]);
  const tail = end < text.length ? "…" : "";
  return { excerpt: lead + text.slice(start, end) + tail, marks };
}

/** A little before the match, at the start of a word. */
function startOf(text: string, match: number): number {
  const wanted = match - LENGTH.before;
  if (wanted <= 0) return 0;
  const space = text.slice(wanted, match).search(/\s/);
  return space < 0 ? whole(text, wanted) : wanted + space + 1;
}

function endOf(text: string, wanted: number): number {
  return wanted >= text.length ? text.length : whole(text, wanted);
}

/** Not between the halves of a character. */
function whole(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text[at] ?? "") ? at - 1 : at;
}
