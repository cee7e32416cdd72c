/** Recovery codes on a page of their own. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { CodeList } from "../components/account/CodeList.tsx";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** The list, with buttons that live. */
export default function NewCodes(
  { codes, next, locale, strings }: {
    codes: string[];
    next?: string;
    locale: Locale;
    strings: Strings;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  return (
    <Words.Provider value={t}>
      <CodeList codes={codes} next={next} />
    </Words.Provider>
  );
}
