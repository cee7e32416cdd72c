import { assert, assertEquals } from "@std/assert";
import { ERRORS } from "../lib/errors.ts";
import {
  choiceCookie,
  type Locale,
  LOCALES,
  negotiateLocale,
  type Strings,
  stringsOf,
  themeOf,
  translator,
  zoneOf,
} from "../lib/locale.ts";

const LANGUAGES = Object.keys(LOCALES) as Locale[];
const NOON = Date.UTC(2026, 10, 22, 12, 5);
const DAY = 24 * 60 * 60 * 1000;

function placeholders(text: Strings[keyof Strings]): string[] {
  const forms = typeof text === "string" ? [text] : Object.values(text);
  const names = forms.flatMap((form) =>
    [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  );
  return [...new Set(names)].sort();
}

Deno.test("Every language has the same texts with the same placeholders", () => {
  const english = stringsOf("en");
  for (const language of LANGUAGES) {
    const strings = stringsOf(language);
    assertEquals(Object.keys(strings).sort(), Object.keys(english).sort());
    for (const key of Object.keys(english) as (keyof Strings)[]) {
      assertEquals(placeholders(strings[key]), placeholders(english[key]), key);
    }
  }
});

Deno.test("Every plural category of a language has its form", () => {
  for (const language of LANGUAGES) {
    const { pluralCategories } = new Intl.PluralRules(language)
      .resolvedOptions();
    for (const [key, text] of Object.entries(stringsOf(language))) {
      if (typeof text === "string") continue;
      for (const category of pluralCategories) {
        assert(text[category], `${language}: ${key} lacks ${category}`);
      }
    }
  }
});

Deno.test("Every error a person can see has words in every language", () => {
  for (const language of LANGUAGES) {
    const t = translator(language);
    for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
      assert(!t.error(code).startsWith("error."), `${language}: ${code}`);
    }
  }
});

Deno.test("A count chooses the plural form and is written in the language", () => {
  const t = translator("en");
  assertEquals(t("rooms.posts", { count: 1 }), "1 message");
  assertEquals(t("rooms.posts", { count: 1200 }), "1,200 messages");
  assertEquals(translator("zh-CN")("rooms.posts", { count: 1 }), "1 条消息");
});

Deno.test("Values are put in as they are, whatever they contain", () => {
  const t = translator("en");
  const room = "$& {room} <b>";
  assertEquals(t("rooms.join_named", { room }), `Join ${room}`);
});

Deno.test("Days are named as people name them, in the reader's zone", () => {
  const t = translator("en", "UTC");
  assertEquals(t.day(NOON, NOON), "Today");
  assertEquals(t.day(NOON - DAY, NOON), "Yesterday");
  assert(t.day(NOON - 2 * DAY, NOON).includes("20 November"));
  assert(t.day(NOON - 400 * DAY, NOON).includes("2025"));
  assertEquals(t.time(NOON), "12:05");
  assertEquals(translator("en", "Asia/Shanghai").time(NOON), "20:05");
  assertEquals(t.dayKey(NOON), "2026-11-22");
});

Deno.test("The language comes from the cookie, else from the browser", () => {
  const of = (cookie: string, accept: string) =>
    negotiateLocale(new Headers({ cookie, "accept-language": accept }));
  assertEquals(of("", ""), "en");
  assertEquals(of("", "zh-TW,zh;q=0.9,en;q=0.8"), "zh-CN");
  assertEquals(of("", "zh;q=0.2, en-GB;q=0.9"), "en");
  assertEquals(of("", "fr, zh;q=0, en;q=0.5"), "en");
  assertEquals(of("", "de-DE,de"), "en");
  assertEquals(of("a=b; atoll_locale=zh-CN", "en"), "zh-CN");
  assertEquals(of("atoll_locale=tlh", "en"), "en");
  assertEquals(of("atoll_locale=%E0%A4", "zh"), "zh-CN");
});

Deno.test("Theme and zone fall back when their cookies are nonsense", () => {
  const of = (cookie: string) => new Headers({ cookie });
  assertEquals(themeOf(of("atoll_theme=dark")), "dark");
  assertEquals(themeOf(of("atoll_theme=constructor")), "auto");
  assertEquals(zoneOf(of("atoll_zone=Europe%2FBerlin")), "Europe/Berlin");
  assertEquals(zoneOf(of("atoll_zone=Mars")), "UTC");
});

Deno.test("A choice is kept for a year, by HTTPS only where there is HTTPS", () => {
  const plain = choiceCookie("atoll_theme", "dark", new URL("http://a.test/"));
  assert(!plain.includes("Secure"));
  const safe = choiceCookie("atoll_theme", "dark", new URL("https://a.test/"));
  assert(safe.startsWith("atoll_theme=dark; Path=/; Max-Age=31536000"));
  assert(safe.endsWith("Secure"));
});
