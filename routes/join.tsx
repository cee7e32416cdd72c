import { page } from "fresh";
import { LoginCard } from "../components/account/LoginCard.tsx";
import { Field } from "../components/Field.tsx";
import CodeField from "../islands/CodeField.tsx";
import { define } from "../lib/app.ts";
import type { Invited } from "../lib/db/invitation_writes.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { readForm, seeOther } from "../lib/forms.ts";
import { translator } from "../lib/locale.ts";
import { publicUrl } from "../lib/origins.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { sessionCookie } from "../lib/sessions.ts";
import { visitOf } from "../lib/visits.ts";

interface JoinData {
  name: string;
  code: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<JoinData>({
  GET: () => page({ name: "", code: "", error: null }),

  /** Comes in by the invitation's code: who is here, or someone new. */
  async POST({ req, info, state: { atoll, session } }) {
    const form = await readForm(req);
    const name = form.get("name") ?? "";
    const code = form.get("code") ?? "";
    const visit = visitOf(req, info, atoll.config);
    try {
      if (session !== null) {
        const invited = await atoll.invitations.join(session, code, visit);
        return seeOther(nextOf(invited));
      }
      if (await atoll.sessions.banOf(req)) throw new Refusal("banned");
      const { newcomer, ...invited } = await atoll.invitations
        .joinAs(name, code, visit);
      const url = publicUrl(req, atoll.config);
      const cookie = sessionCookie(newcomer.token, url);
      return seeOther(nextOf(invited), [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = ERRORS[error.code];
      return page({ name, code, error: error.code }, { status });
    }
  },
});

/** Into the room; members are asked first how they keep their name. */
function nextOf({ room, role }: Invited): string {
  const path = `/rooms/${room ?? "lobby"}`;
  return role === "member" ? `/keep?next=${encodeURIComponent(path)}` : path;
}

export default define.page<typeof handler>(({ data, state }) => {
  const t = translator(state.locale);
  const { error } = data;
  const isName = error?.startsWith("name_") ?? false;
  return (
    <LoginCard t={t} title={t("join.title")}>
      <form class="stack" method="post" action="/join">
        {state.session === null
          ? (
            <Field
              id="name"
              label={t("guest.name")}
              hint={t("guest.name_hint")}
              error={isName ? t.error(error!) : null}
              value={data.name}
              autocomplete="nickname"
              autofocus
            />
          )
          : (
            <div>
              <p>{t("join.as", { name: state.session.person.name })}</p>
              <p class="hint">{t("join.other")}</p>
            </div>
          )}
        <CodeField
          label={t("join.code")}
          hint={t("join.code_hint")}
          error={error === null || isName ? null : t.error(error)}
          value={data.code}
        />
        <button type="submit" class="button primary large">
          {t("join.do")}
        </button>
      </form>
      {state.session === null && (
        <p class="hint">
          {t("join.known")} <a href="/login">{t("login.sign_in")}</a>
        </p>
      )}
    </LoginCard>
  );
});
