/** How others reacted to a message. */
import type { JSX } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Translator } from "../lib/translate.ts";
import { ReaderContext } from "./body_context.ts";
import type { MessageActions } from "./message_actions.ts";
import { type PeopleNames, RoomNames } from "./people_names.ts";
import { shownName } from "./person_name.ts";
import { useTabIndex } from "./tab_stops.ts";
import { useWords } from "./words.ts";

/** Names that are listed; the others are counted. */
const MOST_NAMES = 10;

interface ReactionsProps {
  /** The message. */
  id: string;
  /** Ids of people by emoji. */
  reactions: Readonly<Record<string, readonly string[]>>;
  actions: MessageActions;
}

/** A button for each emoji: one's own reaction comes and goes with it. */
export function Reactions(
  { id, reactions, actions }: ReactionsProps,
): JSX.Element {
  const t = useWords();
  const { me } = useContext(ReaderContext);
  const names = useContext(RoomNames);
  const tabIndex = useTabIndex();
  const [looked, setLooked] = useState<string | null>(null);
  const [, learned] = useState(0);
  const look = (emoji: string) => {
    setLooked(emoji);
    names.learn(id, reactions[emoji] ?? []).then(
      (isNew) => isNew && learned((count) => count + 1),
    );
  };
  const stop = () => setLooked(null);
  return (
    <ul class="reactions" aria-label={t("reactions.title")}>
      {Object.entries(reactions).map(([emoji, people]) => {
        const isMine = me !== null && people.includes(me);
        const who = whoReacted(t, names, people, me);
        return (
          <li key={emoji}>
            <button
              type="button"
              class="reaction"
              aria-pressed={isMine ? "true" : "false"}
              tabIndex={tabIndex}
              onClick={() => actions.react(id, emoji, !isMine)}
              onMouseEnter={() => look(emoji)}
              onMouseLeave={stop}
              onFocus={() => look(emoji)}
              onBlur={stop}
            >
              <span class="reaction-emoji" aria-hidden="true">{emoji}</span>
              <span aria-hidden="true">{people.length}</span>
              <span class="visually-hidden">
                {t("reactions.by", {
                  ...{ emoji, count: people.length, people: who },
                })}
              </span>
            </button>
            {looked === emoji && (
              <span class="reaction-who" aria-hidden="true">{who}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The people as one says them: those whose name is known, and how many others. */
function whoReacted(
  t: Translator,
  names: PeopleNames,
  people: readonly string[],
  me: string | null,
): string {
  const known = people
    .map((id) => id === me ? t("people.you") : names.of(id))
    .filter((name) => name !== undefined)
    .slice(0, MOST_NAMES).map((name) => shownName(name, t));
  const others = people.length - known.length;
  if (others > 0) known.push(t("reactions.others", { count: others }));
  return new Intl.ListFormat(t.locale).format(known);
}
