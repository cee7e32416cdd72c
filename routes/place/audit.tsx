import { page } from "fresh";
import { AuditList } from "../../components/place/AuditList.tsx";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import { define } from "../../lib/app.ts";
import type { AuditPage } from "../../lib/audit.ts";
import { enterPath, seeOther } from "../../lib/forms.ts";
import { translator, zoneOf } from "../../lib/locale.ts";
import type { Session } from "../../lib/sessions.ts";

interface AuditData {
  session: Session;
  place: string;
  record: AuditPage;
  before: string | null;
}

export const handler = define.handlers<AuditData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const before = url.searchParams.get("before");
    const record = await atoll.audit.page(session, before);
    const { name } = await atoll.place.settings();
    return page({ session, place: name, record, before });
  },
});

export default define.page<typeof handler>(({ data, req, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  const { session, place, record, before } = data;
  return (
    <PlacePage
      {...{ t, session, name: place, page: "audit", note: null, error: null }}
    >
      <p class="lead">{t("audit.lead")}</p>
      <AuditList acts={record.acts} />
      <nav class="row" aria-label={t("place.audit")}>
        {before !== null && (
          <a class="button" href="/place/audit">{t("audit.newest")}</a>
        )}
        {record.next !== null && (
          <a class="button" href={`/place/audit?before=${record.next}`}>
            {t("audit.older")}
          </a>
        )}
      </nav>
    </PlacePage>
  );
});
