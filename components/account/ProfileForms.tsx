/** How one is called and shown, and leaving. */
import type { JSX } from "preact";
import type { ErrorCode, Person, Role } from "../../lib/protocol.ts";
import { Avatar } from "../Avatar.tsx";
import { Field } from "../Field.tsx";
import { useWords } from "../words.ts";

interface ProfileFormsProps {
  me: Person;
  /** The name as it was typed. */
  name: string;
  nameError: ErrorCode | null;
  pictureError: ErrorCode | null;
  /** Someone without credentials can't come back. */
  isGuest: boolean;
  role: Role;
  /** An island with the form for a picture. */
  pictureEditor: JSX.Element;
}

/** Ordinary forms; scripts add the cropping of pictures. */
export function ProfileForms(props: ProfileFormsProps): JSX.Element {
  return (
    <>
      <NameForm {...props} />
      <PictureForm {...props} />
      <SignOutForm {...props} />
    </>
  );
}

function NameForm({ name, nameError }: ProfileFormsProps): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="you">
      <h2 id="you">{t("settings.you")}</h2>
      <form class="stack" method="post" action="/settings/profile">
        <Field
          id="name"
          label={t("settings.name")}
          hint={t("settings.name_hint")}
          error={nameError === null ? null : t.error(nameError)}
          value={name}
          autocomplete="nickname"
        />
        <button type="submit" class="button primary">
          {t("settings.rename")}
        </button>
      </form>
    </section>
  );
}

function PictureForm(props: ProfileFormsProps): JSX.Element {
  const { me, pictureError } = props;
  const t = useWords();
  return (
    <section class="card" aria-labelledby="picture-title">
      <h2 id="picture-title">{t("account.picture")}</h2>
      <div class="row">
        <Avatar {...me} />
        <p class="hint" id="picture-hint">{t("account.picture_hint")}</p>
      </div>
      {pictureError !== null && (
        <p class="field-error" role="alert">{t.error(pictureError)}</p>
      )}
      {props.pictureEditor}
      {me.picture !== undefined && (
        <form method="post" action="/settings/profile">
          <input type="hidden" name="remove_picture" value="yes" />
          <button type="submit" class="button">
            {t("account.picture_remove")}
          </button>
        </form>
      )}
    </section>
  );
}

function SignOutForm({ isGuest, role }: ProfileFormsProps): JSX.Element {
  const t = useWords();
  const hint = !isGuest
    ? "account.signout_hint"
    : role === "owner"
    ? "settings.signout_hint_owner"
    : "settings.signout_hint";
  return (
    <section class="card" aria-labelledby="signout">
      <h2 id="signout">{t("settings.signout_title")}</h2>
      <p class="hint">{t(hint)}</p>
      {isGuest
        ? (
          <details class="sign-out">
            <summary class="button">{t("settings.signout")}…</summary>
            <form class="stack" method="post" action="/signout">
              <p>{t("settings.signout_sure")}</p>
              <button type="submit" class="button danger">
                {t("settings.signout")}
              </button>
            </form>
          </details>
        )
        : (
          <form method="post" action="/signout">
            <button type="submit" class="button">
              {t("settings.signout")}
            </button>
          </form>
        )}
    </section>
  );
}
