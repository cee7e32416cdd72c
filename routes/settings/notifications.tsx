import { page } from "fresh";
import { SettingsPage } from "../../components/account/SettingsPage.tsx";
import NoticeChoices from "../../islands/NoticeChoices.tsx";
import { define } from "../../lib/app.ts";
import { enterPath, seeOther } from "../../lib/forms.ts";
import { someStrings, translator } from "../../lib/locale.ts";
import type { Person } from "../../lib/protocol.ts";

export const handler = define.handlers<{ me: Person }>({
  GET({ url, state: { session } }) {
    if (session === null) return seeOther(enterPath(url));
    return page({ me: session.person });
  },
});

export default define.page<typeof handler>(({ data, state: { locale } }) => {
  const t = translator(locale);
  return (
    <SettingsPage t={t} me={data.me} page="notifications" saved={false}>
      <p class="hint">{t("notices.lead")}</p>
      <noscript>
        <p>{t("notices.scripts")}</p>
      </noscript>
      <NoticeChoices
        locale={locale}
        strings={someStrings(locale, ["notices."])}
      />
    </SettingsPage>
  );
});
