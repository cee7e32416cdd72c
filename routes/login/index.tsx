import { page } from "fresh";
import { LoginCard } from "../../components/account/LoginCard.tsx";
import { Field } from "../../components/Field.tsx";
import SignInByPasskey from "../../islands/SignInByPasskey.tsx";
import { type Atoll, define } from "../../lib/app.ts";
import { isAccount } from "../../lib/credentials.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { nextPath, readForm, seeOther } from "../../lib/forms.ts";
import { someStrings, translator } from "../../lib/locale.ts";
import { publicUrl } from "../../lib/origins.ts";
import type { ErrorCode, Person } from "../../lib/protocol.ts";
import { sessionCookie } from "../../lib/sessions.ts";
import { visitOf } from "../../lib/visits.ts";

interface LoginData {
  name: string;
  error: ErrorCode | null;
  /** The guest who is here, and leaves by signing in. */
  guest: Person | null;
  /** Whether one may come in without an account and an invitation. */
  open: boolean;
}

export const handler = define.handlers<LoginData>({
  async GET({ url, state: { atoll, session } }) {
    const list = session && await atoll.credentials.of(session.person.id);
    if (list && isAccount(list)) {
      return seeOther(nextPath(url.searchParams.get("next"), url));
    }
    const name = url.searchParams.get("name") ?? "";
    const open = await isOpen(atoll);
    return page({ name, error: null, guest: session?.person ?? null, open });
  },

  /** Signs in by name and password; whoever was here at this browser leaves. */
  async POST({ req, info, url, state: { atoll, session } }) {
    const form = await readForm(req);
    const name = form.get("name") ?? "";
    const password = form.get("password") ?? "";
    const visit = visitOf(req, info, atoll.config);
    try {
      const { token } = await atoll.credentials.signIn(name, password, visit);
      if (session !== null) await atoll.sessions.end(session);
      const cookie = sessionCookie(token, publicUrl(req, atoll.config));
      return seeOther(nextPath(url.searchParams.get("next"), url), [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const guest = session?.person ?? null;
      const data = { name, error: code, guest, open: await isOpen(atoll) };
      return page(data, { status: ERRORS[code].status });
    }
  },
});

async function isOpen(atoll: Atoll): Promise<boolean> {
  return (await atoll.place.settings()).entry === "guests";
}

export default define.page<typeof handler>(({ data, url, state }) => {
  const t = translator(state.locale);
  const { error, guest, open } = data;
  const next = url.searchParams.get("next");
  const query = next === null ? "" : `?next=${encodeURIComponent(next)}`;
  return (
    <LoginCard t={t} title={t("login.title")}>
      {url.searchParams.has("signed_out") && (
        <p class="saved" role="status">{t("login.signed_out")}</p>
      )}
      {guest !== null && (
        <p class="hint">{t("login.as_guest", { name: guest.name })}</p>
      )}
      <form class="stack" method="post" action={`/login${query}`}>
        <Field
          id="name"
          label={t("guest.name")}
          error={null}
          value={data.name}
          autocomplete="username webauthn"
          autofocus
        />
        <Field
          id="password"
          name="password"
          type="password"
          label={t("account.password")}
          error={error === null
            ? null
            : error === "too_fast"
            ? t("login.too_fast")
            : t.error(error)}
          value=""
          autocomplete="current-password"
        />
        <button type="submit" class="button primary large">
          {t("login.sign_in")}
        </button>
      </form>
      <SignInByPasskey
        locale={state.locale}
        strings={someStrings(state.locale, ["account.", "error.", "login."])}
        next={nextPath(next, url)}
      />
      <p>
        <a href={`/login/recover${query}`}>{t("login.forgotten")}</a>
      </p>
      {open && (
        <p>
          <a href={`/${query}`}>{t("login.as_new")}</a>
        </p>
      )}
    </LoginCard>
  );
});
