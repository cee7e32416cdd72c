/** A line of text with its label, hint and error. */
import type { JSX } from "preact";

/** What the field shows. */
export interface FieldProps {
  id: string;
  /** Name in the form, `name` unless given. */
  name?: string;
  label: string;
  hint?: string;
  /** What is wrong with the value, or null. */
  error: string | null;
  value: string;
  autofocus?: boolean;
  autocomplete?: string;
  /** `text` unless given. */
  type?: "text" | "password";
}

/** A labelled text box; an error is tied to it and read with it. */
export function Field(props: FieldProps): JSX.Element {
  const { id, label, hint, error, value } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`]
    .filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={props.name ?? "name"}
        type={props.type ?? "text"}
        dir="auto"
        value={value || undefined}
        autofocus={props.autofocus ?? false}
        autocomplete={props.autocomplete ?? "off"}
        aria-invalid={error === null ? undefined : "true"}
        aria-describedby={described || undefined}
      />
      {error !== null && (
        <p id={`${id}-error`} class="field-error" role="alert">{error}</p>
      )}
      {hint && <p id={`${id}-hint`} class="hint">{hint}</p>}
    </div>
  );
}
