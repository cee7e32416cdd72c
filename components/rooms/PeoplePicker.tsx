/** Finds people by a part of their name. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Person } from "../../lib/protocol.ts";
import { Avatar } from "../Avatar.tsx";
import { isComposing } from "../keys.ts";
import { reasonOf, useWords } from "../words.ts";
import { askApi } from "./room_api.ts";

/** Milliseconds after the last key before one asks. */
const PAUSE = 150;

/** What the picker shows and whom it tells. */
export interface PeoplePickerProps {
  /** Makes ids unique on the page. */
  id: string;
  label: string;
  /** Ids of those who are not offered. */
  without: ReadonlySet<string>;
  onPick: (person: Person) => void;
  /** Backspace in an empty box. */
  onBack?: () => void;
  autofocus?: boolean;
  /** Offers people before one types. */
  suggests?: boolean;
}

/** A text box over a list: arrows choose, Enter takes. */
export function PeoplePicker(props: PeoplePickerProps): JSX.Element {
  const { id, label, without, suggests = false } = props;
  const t = useWords();
  const [query, setQuery] = useState("");
  const [moved, setMoved] = useState<number | null>(null);
  const found = usePeople(query, suggests);
  const offered = found.people?.filter(({ id, name }) =>
    !without.has(id) &&
    // Until the answer is there, those of the last one whom it may have.
    (found.query === query || fold(name).includes(fold(query)))
  );
  // Enter in an empty box is for the form.
  const chosen = moved ?? (query === "" ? -1 : 0);
  const pick = (person: Person | undefined) => {
    if (person === undefined) return;
    props.onPick(person);
    setQuery("");
    setMoved(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = offered?.length ?? 0;
    if (event.key === "Enter" && (query !== "" || chosen >= 0)) {
      pick(offered?.[chosen]);
    } else if (step !== undefined && count > 0) {
      setMoved((Math.max(chosen + step, -1) + count) % count);
    } else if (event.key === "Backspace" && query === "") {
      return props.onBack?.();
    } else return;
    event.preventDefault();
  };
  return (
    <div class="field people-picker">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        dir="auto"
        aria-expanded={offered?.length ? "true" : "false"}
        aria-controls={`${id}-list`}
        aria-activedescendant={offered?.[chosen] && `${id}-${chosen}`}
        autocomplete="off"
        autofocus={props.autofocus ?? false}
        value={query}
        onKeyDown={onKeyDown}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setMoved(null);
        }}
      />
      <ul
        id={`${id}-list`}
        class="switcher-list"
        role="listbox"
        aria-label={label}
      >
        {offered?.map((person, index) => (
          <li
            key={person.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen ? "true" : "false"}
            onClick={() => pick(person)}
          >
            <Avatar {...person} small />
            <bdi class="ellipsis">{person.name}</bdi>
          </li>
        ))}
      </ul>
      {offered?.length === 0 && query !== "" && found.query === query && (
        <p class="hint" role="status">{t("room.person_unknown", { query })}</p>
      )}
      {found.code !== null && (
        <p class="field-error" role="alert">{reasonOf(t, found.code)}</p>
      )}
    </div>
  );
}

interface Found {
  /** What was asked for. */
  query: string;
  people: readonly Person[] | null;
  code: string | null;
}

const NOTHING: Found = { query: "", people: null, code: null };

/** Whom the server finds, null while unknown; the last answer stays until the next. */
function usePeople(query: string, suggests: boolean): Found {
  const [found, setFound] = useState<Found>(NOTHING);
  useEffect(() => {
    if (query.trim() === "" && !suggests) return setFound(NOTHING);
    let isWanted = true;
    const timer = setTimeout(async () => {
      const path = `/api/people?q=${encodeURIComponent(query)}`;
      const answer = await askApi<{ people: Person[] }>("GET", path);
      if (!isWanted) return;
      setFound(
        answer.ok
          ? { query, people: answer.body.people, code: null }
          : { query, people: null, code: answer.code },
      );
    }, PAUSE);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query]);
  return found;
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
