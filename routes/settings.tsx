import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Page } from "../components/Page.tsx";
import { SettingsForms } from "../components/SettingsForms.tsx";
import { define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../lib/forms.ts";
import {
  choiceCookie,
  isLocale,
  isTheme,
  LOCALE_COOKIE,
  THEME_COOKIE,
  themeOf,
  translator,
} from "../lib/locale.ts";
import { publicUrl } from "../lib/origins.ts";
import type { ErrorCode } from "../lib/protocol.ts";

interface NameForm {
  name: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<NameForm>({
  GET({ url, state: { session } }) {
    if (session === null) return seeOther(enterPath(url));
    return page({ name: session.person.name, error: null });
  },

  /** Changes the name, or the language and the theme, whichever form was sent. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    const name = form.get("name");
    if (name === null) {
      return seeOther(
        "/settings?saved",
        choices(form, publicUrl(req, atoll.config)),
      );
    }
    try {
      await atoll.accounts.rename(session.person.id, name);
      return seeOther("/settings?saved");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = ERRORS[error.code];
      return page({ name, error: error.code }, { status });
    }
  },
});

function choices(form: URLSearchParams, url: URL): string[] {
  const locale = form.get("locale");
  const theme = form.get("theme");
  return [
    ...(isLocale(locale) ? [choiceCookie(LOCALE_COOKIE, locale, url)] : []),
    ...(isTheme(theme) ? [choiceCookie(THEME_COOKIE, theme, url)] : []),
  ];
}

export default define.page<typeof handler>(({ data, req, url, state }) => {
  const t = translator(state.locale);
  return (
    <Page t={t} me={state.session?.person ?? null} narrow>
      <Head>
        <title>{`${t("settings.title")} · Atoll`}</title>
      </Head>
      <h1>{t("settings.title")}</h1>
      {url.searchParams.has("saved") && data.error === null && (
        <p class="saved" role="status">{t("settings.saved")}</p>
      )}
      <SettingsForms
        name={data.name}
        error={data.error}
        locale={state.locale}
        theme={themeOf(req.headers)}
      />
    </Page>
  );
});
