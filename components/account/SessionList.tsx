/** Where one is signed in. */
import type { JSX } from "preact";
import type { ListedSession } from "../../lib/sessions.ts";
import { isLately } from "../place/person_facts.ts";
import { useWords } from "../words.ts";

/** One's sessions, each with a form that ends it; `own` is the hash of this one. */
export function SessionList(
  { sessions, own }: { sessions: ListedSession[]; own: string },
): JSX.Element {
  const t = useWords();
  const others = sessions.some(({ hash }) => hash !== own);
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">{t("settings.sessions")}</h2>
      <p class="hint">{t("account.sessions_hint")}</p>
      <ul class="passkeys" aria-label={t("settings.sessions")}>
        {sessions.map((session) => (
          <SessionRow
            key={session.hash}
            session={session}
            isThis={session.hash === own}
          />
        ))}
      </ul>
      {others && (
        <form method="post" action="/settings/sessions">
          <input type="hidden" name="others" value="yes" />
          <button type="submit" class="button danger">
            {t("account.session_end_others")}
          </button>
        </form>
      )}
    </section>
  );
}

function SessionRow(
  { session, isThis }: { session: ListedSession; isThis: boolean },
): JSX.Element {
  const t = useWords();
  const { lastSeenAt } = session;
  const device = session.device || t("account.session_unknown");
  return (
    <li>
      <div>
        <span class="author">{device}</span>
        {isThis && <small>{` (${t("account.session_this")})`}</small>}
        <p class="hint">
          {t("account.session_since", { when: t.moment(session.createdAt) })}
          {" · "}
          {isLately(lastSeenAt)
            ? t("people.seen_lately")
            : t("account.session_seen", { when: t.moment(lastSeenAt) })}
        </p>
      </div>
      {!isThis && (
        <form method="post" action="/settings/sessions">
          <input type="hidden" name="end" value={session.hash} />
          <button
            type="submit"
            class="button small"
            aria-label={t("account.session_end_named", { device })}
          >
            {t("account.session_end")}
          </button>
        </form>
      )}
    </li>
  );
}
