/**
 * What search compares: texts without the differences that people don't mean,
 * cut into tokens that find parts of words, Chinese, Japanese and Korean ones
 * too. Pure, and the same whatever database keeps the tokens.
 */

/** Changes when the same text gives other tokens, so that the index is made anew. */
export const TOKENS_VERSION = 1;

/** Scripts that are written without spaces between words, or nearly so. */
const CJK =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}ー";
const WORD = `[[\\p{L}\\p{N}\\p{M}]--[${CJK}]]`;
const SYMBOL = "[\\p{Extended_Pictographic}\\p{Regional_Indicator}]";

const PIECES = new RegExp(`[${CJK}]+|${WORD}+|${SYMBOL}`, "gv");
const IS_CJK = new RegExp(`^[${CJK}]`, "v");
const IS_WORD = new RegExp(`^${WORD}`, "v");
const GAPS = new RegExp(
  `[^\\p{L}\\p{N}\\p{M}\\p{Extended_Pictographic}\\p{Regional_Indicator}ー]+`,
  "gv",
);

const ASCII = /^[\0-\x7f]*$/;

/** Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g;

/** What shows nothing and may stand inside words. */
const INVISIBLE = /[\u00ad\u0640\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;

/**
 * The text as it is compared: NFKC, without case and accents, and with one
 * space for all that is neither letter, digit nor pictograph.
 */
export function fold(text: string): string {
  return foldCharacters(text).replace(GAPS, " ").trim();
}

/** The tokens under which a text is found, each once. */
export function tokensOf(text: string): Set<string> {
  const tokens = new Set<string>();
  for (const [piece] of fold(text).matchAll(PIECES)) {
    if (IS_CJK.test(piece)) {
      for (const character of piece) tokens.add(character);
      addRuns(tokens, piece, 2);
    } else addRuns(tokens, piece, 3);
  }
  return tokens;
}

/** The tokens of every text that holds these words; none where they have no letters. */
export function tokensOfQuery(words: string): Set<string> {
  const tokens = new Set<string>();
  for (const [piece] of fold(words).matchAll(PIECES)) {
    addRuns(tokens, piece, IS_CJK.test(piece) ? 2 : 3);
  }
  return tokens;
}

/**
 * Finds these words in a folded text. Where they begin or end with a piece of
 * one or two letters, that is a whole word: no token says more.
 */
export function patternOf(words: string): RegExp {
  const folded = fold(words);
  const pieces = [...folded.matchAll(PIECES)].map(([piece]) => piece);
  const open = isShort(pieces[0]) ? `(?<!${WORD})` : "";
  const close = isShort(pieces.at(-1)) ? `(?!${WORD})` : "";
  // Letters, digits, pictographs and spaces: nothing to escape.
  return new RegExp(open + folded + close, "gv");
}

/** Where a text matches, as `[start, end]` in UTF-16 code units, in order and apart. */
export function findRanges(
  text: string,
  patterns: readonly RegExp[],
): [number, number][] {
  const { folded, starts, ends } = foldWithPlaces(text);
  const found = patterns.flatMap((pattern) =>
    [...folded.matchAll(pattern)].map((match): [number, number] => [
      starts[match.index]!,
      ends[match.index + match[0].length - 1]!,
    ])
  ).sort((a, b) => a[0] - b[0]);
  const apart: [number, number][] = [];
  for (const [start, end] of found) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}

/** Runs of `length` characters, or the whole of a shorter piece. */
function addRuns(tokens: Set<string>, piece: string, length: number): void {
  // All of the first plane: a character is a code unit.
  const characters = /[\ud800-\udfff]/.test(piece) ? [...piece] : null;
  const count = characters?.length ?? piece.length;
  if (count <= length) {
    tokens.add(piece);
    return;
  }
  for (let start = 0; start + length <= count; start++) {
    tokens.add(
      characters?.slice(start, start + length).join("") ??
        piece.slice(start, start + length),
    );
  }
}

function isShort(piece: string | undefined): boolean {
  return piece !== undefined && IS_WORD.test(piece) && [...piece].length < 3;
}

function foldCharacters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // Upper case first: it takes ß and its like apart.
  return text.normalize("NFKC").replace(INVISIBLE, "")
    .toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ")
    .normalize("NFD").replace(ACCENTS, "").normalize("NFC");
}

const graphemes = new Intl.Segmenter();

/** Like {@link fold}, with the place in the text that each code unit comes from. */
function foldWithPlaces(text: string) {
  let folded = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const part = foldCharacters(segment).replace(GAPS, " ");
    for (const unit of part.split("")) {
      if (unit === " " && (folded === "" || folded.endsWith(" "))) continue;
      folded += unit;
      starts.push(index);
      ends.push(index + segment.length);
    }
  }
  return { folded: folded.trimEnd(), starts, ends };
}

/** Whether a text has a link in it. */
export function hasLink(text: string): boolean {
  return /https?:\/\/\S/i.test(text);
}
