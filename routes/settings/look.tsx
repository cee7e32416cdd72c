import { page } from "fresh";
import { LookForm } from "../../components/account/LookForm.tsx";
import { SettingsPage } from "../../components/account/SettingsPage.tsx";
import { define } from "../../lib/app.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import {
  choiceCookie,
  isLocale,
  isTheme,
  LOCALE_COOKIE,
  THEME_COOKIE,
  themeOf,
  translator,
} from "../../lib/locale.ts";
import { publicUrl } from "../../lib/origins.ts";
import type { Person } from "../../lib/protocol.ts";

export const handler = define.handlers<{ me: Person }>({
  GET({ url, state: { session } }) {
    if (session === null) return seeOther(enterPath(url));
    return page({ me: session.person });
  },

  /** Keeps the choices in this browser. */
  async POST({ req, state: { atoll } }) {
    const cookies = choices(await readForm(req), publicUrl(req, atoll.config));
    return seeOther("/settings/look?saved", cookies);
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

export default define.page<typeof handler>(({ data, req, url, state }) => (
  <SettingsPage
    t={translator(state.locale)}
    me={data.me}
    page="look"
    saved={url.searchParams.has("saved")}
  >
    <LookForm locale={state.locale} theme={themeOf(req.headers)} />
  </SettingsPage>
));
