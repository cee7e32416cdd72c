/** Choosing whom to write to, without scripts. */
import type { JSX } from "preact";
import type { ErrorCode, Person } from "../../lib/protocol.ts";
import { Avatar } from "../Avatar.tsx";
import { useWords } from "../words.ts";

interface DirectFormProps {
  /** What was looked for. */
  query: string;
  chosen: readonly Person[];
  /** Whom it found besides, null where nothing was looked for. */
  found: readonly Person[] | null;
  /** Nobody was chosen. */
  nobody: boolean;
  error: ErrorCode | null;
}

/** One form with two buttons: one looks for more people, one goes to the room. */
export function DirectForm(
  { query, chosen, found, nobody, error }: DirectFormProps,
): JSX.Element {
  const t = useWords();
  const people = [...chosen, ...found ?? []];
  const wrong = nobody ? t("rooms.direct_nobody") : error && t.error(error);
  return (
    <form class="stack" method="get" action="/message">
      <p class="hint">{t("rooms.direct_lead")}</p>
      <div class="search" role="search">
        <input
          type="search"
          name="q"
          value={query || undefined}
          dir="auto"
          autocomplete="off"
          aria-label={t("rooms.direct_to")}
          placeholder={t("rooms.direct_to")}
        />
        <button type="submit" class="button">{t("rooms.search")}</button>
      </div>
      {wrong !== null && (
        <p id="wrong" class="field-error" role="alert">{wrong}</p>
      )}
      {found?.length === 0 && (
        <p class="notice" role="status">
          {t("room.person_unknown", { query })}
        </p>
      )}
      {people.length > 0 && (
        <>
          <fieldset
            class="choices"
            aria-describedby={wrong === null ? undefined : "wrong"}
          >
            <legend>{t("rooms.direct_to")}</legend>
            {people.map(({ id, name }, index) => (
              <label key={id}>
                <input
                  type="checkbox"
                  name="person"
                  value={id}
                  checked={index < chosen.length}
                />
                <Avatar id={id} name={name} small />
                <bdi class="ellipsis">{name}</bdi>
              </label>
            ))}
          </fieldset>
          <button type="submit" class="button primary" formmethod="post">
            {t("rooms.direct_start")}
          </button>
        </>
      )}
    </form>
  );
}
