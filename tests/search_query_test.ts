import { assertEquals, assertThrows } from "@std/assert";
import { BadQuery, LONGEST_QUERY, parseQuery } from "../lib/search_query.ts";

Deno.test("parseQuery reads words, phrases and filters", () => {
  const empty = { words: [], without: [], has: [] };
  for (
    const [text, expected] of [
      ["two words", { ...empty, words: ["two", "words"] }],
      [' "to be"  -not ', { ...empty, words: ["to be"], without: ["not"] }],
      ["“今天 开会”", { ...empty, words: ["今天 开会"] }],
      ['-"not this"', { ...empty, without: ["not this"] }],
      ["salt & pepper", { ...empty, words: ["salt", "pepper"] }],
      ["http://a.org 12:30", { ...empty, words: ["http://a.org", "12:30"] }],
      ["from:me", { ...empty, from: "me" }],
      ['From:"Ada L" IN:#boats', { ...empty, from: "Ada L", in: "boats" }],
      ["from：@小明", { ...empty, from: "小明" }],
      ["has:link has:File", { ...empty, has: ["link", "file"] }],
      ["well-known", { ...empty, words: ["well-known"] }],
      [
        "before:2026-03-01 after:2026-02-27",
        {
          ...empty,
          before: Date.UTC(2026, 2, 1),
          after: Date.UTC(2026, 1, 28),
        },
      ],
    ] as const
  ) assertEquals(parseQuery(text), expected as unknown, text);
});

Deno.test("parseQuery counts days by the reader's clock", () => {
  const { before } = parseQuery("before:2026-03-01", "Asia/Shanghai");
  assertEquals(before, Date.UTC(2026, 1, 28, 16));
  // The night in which the clocks change: 23 hours long.
  const spring = parseQuery(
    "after:2026-03-29 before:2026-03-29",
    "Europe/Rome",
  );
  assertEquals(spring.before, Date.UTC(2026, 2, 28, 23));
  assertEquals(spring.after, Date.UTC(2026, 2, 29, 22));
});

Deno.test("parseQuery says what is wrong with which part", () => {
  for (
    const [text, problem, part] of [
      ["", "nothing", ""],
      [" … & ", "nothing", "… &"],
      ["a".repeat(LONGEST_QUERY + 1), "too_long", "a".repeat(20)],
      ['boat "to be', "quote", '"to be'],
      ["boat from:", "value", "from:"],
      ['in:""', "value", 'in:""'],
      ["from:ada from:bo", "twice", "from:bo"],
      ["-from:ada", "minus", "-from:ada"],
      ["has:wings", "has", "has:wings"],
      ["before:yesterday", "date", "before:yesterday"],
      ["after:2026-02-30", "date", "after:2026-02-30"],
    ] as const
  ) {
    const error = assertThrows(() => parseQuery(text), BadQuery);
    const { code } = error;
    assertEquals([code, error.problem, error.part], [
      ...["bad_query", problem, part],
    ], text);
  }
});
