import { page } from "fresh";
import { LoginCard } from "../components/account/LoginCard.tsx";
import { Field } from "../components/Field.tsx";
import CodeField from "../islands/CodeField.tsx";
import { define, type State } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { readForm, seeOther } from "../lib/forms.ts";
import { type Translator, translator } from "../lib/locale.ts";
import { publicUrl } from "../lib/origins.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import { sessionCookie } from "../lib/sessions.ts";
import { visitOf } from "../lib/visits.ts";

interface SetupData {
  /** Whether there is a code to be used. */
  offered: boolean;
  name: string;
  code: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<SetupData>({
  async GET({ state: { atoll } }) {
    const offered = await atoll.place.isOffered();
    return page({ ...{ offered, name: "", code: "" }, error: null });
  },

  /** Makes whoever has the code the owner: who is here, or someone new. */
  async POST({ req, info, state: { atoll, session } }) {
    const form = await readForm(req);
    const name = form.get("name") ?? "";
    const code = form.get("code") ?? "";
    const visit = visitOf(req, info, atoll.config);
    try {
      if (session !== null) {
        await atoll.place.claim(session, code, visit);
        return seeOther("/place?yours");
      }
      const { token } = await atoll.place.claimAs(name, code, visit);
      const cookie = sessionCookie(token, publicUrl(req, atoll.config));
      return seeOther("/place?yours", [cookie]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status } = ERRORS[error.code];
      const offered = await atoll.place.isOffered();
      const data = { offered, name, code, error: error.code };
      return page(data, { status });
    }
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const t = translator(state.locale);
  const { error } = data;
  if (!data.offered) return <OwnedCard t={t} session={state.session} />;
  const isName = error?.startsWith("name_") ?? false;
  return (
    <LoginCard t={t} title={t("setup.title")}>
      <p class="lead">{t("setup.lead")}</p>
      <form class="stack" method="post" action="/setup">
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
          : <p>{t("setup.as", { name: state.session.person.name })}</p>}
        <CodeField
          label={t("setup.code")}
          hint={t("setup.code_hint")}
          error={error === null || isName ? null : t.error(error)}
          value={data.code}
        />
        <button type="submit" class="button primary large">
          {t("setup.claim")}
        </button>
      </form>
    </LoginCard>
  );
});

/** What to do where the link was used before. */
function OwnedCard({ t, session }: { t: Translator } & Pick<State, "session">) {
  const isMine = session?.role === "owner";
  const [href, label] = isMine
    ? ["/place", t("place.manage")]
    : session === null
    ? ["/login", t("login.title")]
    : ["/", t("app.back")];
  return (
    <LoginCard t={t} title={t("setup.owned")}>
      <p class="lead">{t(isMine ? "setup.yours" : "setup.owned_lead")}</p>
      <a class="button primary large" href={href}>{label}</a>
      <p class="hint">{t("setup.owned_lost")}</p>
    </LoginCard>
  );
}
