/** The language and the look. */
import type { JSX } from "preact";
import { type Locale, LOCALES, type Theme, THEMES } from "../../lib/locale.ts";
import { useWords } from "../words.ts";

/** An ordinary form. */
export function LookForm(
  { locale, theme }: { locale: Locale; theme: Theme },
): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="look">
      <h2 id="look">{t("settings.look")}</h2>
      <form class="stack" method="post" action="/settings/look">
        <div class="field">
          <label for="locale">{t("settings.language")}</label>
          <select id="locale" name="locale">
            {Object.entries(LOCALES).map(([tag, name]) => (
              <option
                key={tag}
                value={tag}
                lang={tag}
                selected={tag === locale}
              >
                {name}
              </option>
            ))}
          </select>
        </div>
        <fieldset class="choices">
          <legend>{t("settings.theme")}</legend>
          {THEMES.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="theme"
                value={one}
                checked={one === theme}
              />
              <span>{t(`settings.theme_${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="button primary">
          {t("settings.save")}
        </button>
      </form>
    </section>
  );
}
