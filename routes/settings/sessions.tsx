import { page } from "fresh";
import { SessionList } from "../../components/account/SessionList.tsx";
import { SettingsPage } from "../../components/account/SettingsPage.tsx";
import { define } from "../../lib/app.ts";
import { Refusal } from "../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import { translator, zoneOf } from "../../lib/locale.ts";
import type { ListedSession, Session } from "../../lib/sessions.ts";

interface SessionsData {
  session: Session;
  sessions: ListedSession[];
}

const SHA_256 = /^[0-9a-f]{64}$/;

export const handler = define.handlers<SessionsData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const sessions = await atoll.sessions.list(session.person.id);
    return page({ session, sessions });
  },

  /** Ends one of one's sessions, or all others. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    const hash = form.get("end") ?? "";
    if (form.has("others")) await atoll.sessions.endOthers(session);
    else if (!SHA_256.test(hash)) throw new Refusal("bad_frame");
    else await atoll.sessions.endOne(session.person.id, hash);
    return seeOther("/settings/sessions?saved");
  },
});

export default define.page<typeof handler>(({ data, req, url, state }) => (
  <SettingsPage
    t={translator(state.locale, zoneOf(req.headers))}
    me={data.session.person}
    page="sessions"
    saved={url.searchParams.has("saved")}
  >
    <SessionList sessions={data.sessions} own={data.session.hash} />
  </SettingsPage>
));
