import { page } from "fresh";
import { LoginCard } from "../../components/account/LoginCard.tsx";
import { Field } from "../../components/Field.tsx";
import { define } from "../../lib/app.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { nextPath, readForm, seeOther } from "../../lib/forms.ts";
import { translator } from "../../lib/locale.ts";
import { publicUrl } from "../../lib/origins.ts";
import type { ErrorCode } from "../../lib/protocol.ts";
import { sessionCookie } from "../../lib/sessions.ts";
import { visitOf } from "../../lib/visits.ts";

interface RecoverData {
  name: string;
  code: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<RecoverData>({
  GET() {
    return page({ name: "", code: "", error: null });
  },

  /** Sets a new password by a recovery code, and signs in. */
  async POST({ req, info, url, state: { atoll, session } }) {
    const form = await readForm(req);
    const name = form.get("name") ?? "";
    const code = form.get("code") ?? "";
    const password = form.get("password") ?? "";
    const visit = visitOf(req, info, atoll.config);
    try {
      const { token } = await atoll.credentials
        .recover({ name, code, password }, visit);
      if (session !== null) await atoll.sessions.end(session);
      const cookie = sessionCookie(token, publicUrl(req, atoll.config));
      return seeOther(nextPath(url.searchParams.get("next"), url), [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const data = { name, code, error: error.code };
      return page(data, { status: ERRORS[error.code].status });
    }
  },
});

export default define.page<typeof handler>(({ data, url, state }) => {
  const t = translator(state.locale);
  const next = url.searchParams.get("next");
  const query = next === null ? "" : `?next=${encodeURIComponent(next)}`;
  const { error } = data;
  const text = error === null
    ? null
    : error === "too_fast"
    ? t("login.too_fast")
    : t.error(error);
  const isPassword = error?.startsWith("password_") ?? false;
  return (
    <LoginCard t={t} title={t("login.recover_title")}>
      <p class="lead">{t("login.recover_lead")}</p>
      <form class="stack" method="post" action={`/login/recover${query}`}>
        <Field
          id="name"
          label={t("guest.name")}
          error={null}
          value={data.name}
          autocomplete="username"
          autofocus
        />
        <Field
          id="code"
          name="code"
          label={t("login.code")}
          hint={t("login.code_hint")}
          error={isPassword ? null : text}
          value={data.code}
        />
        <Field
          id="password"
          name="password"
          type="password"
          label={t("account.password_new")}
          hint={t("account.password_hint")}
          error={isPassword ? text : null}
          value=""
          autocomplete="new-password"
        />
        <button type="submit" class="button primary large">
          {t("login.recover")}
        </button>
      </form>
      <p>
        <a href={`/login${query}`}>{t("login.title")}</a>
      </p>
      <p class="hint">{t("login.no_codes")}</p>
    </LoginCard>
  );
});
