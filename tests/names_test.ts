import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Refusal } from "../lib/errors.ts";
import { checkPersonName, checkRoomName, slugOf } from "../lib/names.ts";

function refusal(text: string): string {
  return assertThrows(() => checkPersonName(text), Refusal).code;
}

Deno.test("Names that look alike have one key [N1]", () => {
  for (
    const [a, b] of [
      ["Ana", "ANA"],
      ["Ana", "Аna"], // Cyrillic А
      ["Ana", "Ａｎａ"],
      ["Bob", "Вob"], // Cyrillic В, whose small letter looks like no Latin one
      ["Nick", "Νick"], // Greek Ν
      ["Ivan", "Іvan"], // Cyrillic І, which looks like a small l, too
      ["Ivan", "Ιvan"], // Greek Ι
      ["Вера", "вера"],
      ["Ruby", "ℜ𝘂ᖯʏ"],
      ["paul", "pau1"],
      ["Straße", "straße"],
      ["José", "José"],
      ["A na", "Ana"],
    ] as const
  ) {
    assertEquals(checkPersonName(a).key, checkPersonName(b).key, `${a} ${b}`);
  }
  assertNotEquals(checkPersonName("Ana").key, checkPersonName("Anna").key);
  assertNotEquals(checkPersonName("李雷").key, checkPersonName("李蕾").key);
});

Deno.test("An @ before a name is none of it", () => {
  assertEquals(checkPersonName(" @Bob").name, "Bob");
  assertEquals(checkPersonName("＠Bob").key, checkPersonName("Bob").key);
  assertEquals(checkPersonName("b@b").name, "b@b");
  assertEquals(refusal("@here"), "name_reserved");
  assertEquals(refusal("ADMІN"), "name_reserved"); // Cyrillic І
});

Deno.test("Names of all scripts are kept as they are written", () => {
  for (
    const name of [
      "李雷",
      "נועה",
      "می‌خواهم",
      "José",
      "👨‍👩‍👧 family",
      "O'Brien",
      "नमस्ते",
    ]
  ) {
    assertEquals(checkPersonName(`  ${name} `).name, name);
  }
});

Deno.test("Names that deceive or break pages are refused with their reason", () => {
  const cases: [string, string][] = [
    ["", "name_empty"],
    ["   ", "name_empty"],
    ["!!!", "name_empty"],
    ["x".repeat(41), "name_too_long"],
    ["😀".repeat(200), "name_too_long"],
    ["x".repeat(1_000_000), "name_too_long"],
    ["a\u0007b", "name_characters"],
    ["a\u202ecba", "name_characters"],
    ["a\u200bb", "name_characters"],
    ["\u3164", "name_characters"],
    ["a\ud800", "name_characters"],
    ["Z͑ͫ̓ͪ̂ͫ", "name_characters"],
    ["admin", "name_reserved"],
    ["АDMIN", "name_reserved"],
  ];
  for (const [text, code] of cases) assertEquals(refusal(text), code, text);
});

Deno.test("A room's address is made of its name", () => {
  assertEquals(slugOf("Boats & Sails"), "boats-sails");
  assertEquals(slugOf("发布 Release!"), "发布-release");
  assertEquals(slugOf("???"), "room");
  assertEquals(
    slugOf("0190a6f0-0000-7000-8000-000000000000"),
    "room-0190a6f0-0000-7000-8000-000000000000",
  );
  assertEquals(checkRoomName("# boats").name, "boats");
});
