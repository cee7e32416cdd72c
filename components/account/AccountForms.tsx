/** Password, passkeys, recovery codes, and the account's end. */
import type { JSX } from "preact";
import type { CredentialList } from "../../lib/credentials.ts";
import type { ErrorCode, Person } from "../../lib/protocol.ts";
import { Field } from "../Field.tsx";
import { useWords } from "../words.ts";

/** What a form of this page asks for. */
export type AccountAct =
  | "confirm"
  | "set_password"
  | "remove_password"
  | "rename_passkey"
  | "remove_passkey"
  | "new_codes"
  | "delete";

/** What the page shows. */
export interface AccountFormsProps {
  me: Person;
  list: CredentialList;
  /** Someone with an account has not lately proved who they are. */
  mustConfirm: boolean;
  /** Which form was refused, and why. */
  error: { act: AccountAct; code: ErrorCode } | null;
  /** Islands: only scripts reach passkeys. */
  addPasskey: JSX.Element;
  confirmByPasskey: JSX.Element;
}

/** Ordinary forms; only passkeys need scripts. */
export function AccountForms(props: AccountFormsProps): JSX.Element {
  const { list, mustConfirm } = props;
  if (mustConfirm) return <ConfirmCard {...props} />;
  const hasAccount = list.passwordSince !== null || list.passkeys.length > 0;
  return (
    <>
      {!hasAccount && <KeepNameNote {...props} />}
      <PasswordCard {...props} />
      <PasskeysCard {...props} />
      {hasAccount && <CodesCard {...props} />}
      {hasAccount && <DeleteCard {...props} />}
    </>
  );
}

function KeepNameNote({ me }: AccountFormsProps): JSX.Element {
  const t = useWords();
  return (
    <p class="lead">
      {t("account.guest_lead", { name: me.name })}
    </p>
  );
}

/** Dangerous acts ask who is sitting there. */
function ConfirmCard(props: AccountFormsProps): JSX.Element {
  const { me, list } = props;
  const t = useWords();
  return (
    <section class="card" aria-labelledby="confirm">
      <h2 id="confirm">{t("account.confirm_title")}</h2>
      <p class="hint">{t("account.confirm_hint")}</p>
      {list.passwordSince !== null && (
        <form class="stack" method="post" action="/settings/account">
          <UserName name={me.name} />
          <Field
            id="password"
            name="password"
            type="password"
            label={t("account.password")}
            error={errorOf(props, "confirm", t)}
            value=""
            autofocus
            autocomplete="current-password"
          />
          <Act act="confirm" label={t("account.confirm")} primary />
        </form>
      )}
      {list.passkeys.length > 0 && props.confirmByPasskey}
    </section>
  );
}

function PasswordCard(props: AccountFormsProps): JSX.Element {
  const { me, list } = props;
  const t = useWords();
  const since = list.passwordSince;
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{t("account.password")}</h2>
      <p class="hint">
        {since === null
          ? t("account.password_none")
          : t("account.password_since", { when: t.shortDate(since) })}
      </p>
      <form class="stack" method="post" action="/settings/account">
        <UserName name={me.name} />
        <Field
          id="password"
          name="password"
          type="password"
          label={t("account.password_new")}
          hint={t("account.password_hint")}
          error={errorOf(props, "set_password", t)}
          value=""
          autocomplete="new-password"
        />
        <Act
          act="set_password"
          label={t(
            since === null ? "account.password_add" : "account.password_change",
          )}
          primary
        />
      </form>
      {since !== null && list.passkeys.length > 0 && (
        <form method="post" action="/settings/account">
          <Act act="remove_password" label={t("account.password_remove")} />
        </form>
      )}
    </section>
  );
}

function PasskeysCard(props: AccountFormsProps): JSX.Element {
  const { list } = props;
  const t = useWords();
  const removeError = errorOf(props, "remove_passkey", t);
  return (
    <section class="card" aria-labelledby="passkeys">
      <h2 id="passkeys">{t("account.passkeys")}</h2>
      <p class="hint">{t("account.passkeys_hint")}</p>
      {removeError !== null && (
        <p class="field-error" role="alert">{removeError}</p>
      )}
      {list.passkeys.length > 0 && (
        <ul class="passkeys" aria-label={t("account.passkeys")}>
          {list.passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {props.addPasskey}
    </section>
  );
}

function PasskeyRow(
  { passkey }: { passkey: CredentialList["passkeys"][number] },
): JSX.Element {
  const t = useWords();
  const { id, name, createdAt, usedAt } = passkey;
  const shown = name || t("account.passkey");
  return (
    <li>
      <div>
        <bdi class="author">{shown}</bdi>
        <p class="hint">
          {t("account.passkey_added", { when: t.shortDate(createdAt) })}
          {usedAt !== null &&
            ` · ${t("account.passkey_used", { when: t.shortDate(usedAt) })}`}
        </p>
      </div>
      <details>
        <summary class="button small">{t("account.passkey_change")}</summary>
        <form class="stack" method="post" action="/settings/account">
          <input type="hidden" name="id" value={id} />
          <Field
            id={`name-${id}`}
            name="name"
            label={t("account.passkey_name")}
            error={null}
            value={name}
          />
          <Act act="rename_passkey" label={t("account.passkey_rename")} />
        </form>
        <form method="post" action="/settings/account">
          <input type="hidden" name="id" value={id} />
          <Act
            act="remove_passkey"
            label={t("account.passkey_remove")}
            danger
          />
        </form>
      </details>
    </li>
  );
}

function CodesCard({ list }: AccountFormsProps): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="codes">
      <h2 id="codes">{t("account.codes")}</h2>
      <p class="hint">{t("account.codes_left", { count: list.codes })}</p>
      <form method="post" action="/settings/account">
        <Act act="new_codes" label={t("account.codes_new")} />
      </form>
    </section>
  );
}

function DeleteCard(props: AccountFormsProps): JSX.Element {
  const t = useWords();
  const error = errorOf(props, "delete", t);
  return (
    <section class="card" aria-labelledby="delete">
      <h2 id="delete">{t("account.delete")}</h2>
      <p class="hint">{t("account.delete_hint")}</p>
      {error !== null && <p class="field-error" role="alert">{error}</p>}
      <details class="sign-out">
        <summary class="button">{t("account.delete")}…</summary>
        <form class="stack" method="post" action="/settings/account">
          <p>{t("account.delete_sure")}</p>
          <Act act="delete" label={t("account.delete_yes")} danger />
        </form>
      </details>
    </section>
  );
}

/** For password managers, which keep the name with the password. */
export function UserName({ name }: { name: string }): JSX.Element {
  return (
    <input
      type="hidden"
      name="username"
      autocomplete="username"
      value={name}
    />
  );
}

function Act(
  { act, label, primary, danger }: {
    act: AccountAct;
    label: string;
    primary?: boolean;
    danger?: boolean;
  },
): JSX.Element {
  const kind = primary ? " primary" : danger ? " danger" : "";
  return (
    <button type="submit" class={`button${kind}`} name="act" value={act}>
      {label}
    </button>
  );
}

function errorOf(
  { error }: AccountFormsProps,
  act: AccountAct,
  t: ReturnType<typeof useWords>,
): string | null {
  if (error?.act !== act) return null;
  return error.code === "too_fast" ? t("login.too_fast") : t.error(error.code);
}
