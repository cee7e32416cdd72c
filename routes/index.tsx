import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Brand } from "../components/Brand.tsx";
import { Field } from "../components/Field.tsx";
import { Icon } from "../components/icons.tsx";
import { Words } from "../components/words.ts";
import { define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { nextPath, readForm, seeOther } from "../lib/forms.ts";
import { translator } from "../lib/locale.ts";
import { publicUrl } from "../lib/origins.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { sessionCookie } from "../lib/sessions.ts";
import { visitOf } from "../lib/visits.ts";

interface GuestForm {
  name: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<GuestForm>({
  GET({ url, state }) {
    const next = url.searchParams.get("next");
    if (state.session !== null) return seeOther(nextPath(next, url));
    return page({ name: "", error: null });
  },

  /** Lets a guest in, or shows the form again with what was wrong. */
  async POST({ req, info, url, state: { atoll } }) {
    const name = (await readForm(req)).get("name") ?? "";
    try {
      const { device } = visitOf(req, info, atoll.config);
      const { token } = await atoll.accounts.enter(name, device);
      const cookie = sessionCookie(token, publicUrl(req, atoll.config));
      return seeOther(nextPath(url.searchParams.get("next"), url), [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = ERRORS[error.code];
      return page({ name, error: error.code }, { status });
    }
  },
});

export default define.page<typeof handler>(({ data, url, state }) => {
  const t = translator(state.locale);
  return (
    <Words.Provider value={t}>
      <Head>
        <title>{`Atoll · ${t("app.tagline")}`}</title>
        <meta name="description" content={t("guest.lead")} />
      </Head>
      <main class="guest">
        <div class="guest-card">
          <Brand />
          <h1>{t("guest.title")}</h1>
          <p class="lead">{t("guest.lead")}</p>
          {url.searchParams.has("signed_out") && (
            <p class="saved" role="status">{t("guest.signed_out")}</p>
          )}
          {url.searchParams.has("deleted") && (
            <p class="saved" role="status">{t("account.deleted")}</p>
          )}
          <form class="stack" method="post" action={enterAction(url)}>
            <Field
              id="name"
              label={t("guest.name")}
              hint={t("guest.name_hint")}
              error={data.error === null ? null : t.error(data.error)}
              value={data.name}
              autocomplete="nickname"
              autofocus
            />
            <button type="submit" class="button primary large">
              {t("guest.enter")}
            </button>
          </form>
          <p>
            {data.error === "name_taken" ? t("login.yours") : t("login.have")}
            {" "}
            <a href={loginPath(url, data.name)}>{t("login.title")}</a>
          </p>
          {url.searchParams.has("next") && (
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
