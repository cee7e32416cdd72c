/** Who belongs to a room; lets people in and sends them out. */
import type { JSX } from "preact";
import type { Person } from "../../lib/protocol.ts";
import { Avatar } from "../Avatar.tsx";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import { PeoplePicker } from "./PeoplePicker.tsx";
import type { RoomPart } from "./RoomDialog.tsx";

/** Id of the box in which one looks for whom to let in. */
export const INVITE_FIELD = "room-invite";

/** The list, with what one may do about each. */
export function RoomPeople(
  { details, change, me }: RoomPart & { me: string },
): JSX.Element {
  const t = useWords();
  const { room, people, count, may } = details;
  const mayRemove = may.includes("remove") && room.slug !== "lobby";
  const isOpen = room.kind === "open";
  return (
    <section class="stack" aria-labelledby="room-people-title">
      <h3 id="room-people-title">
        {t(isOpen ? "room.followers" : "room.people", { count })}
      </h3>
      {may.includes("invite") && room.slug !== "lobby" && (
        <PeoplePicker
          id={INVITE_FIELD}
          label={t(isOpen ? "room.add" : "room.invite")}
          without={new Set(people.map(({ id }) => id))}
          onPick={({ id }) => void change("PUT", `/people/${id}`)}
        />
      )}
      <ul
        class="room-people"
        aria-labelledby="room-people-title"
        // By its own key presses one sees those further down.
        tabIndex={0}
      >
        {people.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            isMe={person.id === me}
            onRemove={mayRemove && person.id !== me
              ? () => void change("DELETE", `/people/${person.id}`)
              : null}
          />
        ))}
      </ul>
      {mayRemove && isOpen && <p class="hint">{t("room.remove_open_hint")}</p>}
      {count > people.length && (
        <p class="hint">
          {t("room.people_more", { count: count - people.length })}
        </p>
      )}
    </section>
  );
}

function PersonRow({ person, isMe, onRemove }: {
  person: Person;
  isMe: boolean;
  onRemove: (() => void) | null;
}): JSX.Element {
  const t = useWords();
  const label = t("room.remove_named", { name: person.name });
  return (
    <li>
      <Avatar {...person} small />
      <bdi class="ellipsis">{person.name}</bdi>
      {isMe && <small>({t("people.you")})</small>}
      {onRemove !== null && (
        <button
          type="button"
          class="icon-button"
          aria-label={label}
          title={label}
          onClick={onRemove}
        >
          <Icon name="leave" size={16} />
        </button>
      )}
    </li>
  );
}
