import { page } from "fresh";
import {
  type AccountAct,
  AccountForms,
} from "../../components/account/AccountForms.tsx";
import { SettingsPage } from "../../components/account/SettingsPage.tsx";
import AddPasskey from "../../islands/AddPasskey.tsx";
import ConfirmByPasskey from "../../islands/ConfirmByPasskey.tsx";
import NewCodes from "../../islands/NewCodes.tsx";
import { define, type State } from "../../lib/app.ts";
import {
  type CredentialList,
  isAccount,
  type Visit,
} from "../../lib/credentials.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import { someStrings, translator, zoneOf } from "../../lib/locale.ts";
import { publicUrl } from "../../lib/origins.ts";
import type { ErrorCode, Person } from "../../lib/protocol.ts";
import { endedCookie, type Session } from "../../lib/sessions.ts";
import { visitOf } from "../../lib/visits.ts";

interface AccountData {
  me: Person;
  list: CredentialList;
  mustConfirm: boolean;
  error: { act: AccountAct; code: ErrorCode } | null;
  /** Recovery codes that were just made. */
  codes: string[] | null;
}

/** What an act gives: codes to show, or that the account is gone. */
type Done = string[] | "gone" | null | void;

type Act = (
  state: State,
  session: Session,
  form: URLSearchParams,
  visit: Visit,
) => Promise<Done>;

const ACTS: Readonly<Record<AccountAct, Act>> = {
  confirm: ({ atoll }, session, form, visit) =>
    atoll.credentials.prove(session, form.get("password") ?? "", visit),
  set_password: ({ atoll }, session, form) =>
    atoll.credentials.setPassword(session, form.get("password") ?? ""),
  remove_password: ({ atoll }, session) =>
    atoll.credentials.removePassword(session),
  rename_passkey: ({ atoll }, session, form) =>
    atoll.credentials.renamePasskey(
      session,
      form.get("id") ?? "",
      form.get("name") ?? "",
    ),
  remove_passkey: ({ atoll }, session, form) =>
    atoll.credentials.removePasskey(session, form.get("id") ?? ""),
  new_codes: ({ atoll }, session) => atoll.credentials.newCodes(session),
  delete: async ({ atoll }, session) => {
    await atoll.credentials.requireProof(session);
    await atoll.accounts.remove(session.person.id);
    return "gone";
  },
};

export const handler = define.handlers<AccountData>({
  async GET({ url, state }) {
    if (state.session === null) return seeOther(enterPath(url));
    return page(await dataOf(state, state.session));
  },

  /** Carries out what the form that was sent asks for. */
  async POST({ req, info, url, state }) {
    const { atoll, session } = state;
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    const act = form.get("act") ?? "";
    if (!isAct(act)) throw new Refusal("bad_frame");
    try {
      const visit = visitOf(req, info, atoll.config);
      const done = await ACTS[act](state, session, form, visit);
      if (done === "gone") {
        const cookie = endedCookie(publicUrl(req, atoll.config));
        return seeOther("/?deleted", [cookie]);
      }
      if (!done) return seeOther("/settings/account?saved");
      return page({ ...await dataOf(state, session), codes: done });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const data = await dataOf(state, session);
      const { status } = ERRORS[code];
      return page({ ...data, error: { act, code } }, { status });
    }
  },
});

function isAct(text: string): text is AccountAct {
  return Object.hasOwn(ACTS, text);
}

async function dataOf(
  { atoll }: State,
  session: Session,
): Promise<AccountData> {
  const list = await atoll.credentials.of(session.person.id);
  const mustConfirm = isAccount(list) && !atoll.sessions.isProved(session);
  return { me: session.person, list, mustConfirm, error: null, codes: null };
}

export default define.page<typeof handler>(({ data, req, url, state }) => {
  const { locale } = state;
  const strings = someStrings(locale, ["account.", "error.", "login."]);
  const { codes, error } = data;
  return (
    <SettingsPage
      t={translator(locale, zoneOf(req.headers))}
      me={data.me}
      page="account"
      saved={url.searchParams.has("saved") && error === null}
    >
      {codes === null
        ? (
          <AccountForms
            {...data}
            addPasskey={<AddPasskey locale={locale} strings={strings} />}
            confirmByPasskey={
              <ConfirmByPasskey locale={locale} strings={strings} />
            }
          />
        )
        : <NewCodes codes={codes} locale={locale} strings={strings} />}
    </SettingsPage>
  );
});
