/** The way to what mentions one. */
import type { JSX } from "preact";
import { Icon } from "../icons.tsx";
import { isPlainClick } from "../plain_click.ts";
import { shortCount } from "../rooms/RoomLists.tsx";
import { useWords } from "../words.ts";

/** Opens the list over the page, or without scripts as a page. */
export function MentionsLink({ count, onMentions }: {
  /** How many of them are unread. */
  count: number;
  onMentions: () => void;
}): JSX.Element {
  const t = useWords();
  return (
    <a
      class="room-link mentions-link"
      href="/mentions"
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onMentions();
      }}
    >
      <Icon name="at" size={14} />
      <span class="ellipsis">{t("mentions.title")}</span>
      {count > 0 && (
        <span
          class="count mentioned"
          role="img"
          aria-label={t("rooms.unread", { count })}
        >
          {shortCount(count)}
        </span>
      )}
    </a>
  );
}
