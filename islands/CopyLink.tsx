/** A link that is shown once, to be copied. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { CopyButton } from "../components/CopyButton.tsx";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** The link in a field that selects itself, and a button. */
export default function CopyLink(
  { link, label, locale, strings }: {
    link: string;
    label: string;
    locale: Locale;
    strings: Strings;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  return (
    <Words.Provider value={t}>
      <div class="copy-link">
        <input
          type="text"
          readOnly
          value={link}
          aria-label={label}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={link} label={t("message.copy_link")} />
      </div>
    </Words.Provider>
  );
}
