/** What the text before the caret asks to be completed. */

/** What is being named. */
export type TriggerKind = "emoji" | "person" | "room";

/** A mark and what was written behind it. */
export interface Trigger {
  kind: TriggerKind;
  /** Index of the mark. */
  start: number;
  /** The text between the mark and the caret. */
  query: string;
}

const KINDS: Readonly<Record<string, TriggerKind>> = {
  ":": "emoji",
  "@": "person",
  "#": "room",
};
/** No name is longer. */
const LONGEST_QUERY = 40;
/** Behind a word it is an address, a time or a name: a@b, 10:30, c#, a::b. */
const LETTER = /[\p{L}\p{N}_:]$/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u;
const EMOJI_QUERY = /^[\p{L}\p{M}\p{N}_+-]+$/u;
/** Names of people have spaces: the list closes itself where none fits. */
const NAME_QUERY = /^\S(?:[^\n]*\S)? ?$|^$/u;

/** The trigger that the caret stands behind, or null. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const line = text.slice(Math.max(0, caret - LONGEST_QUERY - 1), caret)
    .split("\n").at(-1)!;
  for (let at = line.length - 1; at >= 0; at--) {
    const kind = KINDS[line[at]!];
    if (kind === undefined) continue;
    const query = line.slice(at + 1);
    const start = caret - query.length - 1;
    const before = text.slice(Math.max(0, start - 2), start);
    if (LETTER.test(before) && !UNSPACED.test(before)) continue;
    return asks(kind, query) ? { kind, start, query } : null;
  }
  return null;
}

/** The word between two colons of which the caret stands behind the second, or null; not in code. */
export function closedEmoji(text: string, caret: number): Trigger | null {
  if (text[caret - 1] !== ":" || isCode(text.slice(0, caret))) return null;
  const trigger = triggerAt(text, caret - 1);
  return trigger?.kind === "emoji" ? trigger : null;
}

/** Whether a fence is open before, or a mark of code on the same line. */
function isCode(before: string): boolean {
  const count = (text: string, mark: string) => text.split(mark).length - 1;
  const line = before.split("\n").at(-1)!.replaceAll("```", "");
  return count(before, "```") % 2 === 1 || count(line, "`") % 2 === 1;
}

function asks(kind: TriggerKind, query: string): boolean {
  if (kind === "person") return NAME_QUERY.test(query);
  if (kind === "room") return !/\s/.test(query);
  // A colon alone is a colon; two letters, or one that is a word, ask for more.
  return EMOJI_QUERY.test(query) &&
    (query.length >= 2 || UNSPACED.test(query));
}
