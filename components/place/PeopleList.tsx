/** Everyone here, with what can be done about them. */
import type { JSX } from "preact";
import type { KnownPerson, PeoplePage } from "../../lib/order.ts";
import { Avatar } from "../Avatar.tsx";
import { useWords } from "../words.ts";
import { factsOf } from "./person_facts.ts";
import { PersonForms } from "./PersonForms.tsx";

/** A page of people, with ways to the others. */
export function PeopleList(
  { people, more, query, skip, me }: PeoplePage & {
    query: string;
    skip: number;
    /** Id of oneself. */
    me: string;
  },
): JSX.Element {
  const t = useWords();
  if (people.length === 0) return <p class="notice">{t("people.none")}</p>;
  return (
    <>
      <ul class="people-table" aria-label={t("place.people")}>
        {people.map((person) => (
          <PersonEntry
            key={person.id}
            person={person}
            isMe={person.id === me}
            back={pathTo(query, skip)}
          />
        ))}
      </ul>
      <nav class="row" aria-label={t("place.people")}>
        {skip > 0 && (
          <a class="button" href={`/place/people${pathTo(query, 0)}`}>
            {t("people.first")}
          </a>
        )}
        {more && (
          <a
            class="button"
            href={`/place/people${pathTo(query, skip + people.length)}`}
          >
            {t("people.next")}
          </a>
        )}
      </nav>
    </>
  );
}

function PersonEntry(
  { person, isMe, back }: {
    person: KnownPerson;
    isMe: boolean;
    back: string;
  },
): JSX.Element {
  const t = useWords();
  const { roles, mute, ban } = person.may;
  return (
    <li>
      <Avatar id={person.id} name={person.name} />
      <div class="person-about">
        <span class="ellipsis">
          <bdi>{person.name}</bdi>
          {isMe && " "}
          {isMe && <small>({t("people.you")})</small>}
        </span>
        <p class="room-facts">{factsOf(t, person).join(" · ")}</p>
      </div>
      {(roles.length > 0 || mute || ban) && (
        <details>
          <summary
            class="button small"
            aria-label={isMe
              ? undefined
              : t("people.act", { name: person.name })}
          >
            {t(isMe ? "people.own_measures" : "people.measures")}
          </summary>
          <PersonForms person={person} back={back} />
        </details>
      )}
    </li>
  );
}

function pathTo(query: string, skip: number): string {
  const search = new URLSearchParams();
  if (query !== "") search.set("q", query);
  if (skip > 0) search.set("skip", String(skip));
  return search.size > 0 ? `?${search}` : "";
}
