import { page } from "fresh";
import { UserName } from "../components/account/AccountForms.tsx";
import { LoginCard } from "../components/account/LoginCard.tsx";
import { Field } from "../components/Field.tsx";
import AddPasskey from "../islands/AddPasskey.tsx";
import NewCodes from "../islands/NewCodes.tsx";
import { define, type State } from "../lib/app.ts";
import { isAccount } from "../lib/credentials.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { enterPath, nextPath, readForm, seeOther } from "../lib/forms.ts";
import { someStrings, translator } from "../lib/locale.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import type { Session } from "../lib/sessions.ts";

interface KeepData {
  name: string;
  /** Where to go on. */
  next: string;
  error: ErrorCode | null;
  /** Recovery codes that were just made. */
  codes: string[] | null;
}

export const handler = define.handlers<KeepData>({
  /** Asks a guest who was just let in how they want to come back. */
  async GET({ url, state }) {
    const { session } = state;
    if (session === null) return seeOther(enterPath(url));
    const data = dataOf(session, url);
    if (await hasAccount(state, session)) return seeOther(data.next);
    return page(data);
  },

  /** Sets the password, and shows the recovery codes. */
  async POST({ req, url, state }) {
    const { atoll, session } = state;
    if (session === null) return seeOther(enterPath(url));
    const data = dataOf(session, url);
    if (await hasAccount(state, session)) return seeOther(data.next);
    const form = await readForm(req);
    try {
      const codes = await atoll.credentials
        .setPassword(session, form.get("password") ?? "");
      return codes === null ? seeOther(data.next) : page({ ...data, codes });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      return page({ ...data, error: code }, { status: ERRORS[code].status });
    }
  },
});

function dataOf({ person }: Session, url: URL): KeepData {
  const next = nextPath(url.searchParams.get("next"), url);
  return { name: person.name, next, error: null, codes: null };
}

async function hasAccount({ atoll }: State, { person }: Session) {
  return isAccount(await atoll.credentials.of(person.id));
}

export default define.page<typeof handler>(({ data, state }) => {
  const { locale } = state;
  const t = translator(locale);
  const { name, next, error, codes } = data;
  const strings = someStrings(locale, ["account.", "error.", "login."]);
  const island = { next, locale, strings };
  if (codes !== null) {
    return (
      <LoginCard t={t} title={t("keep.done", { name })}>
        <NewCodes codes={codes} {...island} />
      </LoginCard>
    );
  }
  return (
    <LoginCard t={t} title={t("keep.title", { name })}>
      <p class="lead">{t("keep.lead")}</p>
      <form
        class="stack"
        method="post"
        action={`/keep?next=${encodeURIComponent(next)}`}
      >
        <UserName name={name} />
        <Field
          id="password"
          name="password"
          type="password"
          label={t("account.password_new")}
          hint={t("account.password_hint")}
          error={error === null ? null : t.error(error)}
          value=""
          autocomplete="new-password"
          autofocus
        />
        <button type="submit" class="button primary large">
          {t("account.password_add")}
        </button>
      </form>
      <AddPasskey {...island} />
      <div class="later">
        <a class="button" href={next}>{t("keep.later")}</a>
        <p class="hint">{t("keep.later_hint")}</p>
      </div>
    </LoginCard>
  );
});
