/** All emoji with their names in the reader's language; the lists load when asked for. */
import type { Locale } from "../../lib/translate.ts";

/** An emoji, in the tone that is nobody's skin. */
export interface Emoji {
  /** The character. */
  emoji: string;
  /** Its name. */
  label: string;
  /** Its names in all languages, in lower case. */
  names: readonly string[];
  /** By which it is found too. */
  tags: readonly string[];
}

/** What people react with most; shown before any list is loaded. */
export const QUICK_REACTIONS: readonly string[] = [
  "👍",
  "❤️",
  "😂",
  "🎉",
  "👀",
  "✅",
];

/** The groups in the order of their lists. */
export const EMOJI_GROUPS = [
  "smileys",
  "people",
  "nature",
  "food",
  "travel",
  "activities",
  "objects",
  "symbols",
  "flags",
] as const;

const loaded = new Map<Locale, Promise<EmojiIndex>>();

/** The emoji of a language; loaded once, and again after a failure. */
export function loadEmoji(locale: Locale): Promise<EmojiIndex> {
  let index = loaded.get(locale);
  if (index === undefined) {
    index = load(locale);
    loaded.set(locale, index);
    index.catch(() => loaded.delete(locale));
  }
  return index;
}

async function load(locale: Locale): Promise<EmojiIndex> {
  const { EMOJI } = locale === "zh-CN"
    ? await import("./list_zh.ts")
    : await import("./list_en.ts");
  return new EmojiIndex(EMOJI);
}

/** Emoji by group, and the way to find one. */
export class EmojiIndex {
  /** In the order of {@link EMOJI_GROUPS}. */
  readonly groups: readonly (readonly Emoji[])[];

  /** Takes a list as `tasks/emoji.ts` writes it. */
  constructor(list: string) {
    this.groups = list.split("\n\n").map((group) =>
      group.split("\n").map(parseLine)
    );
  }

  /** The best matches, at most `most`: of equal ones the more usual first. */
  search(query: string, most: number): Emoji[] {
    const wanted = wordsOf(query);
    if (wanted === "") return [];
    return this.groups.flat()
      .map((emoji) => ({ emoji, rank: rankOf(emoji, wanted) }))
      .filter(({ rank }) => rank < Infinity)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, most)
      .map(({ emoji }) => emoji);
  }

  /** The one that a whole word between two colons stands for, if any. */
  named(query: string): Emoji | undefined {
    const [best] = this.search(query, 1);
    return best && isNamed(best, wordsOf(query)) ? best : undefined;
  }

  /** An emoji's name, or the character itself for one that is not listed. */
  labelOf(character: string): string {
    const found = this.groups.flat().find(({ emoji }) => emoji === character);
    return found?.label ?? character;
  }
}

/** `😀 grinning face;happy,smile`, with names and tags of further languages behind. */
function parseLine(line: string): Emoji {
  const space = line.indexOf(" ");
  const parts = line.slice(space + 1).split(";");
  const names: string[] = [];
  const tags: string[] = [];
  parts.forEach((part, index) => {
    const text = part.toLowerCase();
    if (index % 2 === 0) names.push(text);
    else if (text !== "") tags.push(...text.split(","));
  });
  return { emoji: line.slice(0, space), label: parts[0]!, names, tags };
}

/** What is looked for: `party_popper` is two words. */
function wordsOf(query: string): string {
  return query.toLowerCase().replaceAll("_", " ").trim();
}

/** Whether it is called so: by its whole name, also in one word, or by a tag. */
function isNamed(one: Emoji, wanted: string): boolean {
  return rankOf(one, wanted) < 2 || one.tags.includes(wanted);
}

/**
 * 0 for a whole name, 1 for the last word of what people react with most, more
 * for the beginning of a name, for a whole tag, for other parts.
 */
function rankOf({ emoji, names, tags }: Emoji, wanted: string): number {
  const whole = (name: string) =>
    name === wanted || name.replaceAll(" ", "") === wanted;
  if (names.some(whole)) return 0;
  const isLast = names.some((name) => name.endsWith(` ${wanted}`));
  if (isLast && QUICK_REACTIONS.includes(emoji)) return 1;
  if (names.some((name) => name.startsWith(wanted))) return 2;
  if (tags.includes(wanted)) return 3;
  const found = [...names, ...tags].filter((word) => word.includes(wanted));
  if (found.length === 0) return Infinity;
  const startsWord = found.some((word) =>
    !/[\p{L}\p{N}]/u.test(word[word.indexOf(wanted) - 1] ?? "")
  );
  return startsWord ? 4 : 5;
}
