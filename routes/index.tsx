import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Brand } from "../components/Brand.tsx";
import { Field } from "../components/Field.tsx";
import { Icon } from "../components/icons.tsx";
import { useWords, Words } from "../components/words.ts";
import { type Atoll, define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { homeOf, nextPath, readForm, seeOther } from "../lib/forms.ts";
import { translator, zoneOf } from "../lib/locale.ts";
import { FOR_EVER } from "../lib/order.ts";
import { publicUrl } from "../lib/origins.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import type { PlaceSettings } from "../lib/place.ts";
import { type Ban, sessionCookie } from "../lib/sessions.ts";
import { visitOf } from "../lib/visits.ts";

interface StartData {
  name: string;
  error: ErrorCode | null;
  place: PlaceSettings;
  /** Who asks from this browser may not come in. */
  ban: Ban | null;
}

export const handler = define.handlers<StartData>({
  async GET({ req, url, state: { atoll, session } }) {
    const next = url.searchParams.get("next");
    if (session !== null) {
      return seeOther(next === null ? homeOf(session) : nextPath(next, url));
    }
    return page(await dataOf(atoll, req));
  },

  /** Lets a guest in, or shows the form again with what was wrong. */
  async POST({ req, info, url, state: { atoll } }) {
    const name = (await readForm(req)).get("name") ?? "";
    const data = await dataOf(atoll, req);
    try {
      if (data.ban !== null) throw new Refusal("banned");
      await atoll.place.checkEntry();
      const visit = visitOf(req, info, atoll.config);
      const { token } = await atoll.accounts.enter(name, visit);
      const cookie = sessionCookie(token, publicUrl(req, atoll.config));
      return seeOther(nextPath(url.searchParams.get("next"), url), [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = ERRORS[error.code];
      return page({ ...data, name, error: error.code }, { status });
    }
  },
});

async function dataOf(atoll: Atoll, req: Request): Promise<StartData> {
  const ban = await atoll.sessions.banOf(req);
  return { name: "", error: null, place: await atoll.place.settings(), ban };
}

export default define.page<typeof handler>(({ data, req, url, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  const { place, ban } = data;
  const needsInvitation = place.entry === "invited";
  return (
    <Words.Provider value={t}>
      <Head>
        <title>{`${place.name} · ${t("app.tagline")}`}</title>
        <meta name="description" content={t("guest.lead")} />
      </Head>
      <main class="guest">
        <div class="guest-card">
          <Brand />
          {ban === null
            ? (
              <>
                <h1>{t(needsInvitation ? "guest.closed" : "guest.title")}</h1>
                <p class="lead">
                  {t(needsInvitation ? "guest.closed_lead" : "guest.lead")}
                </p>
              </>
            )
            : <BanNotice ban={ban} />}
          {url.searchParams.has("signed_out") && (
            <p class="saved" role="status">{t("guest.signed_out")}</p>
          )}
          {url.searchParams.has("deleted") && (
            <p class="saved" role="status">{t("account.deleted")}</p>
          )}
          {!needsInvitation && ban === null && (
            <GuestForm name={data.name} error={data.error} url={url} />
          )}
          {ban === null && (
            <p>
              {data.error === "name_taken" ? t("login.yours") : t("login.have")}
              {" "}
              <a href={loginPath(url, data.name)}>{t("login.title")}</a>
            </p>
          )}
          {url.searchParams.has("next") && ban === null && (
            <p class="hint">{t("guest.next")}</p>
          )}
          <ul class="points">
            {(["sure", "plain", "yours"] as const).map((point) => (
              <li key={point}>
                <Icon name="check" size={16} />
                {t(`guest.point_${point}`)}
              </li>
            ))}
          </ul>
        </div>
      </main>
    </Words.Provider>
  );
});

function GuestForm(
  { name, error, url }: Pick<StartData, "name" | "error"> & { url: URL },
) {
  const t = useWords();
  return (
    <form class="stack" method="post" action={enterAction(url)}>
      <Field
        id="name"
        label={t("guest.name")}
        hint={t("guest.name_hint")}
        error={error === null ? null : t.error(error)}
        value={name}
        autocomplete="nickname"
        autofocus
      />
      <button type="submit" class="button primary large">
        {t("guest.enter")}
      </button>
    </form>
  );
}

function BanNotice({ ban: { until, reason } }: { ban: Ban }) {
  const t = useWords();
  return (
    <>
      <h1>{t("guest.banned")}</h1>
      <p class="lead">
        {until >= FOR_EVER
          ? t("guest.banned_for_ever")
          : t("guest.banned_until", { when: t.moment(until) })}
      </p>
      {reason !== "" && (
        <p>
          {t("order.reason")}: <bdi>{reason}</bdi>
        </p>
      )}
    </>
  );
}

/** Keeps where one wanted to go, and nothing else of the address. */
function enterAction(url: URL): string {
  const next = url.searchParams.get("next");
  return next === null ? "/" : `/?next=${encodeURIComponent(next)}`;
}

/** Where one signs in to get where one wanted to go, with the name typed so far. */
function loginPath(url: URL, name: string): string {
  const query = new URLSearchParams();
  const next = url.searchParams.get("next");
  if (next !== null) query.set("next", next);
  if (name !== "") query.set("name", name);
  return query.size > 0 ? `/login?${query}` : "/login";
}
