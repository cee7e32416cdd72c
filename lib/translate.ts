/** Words, plurals and dates in one language: pure, the same on the server and in the browser. */
import type { ErrorCode } from "./protocol.ts";

/** The languages Atoll speaks. */
export type Locale = "en" | "zh-CN";

/** The texts as they are in English, the language that has them all. */
export type EnglishTexts = typeof import("../locales/en.json", {
  with: { type: "json" },
});

/** The names of all texts. */
export type TextKey = keyof EnglishTexts;

/** A text, or its forms by plural category of `{count}`. */
export type Text = string | { readonly [category: string]: string };

/** All texts of one language. */
export type Strings = Readonly<Record<TextKey, Text>>;

/** What stands in for `{placeholders}`; numbers are written in the language. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Texts, numbers and dates in one language. */
export interface Translator {
  /** The language. */
  readonly locale: Locale;
  /** The text of this name, its plural form chosen by `values.count`. */
  (key: TextKey, values?: TextValues): string;
  /** What happened and what to do, for a person. */
  error(code: ErrorCode): string;
  /** Hours and minutes: `09:05`. */
  time(at: number): string;
  /** Day and time in full. */
  moment(at: number): string;
  /** Day and month with the year: `22 Nov 2026`. */
  shortDate(at: number): string;
  /** The day's name for a line between days, `Today` and `Yesterday` included. */
  day(at: number, now: number): string;
  /** The calendar day as `2026-11-22`, to tell one day from the next. */
  dayKey(at: number): string;
}

/**
 * Makes the translator of a language; `timeZone` is an IANA name, by default
 * the machine's own.
 */
export function translator(
  locale: Locale,
  strings: Strings,
  timeZone?: string,
): Translator {
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const dates = dateFormats(locale, timeZone);

  const form = (text: Text, values: TextValues): string => {
    if (typeof text === "string") return text;
    const category = plurals.select(Number(values.count ?? 0));
    return text[category] ?? text.other ?? "";
  };
  const translate = (key: TextKey, values: TextValues = {}): string =>
    form(strings[key] ?? key, values).replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? numbers.format(value) : value;
    });

  const dayKey = (at: number) => dates.key.format(at);
  return Object.assign(translate, {
    locale,
    error: (code: ErrorCode) => translate(`error.${code}`),
    time: (at: number) => dates.time.format(at),
    moment: (at: number) => dates.moment.format(at),
    shortDate: (at: number) => dates.short.format(at),
    dayKey,
    day(at: number, now: number): string {
      const key = dayKey(at);
      if (key === dayKey(now)) return translate("room.today");
      if (key === dayKey(now - 86_400_000)) return translate("room.yesterday");
      const sameYear = key.slice(0, 4) === dayKey(now).slice(0, 4);
      return (sameYear ? dates.day : dates.dayOfYear).format(at);
    },
  });
}

function dateFormats(locale: Locale, timeZone: string | undefined) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const english = locale === "en" ? "en-GB" : locale;
  const make = (options: Intl.DateTimeFormatOptions, tag: string = english) =>
    new Intl.DateTimeFormat(tag, { ...zone, ...options });
  const clock = {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  } as const;
  const day = { weekday: "long", day: "numeric", month: "long" } as const;
  return {
    time: make(clock),
    moment: make({ ...day, year: "numeric", ...clock }),
    short: make({ day: "numeric", month: "short", year: "numeric" }),
    day: make(day),
    dayOfYear: make({ ...day, year: "numeric" }),
    // Swedish writes dates as ISO 8601 does.
    key: make({ year: "numeric", month: "2-digit", day: "2-digit" }, "sv-SE"),
  };
}
