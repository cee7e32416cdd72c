/** What stands between messages: days, the unread line, the room's start. */
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";
import { useWords } from "./words.ts";

/** The line between two days. */
export function DayLine({ at, now }: { at: number; now: number }): JSX.Element {
  const t = useWords();
  return (
    <div class="day">
      <time dateTime={t.dayKey(at)}>{t.day(at, now)}</time>
    </div>
  );
}

/** The line above the first message one has not read. */
export function UnreadLine(): JSX.Element {
  const t = useWords();
  return (
    <div class="unread">
      <span>{t("room.new")}</span>
    </div>
  );
}

/** The beginning of a room. */
export function RoomStart(
  { name, empty }: { name: string; empty: boolean },
): JSX.Element {
  const t = useWords();
  return (
    <div class="room-start">
      <span class="room-start-mark">
        <Icon name="hash" size={28} />
      </span>
      <p class="room-start-title" dir="auto">
        {t("room.beginning", { room: name })}
      </p>
      {empty && <p>{t("room.empty")}</p>}
    </div>
  );
}

/** Grey rows of the usual size while a room loads. */
export function LogSkeleton(): JSX.Element {
  const t = useWords();
  return (
    <div class="log-frame">
      <div
        class="log"
        aria-busy="true"
        aria-label={t("room.loading")}
        role="log"
      >
        <div class="log-content" aria-hidden="true">
          {[3, 1, 2, 1, 3, 2].map((lines, index) => (
            <div key={index} class="skeleton-row">
              <span class="skeleton skeleton-avatar" />
              <span class="skeleton skeleton-name" />
              {Array.from(
                { length: lines },
                (_, line) => (
                  <span
                    key={line}
                    class={`skeleton skeleton-line w${(index + line) % 4}`}
                  />
                ),
              )}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
