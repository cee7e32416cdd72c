import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  findRanges,
  fold,
  patternOf,
  tokensOf,
  tokensOfQuery,
} from "../lib/search_tokens.ts";

/** Whether the tokens lead to the text, and whether its words are there. */
function finds(text: string, words: string): boolean {
  const tokens = tokensOf(text);
  return [...tokensOfQuery(words)].every((token) => tokens.has(token)) &&
    fold(text).search(patternOf(words)) >= 0;
}

/** The parts of a text that are marked. */
function marked(text: string, ...words: string[]): string[] {
  return findRanges(text, words.map(patternOf))
    .map(([start, end]) => text.slice(start, end));
}

Deno.test("fold takes away case, width, accents and punctuation", () => {
  for (
    const [text, folded] of [
      ["Hello,  World!", "hello world"],
      ["Ｃａｆé\u0301 ﬁn", "cafe fin"],
      ["STRASSE Straße ẞ", "strasse strasse ss"],
      ["ΟΔΟΣ οδός", "οδοσ οδοσ"],
      ["İstanbul ılık", "istanbul ilik"],
      ["ёлка Йод", "елка иод"],
      ["ｶﾞﾗｽ ガラス が", "ガラス ガラス が"],
      ["開会—议程。", "開会 议程"],
      ["שָׁלוֹם مُحَمَّد", "שלום محمد"],
      ["co\u00adoperate a\u200bb", "cooperate ab"],
      ["हिन्दी", "हिन्दी"],
      ["👍🏽 ok", "👍 ok"],
      ["… !!", ""],
    ] as const
  ) assertEquals(fold(text), folded, text);
});

Deno.test("tokensOf cuts words into threes and Chinese into twos and ones", () => {
  assertEquals([...tokensOf("Deploy it")], ["dep", "epl", "plo", "loy", "it"]);
  assertEquals([...tokensOf("今天开会")], [
    ...["今", "天", "开", "会", "今天", "天开", "开会"],
  ]);
  assertEquals([...tokensOf("GPT4模型 👍")], [
    ...["gpt", "pt4", "模", "型", "模型", "👍"],
  ]);
  assertEquals([...tokensOfQuery("会")], ["会"]);
  assertEquals([...tokensOfQuery("北京市")], ["北京", "京市"]);
  assertEquals([...tokensOfQuery("…")], []);
});

Deno.test("Parts of words are found, one or two letters only as a word", () => {
  for (
    const [text, words] of [
      ["The deployment failed", "ploy"],
      ["下午三点开会讨论", "开会"],
      ["下午三点开会讨论", "会"],
      ["部署到北京", "北京"],
      ["ミーティングです", "ティン"],
      ["회의실에서", "회의"],
      ["Meet me, at\nnoon", "me at noon"],
      ["Go is fine", "go"],
      ["用go写", "go"],
      ["Größe", "GROSSE"],
      ["Größe", "ösS"],
      ["node.js_v2", "js v2"],
    ] as const
  ) assert(finds(text, words), `${words} in ${text}`);
  for (
    const [text, words] of [
      ["Gone", "go"],
      ["forgot to", "got to x"],
      ["photo bears", "to be"],
      ["abcab", "bca b"],
      ["会开", "开会"],
      ["开 会", "开会"],
    ] as const
  ) assert(!finds(text, words), `${words} in ${text}`);
});

Deno.test("findRanges marks what a person sees", () => {
  assertEquals(marked("Die Größe zählt", "grosse"), ["Größe"]);
  assertEquals(marked("a cafe\u0301!", "fe"), []);
  assertEquals(marked("a cafe\u0301!", "cafe"), ["cafe\u0301"]);
  assertEquals(marked("明天开会，后天开会", "开会"), ["开会", "开会"]);
  assertEquals(marked("banana", "ana", "nan"), ["anan"]);
  assertEquals(marked("ok 👍🏽!", "👍"), ["👍🏽"]);
  assertEquals(marked("one,  two", "one two"), ["one,  two"]);
});

const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.array(
    fc.constantFrom(
      ..."a b ß é e\u0301 İ 开 会 が ｶ ﾞ 가 각 ᄀ ᅡ ᆨ , \n 👍 🏽 ﬁ 𐐀 ς Σ ü 1 _ -"
        .split(
          " ",
        ),
      " ",
    ),
    { maxLength: 20 },
  ).map((parts) => parts.join("")),
);

Deno.test("Any part of a text between its gaps is found in it", () => {
  fc.assert(
    fc.property(
      texts,
      fc.nat(),
      fc.nat(),
      (text, from, length) => {
        const words = fold(text).split(" ");
        const start = from % words.length;
        const some = words.slice(start, start + 1 + length % 3).join(" ");
        if (tokensOfQuery(some).size === 0) return;
        assert(finds(text, some), JSON.stringify([text, some]));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("Three letters and more, or two Chinese ones, are found wherever they stand", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."abc部署北京"), maxLength: 30 }),
      fc.nat(),
      (text, from) => {
        const start = from % (text.length + 1);
        const part = text.slice(start, start + 6);
        const pieces = part.match(/[a-z]+|[^a-z]+/g) ?? [];
        if (pieces.some((piece) => /[a-z]/.test(piece) && piece.length < 3)) {
          return;
        }
        assertEquals(part === "" || finds(text, part), true, part);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("Ranges are found wherever the folded text matches", () => {
  fc.assert(
    fc.property(texts, texts, (text, words) => {
      const pattern = patternOf(words);
      if (tokensOfQuery(words).size === 0) return;
      const matches = fold(text).search(pattern) >= 0;
      const ranges = findRanges(text, [pattern]);
      assertEquals(ranges.length > 0, matches);
      for (const [start, end] of ranges) {
        assert(0 <= start && start < end && end <= text.length);
      }
    }),
    { numRuns: 500 },
  );
});
