/** What can be done about a person: ordinary forms, which a script may send by itself. */
import type { JSX } from "preact";
import type { KnownPerson } from "../../lib/order.ts";
import { useWords } from "../words.ts";

/** How long measures last, in milliseconds; `custom` counts the hours beside it. */
const SPANS = {
  minutes_10: "600000",
  hour: "3600000",
  day: "86400000",
  week: "604800000",
  for_ever: "",
  custom: "custom",
} as const;

interface PersonFormsProps {
  person: KnownPerson;
  /** The list's query, to come back to it. */
  back?: string;
  onSubmit?: (event: SubmitEvent) => void;
}

/** The forms that the reader may send. */
export function PersonForms(props: PersonFormsProps): JSX.Element | null {
  const { person: { may, muted, banned } } = props;
  if (may.roles.length === 0 && !may.mute && !may.ban) return null;
  return (
    <div class="person-forms">
      {may.roles.length > 0 && <RoleForm {...props} />}
      {may.mute && (muted === null
        ? <TimedForm {...props} act="mute" />
        : <ActForm {...props} act="unmute" />)}
      {may.ban && (banned === null
        ? <TimedForm {...props} act="ban" />
        : <ActForm {...props} act="unban" />)}
      {may.ban && <ActForm {...props} act="kick" />}
    </div>
  );
}

function RoleForm(props: PersonFormsProps): JSX.Element {
  const t = useWords();
  const id = `role-${props.person.id}`;
  return (
    <MeasureForm {...props} act="role">
      <div class="field">
        <label for={id}>{t("order.role")}</label>
        <select id={id} name="role">
          {props.person.may.roles.map((role) => (
            <option key={role} value={role}>{t(`role.${role}`)}</option>
          ))}
        </select>
      </div>
      <button type="submit" class="button small">{t("order.set_role")}</button>
    </MeasureForm>
  );
}

function TimedForm(
  props: PersonFormsProps & { act: "mute" | "ban" },
): JSX.Element {
  const t = useWords();
  const { act, person } = props;
  const id = `${act}-${person.id}`;
  return (
    <details>
      <summary class="button small">{t(`order.${act}`)}…</summary>
      <MeasureForm {...props}>
        <p class="hint">{t(`order.${act}_hint`)}</p>
        <div class="row">
          <div class="field">
            <label for={`${id}-span`}>{t("order.for")}</label>
            <select id={`${id}-span`} name="span">
              {Object.entries(SPANS).map(([span, value]) => (
                <option
                  key={span}
                  value={value}
                  selected={span === (act === "mute" ? "hour" : "week")}
                >
                  {t(`order.${span as keyof typeof SPANS}`)}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for={`${id}-hours`}>{t("order.hours")}</label>
            <input
              id={`${id}-hours`}
              name="hours"
              type="number"
              min="1"
              max="87600"
              inputMode="numeric"
            />
          </div>
        </div>
        <div class="field">
          <label for={`${id}-reason`}>{t("order.reason")}</label>
          <input
            id={`${id}-reason`}
            name="reason"
            type="text"
            dir="auto"
            maxLength={300}
            autocomplete="off"
            aria-describedby={`${id}-hint`}
          />
          <p id={`${id}-hint`} class="hint">{t("order.reason_hint")}</p>
        </div>
        <button
          type="submit"
          class={act === "ban" ? "button danger" : "button"}
        >
          {t(`order.${act}`)}
        </button>
      </MeasureForm>
    </details>
  );
}

function ActForm(
  props: PersonFormsProps & { act: "unmute" | "unban" | "kick" },
): JSX.Element {
  const t = useWords();
  const { act } = props;
  return (
    <MeasureForm {...props}>
      {act === "kick" && <p class="hint">{t("order.kick_hint")}</p>}
      <button type="submit" class="button small">{t(`order.${act}`)}</button>
    </MeasureForm>
  );
}

function MeasureForm(
  { person, act, back = "", onSubmit, children }: PersonFormsProps & {
    act: string;
    children: JSX.Element | (JSX.Element | false)[];
  },
): JSX.Element {
  return (
    <form
      class="stack"
      method="post"
      action={`/place/people${back}`}
      {...onSubmit && { onSubmit }}
    >
      <input type="hidden" name="person" value={person.id} />
      <input type="hidden" name="act" value={act} />
      {children}
    </form>
  );
}
