/** The form that makes a room. */
import type { JSX } from "preact";
import { Field } from "./Field.tsx";
import { reasonOf, useWords } from "./words.ts";

/** What the form shows; without `onSubmit` it is an ordinary form. */
export interface NewRoomFormProps {
  id: string;
  name?: string;
  /** The code of what was wrong: the server's, or the page's own. */
  error: string | null;
  busy?: boolean;
  onSubmit?: (event: SubmitEvent) => void;
}

/** What a form of the server shows as chosen, and one of a script only begins with. */
function chosenAtFirst(isChosen: boolean, byScript: boolean) {
  return byScript ? { defaultChecked: isChosen } : { checked: isChosen };
}

/** A name, who may come in, and a button. */
export function NewRoomForm(props: NewRoomFormProps): JSX.Element {
  const t = useWords();
  const { id, name = "", error, busy = false, onSubmit } = props;
  return (
    <form
      class="stack"
      method="post"
      action="/rooms"
      {...(onSubmit ? { onSubmit } : {})}
    >
      <Field
        id={id}
        label={t("rooms.name")}
        hint={t("rooms.name_hint")}
        error={error === null ? null : reasonOf(t, error)}
        value={name}
        autofocus={onSubmit !== undefined || error !== null}
      />
      <fieldset class="choices">
        <legend>{t("rooms.kind")}</legend>
        {(["open", "private"] as const).map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="kind"
              value={kind}
              {...chosenAtFirst(kind === "open", onSubmit !== undefined)}
              aria-describedby={`${id}-${kind}`}
            />
            <span>
              {t(`rooms.kind_${kind}`)}
              <small id={`${id}-${kind}`} class="hint">
                {t(`rooms.kind_${kind}_hint`)}
              </small>
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" class="button primary" disabled={busy}>
        {t(busy ? "rooms.creating" : "rooms.create")}
      </button>
    </form>
  );
}
