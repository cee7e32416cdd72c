import { page } from "fresh";
import { PageTitle } from "../components/PageTitle.tsx";
import { Page } from "../components/Page.tsx";
import { MentionList } from "../components/reading/MentionList.tsx";
import { define } from "../lib/app.ts";
import { enterPath, seeOther } from "../lib/forms.ts";
import type { MentionsPage } from "../lib/inbox.ts";
import { translator, zoneOf } from "../lib/locale.ts";

export const handler = define.handlers<{ found: MentionsPage }>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const before = url.searchParams.get("before");
    return page({ found: await atoll.inbox.of(session, { before }) });
  },
});

export default define.page<typeof handler>(({ data, req, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  const before = data.found.before ?? "";
  return (
    <Page t={t} me={state.session?.person ?? null}>
      <PageTitle parts={[t("mentions.title")]} />
      <h1>{t("mentions.title")}</h1>
      <MentionList
        page={data.found}
        more={
          <a
            class="button"
            href={`/mentions?${new URLSearchParams({ before })}`}
          >
            {t("mentions.more")}
          </a>
        }
      />
    </Page>
  );
});
