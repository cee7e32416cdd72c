import { assert, assertEquals } from "@std/assert";
import { highlight } from "../components/code/highlight.ts";
import { languageOf } from "../components/code/languages.ts";
import { findNames } from "../components/completion/names.ts";
import { closedEmoji, triggerAt } from "../components/completion/trigger.ts";
import {
  EMOJI_GROUPS,
  EmojiIndex,
  QUICK_REACTIONS,
} from "../components/emoji/emoji_index.ts";
import { EMOJI as ENGLISH } from "../components/emoji/list_en.ts";
import { EMOJI as CHINESE } from "../components/emoji/list_zh.ts";

/** The trigger at the `|` of a text, as `kind query`. */
function triggered(text: string): string | null {
  const caret = text.indexOf("|");
  const trigger = triggerAt(text.replace("|", ""), caret);
  return trigger && `${trigger.kind} ${trigger.query}`;
}

Deno.test("A mark before the caret asks for names, and for emoji from two letters on", () => {
  const cases: [string, string | null][] = [
    ["@|", "person "],
    ["Hi @an|", "person an"],
    ["Hi @Ana Mar|ia", "person Ana Mar"],
    ["你好@李|", "person 李"],
    ["see #|", "room "],
    ["see #boats-2|", "room boats-2"],
    [":sm|", "emoji sm"],
    [":+1|", "emoji +1"],
    ["好:笑|", "emoji 笑"],
    [":|", null],
    [":s|", null],
    [":笑|", "emoji 笑"],
    ["10:30|", null],
    ["std::map|", null],
    ["a@b|", null],
    ["c#|", null],
    ["#a b|", null],
    [":a b|", null],
    ["@a\nb|", null],
    ["@|a", "person "],
    ["nothing|", null],
    [`@${"a".repeat(60)}|`, null],
  ];
  for (const [text, expected] of cases) {
    assertEquals(triggered(text), expected, text);
  }
  assertEquals(triggerAt("ab @cd", 6)?.start, 3);
});

Deno.test("A word between two colons asks for its emoji, and a time or an address does not", () => {
  const cases: [string, string | null][] = [
    [":tada:|", "tada"],
    ["good :+1:| one", "+1"],
    ["好:笑:|", "笑"],
    [":tada: |", null],
    ["::|", null],
    [":x:|", null],
    ["10:30:|", null],
    ["std::map::|", null],
    [":a b:|", null],
    ["`a` :tada:|", "tada"],
    ["`:key:|", null],
    ["```\n:key:|", null],
    ["```\n:key:\n```\n:tada:|", "tada"],
  ];
  for (const [text, query] of cases) {
    const caret = text.indexOf("|");
    const closed = closedEmoji(text.replace("|", ""), caret);
    assertEquals(closed?.query ?? null, query, text);
  }
});

Deno.test("Names that begin so come before names with such a word, and those before the rest", () => {
  const names = ["Susanna", "Maria Ana", "Ana", "Ａnabel", "Omar"];
  const find = (query: string) => findNames(names, query, (name) => name);
  assertEquals(find("ANA"), ["Ana", "Ａnabel", "Maria Ana"]);
  assertEquals(find("nn"), ["Susanna"]);
  assertEquals(find(""), names);
});

Deno.test("Emoji are found by names, short codes and tags, the exact ones first", () => {
  const english = new EmojiIndex(ENGLISH);
  const first = (index: EmojiIndex, query: string) =>
    index.search(query, 20)[0]?.emoji;
  for (
    const [query, emoji] of [
      ["rocket", "🚀"],
      ["party_popper", "🎉"],
      ["tada", "🎉"],
      ["+1", "👍"],
      ["rob", "🤖"],
      ["ro", "🤣"],
      ["thumbs up", "👍"],
      ["thumbsup", "👍"],
      ["heart", "❤️"],
      ["joy", "😂"],
      ["Tears of JOY", "😂"],
    ] as const
  ) assertEquals(first(english, query), emoji, query);
  assertEquals(english.named("thinking_face")?.emoji, "🤔");
  assertEquals(english.named("TADA")?.emoji, "🎉");
  assertEquals(english.named("heart")?.emoji, "❤️");
  for (const query of ["rocke", "of", "with", "zzzz", ""]) {
    assertEquals(english.named(query), undefined, query);
  }
  assertEquals(english.search("zzzz", 20), []);
  assertEquals(english.search("  ", 20), []);
  assertEquals(english.search("face", 20).length, 20);
  const chinese = new EmojiIndex(CHINESE);
  assertEquals(first(chinese, "生日蛋糕"), "🎂");
  assertEquals(first(chinese, "rocket"), "🚀");
  assertEquals(chinese.labelOf("🎂"), "生日蛋糕");
});

Deno.test("Every list has the same emoji once, in all groups, and the quick ones among them", () => {
  const [english, chinese] = [ENGLISH, CHINESE].map((list) =>
    new EmojiIndex(list).groups.map((group) => group.map(({ emoji }) => emoji))
  );
  assertEquals(english, chinese);
  assertEquals(english!.length, EMOJI_GROUPS.length);
  const all = english!.flat();
  assertEquals(new Set(all).size, all.length);
  assert(all.length > 1_800);
  assertEquals(QUICK_REACTIONS.length, 6);
  for (const emoji of QUICK_REACTIONS) assert(all.includes(emoji), emoji);
  // One spelling each, Unicode's own: the same reaction is not counted twice.
  assertEquals(all.filter((emoji) => !/^\p{RGI_Emoji}$/v.test(emoji)), []);
  // Neutral: no tone of skin is chosen for anyone.
  assertEquals(all.filter((emoji) => /[\u{1f3fb}-\u{1f3ff}]/u.test(emoji)), []);
});

Deno.test("Code keeps every character, and its parts know what they are", () => {
  const code = 'const a = "<b>&amp;"; // c\n\tif (a) return `${a + 1}`;\n';
  for (const label of ["ts", "js", "rs", "python", "html", "C++", "sh"]) {
    const parts = highlight(languageOf(label)!, code)!;
    assertEquals(parts.map(({ text }) => text).join(""), code, label);
  }
  const parts = highlight(languageOf("TypeScript title=x.ts")!, code)!;
  const kinds = new Map(parts.map(({ text, kind }) => [text, kind]));
  assertEquals(kinds.get("const"), "keyword");
  assertEquals(kinds.get('"<b>&amp;"'), "string");
  assertEquals(kinds.get("// c"), "comment");
  assertEquals(languageOf("nonsense"), undefined);
  assertEquals(languageOf(""), undefined);
  assertEquals(languageOf("constructor"), undefined);
});

Deno.test("Code that would take long to colour keeps one colour", () => {
  assertEquals(highlight("typescript", "a".repeat(301)), null);
  assertEquals(highlight("typescript", "a;\n".repeat(1_400)), null);
  assert(highlight("typescript", "a;\n".repeat(1_300)) !== null);
});
