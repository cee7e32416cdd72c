/** Choosing a picture, of oneself or of the place, and which square of it is shown. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { PictureCrop } from "../components/account/PictureCrop.tsx";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** Without scripts a form whose picture the server crops in the middle. */
export default function PictureEditor(
  { action, locale, strings }: {
    /** Where the form goes. */
    action: string;
    locale: Locale;
    strings: Strings;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  return (
    <Words.Provider value={t}>
      <PictureCrop action={action} />
    </Words.Provider>
  );
}
