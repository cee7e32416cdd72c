/** One's name, the language and the look, signing out. */
import type { JSX } from "preact";
import { type Locale, LOCALES, type Theme, THEMES } from "../lib/locale.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { Field } from "./Field.tsx";
import { useWords } from "./words.ts";

interface SettingsFormsProps {
  name: string;
  error: ErrorCode | null;
  locale: Locale;
  theme: Theme;
}

/** Three ordinary forms. */
export function SettingsForms(props: SettingsFormsProps): JSX.Element {
  return (
    <>
      <NameForm {...props} />
      <LookForm {...props} />
      <SignOutForm />
    </>
  );
}

function NameForm({ name, error }: SettingsFormsProps): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="you">
      <h2 id="you">{t("settings.you")}</h2>
      <form class="stack" method="post" action="/settings">
        <Field
          id="name"
          label={t("settings.name")}
          hint={t("settings.name_hint")}
          error={error === null ? null : t.error(error)}
          value={name}
          autocomplete="nickname"
        />
        <button type="submit" class="button primary">
          {t("settings.rename")}
        </button>
      </form>
    </section>
  );
}

function LookForm({ locale, theme }: SettingsFormsProps): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="look">
      <h2 id="look">{t("settings.look")}</h2>
      <form class="stack" method="post" action="/settings">
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

function SignOutForm(): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="signout">
      <h2 id="signout">{t("settings.signout_title")}</h2>
      <p class="hint">{t("settings.signout_hint")}</p>
      <details class="sign-out">
        <summary class="button">{t("settings.signout")}…</summary>
        <form class="stack" method="post" action="/signout">
          <p>{t("settings.signout_sure")}</p>
          <button type="submit" class="button danger">
            {t("settings.signout")}
          </button>
        </form>
      </details>
    </section>
  );
}
