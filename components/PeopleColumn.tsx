/** Who has the room on screen, and how to leave it. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Presence } from "../lib/client/chat_client.ts";
import type { Person } from "../lib/protocol.ts";
import { Avatar } from "./Avatar.tsx";
import { Icon } from "./icons.tsx";
import { PersonButton } from "./person/PersonButton.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

/** What the column shows and whom it tells. */
export interface PeopleColumnProps {
  presence: Presence | null;
  /** There is no connection: who is here is only what was last known. */
  cutOff: boolean;
  me: Person;
  slug: string;
  mayLeave: boolean;
  onClose: () => void;
}

/** The column of details. */
export function PeopleColumn(props: PeopleColumnProps): JSX.Element {
  const t = useWords();
  const { cutOff, me } = props;
  const presence = useLastPresence(props);
  return (
    <aside
      class={cutOff ? "people cut-off" : "people"}
      aria-label={t("people.title")}
      data-region
      tabIndex={-1}
    >
      <div class="people-head">
        <h2 class="column-title">
          {t("people.title")}
          {presence !== null && !cutOff && (
            ` — ${t("people.here", { count: presence.count })}`
          )}
        </h2>
        <button
          type="button"
          class="icon-button people-close needs-script"
          aria-label={t("people.hide")}
          onClick={props.onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <ul class="people-list" aria-label={t("people.title")}>
        {presence?.people.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            isMe={person.id === me.id}
          />
        ))}
      </ul>
      <PeopleNote presence={presence} cutOff={cutOff} />
      {props.mayLeave && (
        <form
          class="people-foot"
          method="post"
          action={`${roomPath(props.slug)}/leave`}
        >
          <button type="submit" class="ghost">
            <Icon name="leave" size={16} />
            {t("room.leave")}
          </button>
        </form>
      )}
    </aside>
  );
}

function PersonRow(
  { person, isMe }: { person: Person; isMe: boolean },
): JSX.Element {
  const t = useWords();
  return (
    <li>
      <Avatar {...person} small />
      <PersonButton person={person.id} class="ellipsis">
        {person.name}
      </PersonButton>
      {isMe && <small>({t("people.you")})</small>}
    </li>
  );
}

/** Who is here, or while cut off who was here before. */
function useLastPresence(
  { presence, slug, cutOff }: PeopleColumnProps,
): Presence | null {
  const last = useRef<{ slug: string; presence: Presence } | null>(null);
  if (presence !== null) last.current = { slug, presence };
  if (!cutOff || last.current?.slug !== slug) return presence;
  return last.current.presence;
}

function PeopleNote(
  { presence, cutOff }: { presence: Presence | null; cutOff: boolean },
): JSX.Element | null {
  const t = useWords();
  if (cutOff) return <p class="people-note">{t("people.offline")}</p>;
  if (presence === null) {
    return <p class="people-note needs-script">{t("people.unknown")}</p>;
  }
  if (presence.people.length > 0 || presence.count === 0) return null;
  return <p class="people-note">{t("people.too_many")}</p>;
}
