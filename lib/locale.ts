/** Which language, theme and time zone a request asks for. */
import { cookieOf } from "./cookies.ts";
import en from "../locales/en.json" with { type: "json" };
import zhCN from "../locales/zh-CN.json" with { type: "json" };
import {
  type Locale,
  type Strings,
  type Translator,
  translator as makeTranslator,
} from "./translate.ts";

export type { Locale, Strings, TextKey, Translator } from "./translate.ts";

/** All languages, each named in itself. */
export const LOCALES: Readonly<Record<Locale, string>> = {
  en: "English",
  "zh-CN": "简体中文",
};

/** What the page looks like; `auto` follows the device. */
export type Theme = "auto" | "light" | "dark" | "contrast";

/** All themes, in the order in which they are offered. */
export const THEMES: readonly Theme[] = ["auto", "light", "dark", "contrast"];

/** Cookie with the chosen language. */
export const LOCALE_COOKIE = "atoll_locale";
/** Cookie with the chosen theme. */
export const THEME_COOKIE = "atoll_theme";
/** Cookie in which the browser tells its time zone (an IANA name). */
export const ZONE_COOKIE = "atoll_zone";

const STRINGS: Readonly<Record<Locale, Strings>> = { en, "zh-CN": zhCN };

/** All texts of a language. */
export function stringsOf(locale: Locale): Strings {
  return STRINGS[locale];
}

/** The texts of a language whose keys start with one of `prefixes`, for a small island. */
export function someStrings(
  locale: Locale,
  prefixes: readonly string[],
): Strings {
  const some = Object.entries(STRINGS[locale]).filter(([key]) =>
    prefixes.some((prefix) => key.startsWith(prefix))
  );
  return Object.fromEntries(some) as Strings;
}

/** The translator of a language, in UTC unless a zone is given. */
export function translator(locale: Locale, timeZone = "UTC"): Translator {
  return makeTranslator(locale, STRINGS[locale], timeZone);
}

/** Whether this is one of our languages. */
export function isLocale(value: unknown): value is Locale {
  return typeof value === "string" && Object.hasOwn(LOCALES, value);
}

/** Whether this is one of our themes. */
export function isTheme(value: unknown): value is Theme {
  return THEMES.includes(value as Theme);
}

/** The language of a request: its cookie, else `Accept-Language`, else English. */
export function negotiateLocale(headers: Headers): Locale {
  const chosen = cookieOf(headers, LOCALE_COOKIE);
  if (isLocale(chosen)) return chosen;
  for (const tag of acceptedLanguages(headers.get("accept-language") ?? "")) {
    if (tag === "zh" || tag.startsWith("zh-")) return "zh-CN";
    if (tag === "en" || tag.startsWith("en-")) return "en";
  }
  return "en";
}

/** The theme of a request. */
export function themeOf(headers: Headers): Theme {
  const chosen = cookieOf(headers, THEME_COOKIE);
  return isTheme(chosen) ? chosen : "auto";
}

/** The browser's time zone as told by its cookie, else UTC. */
export function zoneOf(headers: Headers): string {
  const zone = cookieOf(headers, ZONE_COOKIE);
  if (zone === undefined) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone })
      .resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

/** A cookie that keeps a choice for a year; scripts may read it. */
export function choiceCookie(name: string, value: string, url: URL): string {
  const secure = url.protocol === "https:" ? "; Secure" : "";
  const encoded = encodeURIComponent(value);
  return `${name}=${encoded}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

/** Language tags of an `Accept-Language` header in lower case, best first. */
function acceptedLanguages(header: string): string[] {
  return header.split(",").map((part, index) => {
    const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
    const q = parameters.find((parameter) => parameter.trim().startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.trim().slice(2));
    return { tag: tag.trim(), quality, index };
  })
    .filter(({ tag, quality }) => tag !== "" && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index)
    .map(({ tag }) => tag);
}
