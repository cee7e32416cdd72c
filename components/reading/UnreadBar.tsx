/** How much is new above, and the way there. */
import type { JSX } from "preact";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import type { Unread } from "./use_unread.ts";

/** A bar over the log, until the oldest new message was in view. */
export function UnreadBar({ unread }: { unread: Unread }): JSX.Element | null {
  const t = useWords();
  const { count, since } = unread;
  if (count === 0) return null;
  const timeOf = (at: number) =>
    t.dayKey(at) === t.dayKey(Date.now()) ? t.time(at) : t.moment(at);
  return (
    <div class="unread-bar" role="group" aria-label={t("room.new")}>
      <span>
        {since === null
          ? t("unread.count", { count })
          : t("unread.since", { count, time: timeOf(since) })}
      </span>
      <button type="button" onClick={() => void unread.toOldest()}>
        <Icon name="up" size={16} />
        {t("unread.oldest")}
      </button>
      <button type="button" onClick={unread.markRead}>
        {t("unread.mark_read")}
        <kbd>Esc</kbd>
      </button>
    </div>
  );
}
