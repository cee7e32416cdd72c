/** What stands between messages: days, the unread line, the room's start. */
import type { JSX } from "preact";
import type { Message } from "../lib/protocol.ts";
import { Icon } from "./icons.tsx";
import { eventTexts } from "./rooms/event_words.ts";
import { roomTitleOf, type Titled } from "./rooms/room_title.ts";
import { useWords } from "./words.ts";

const MARKS = { open: "hash", private: "lock", direct: "people" } as const;

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

/** What happened to the room itself. */
export function EventLine({ event }: { event: Message }): JSX.Element {
  const t = useWords();
  return (
    <div class="event" data-seq={event.seq}>
      {eventTexts(event, t).map((text) => <p key={text}>{text}</p>)}
      <time
        dateTime={new Date(event.at).toISOString()}
        title={t.moment(event.at)}
        aria-hidden="true"
      >
        {t.time(event.at)}
      </time>
    </div>
  );
}

interface RoomStartProps {
  room: Titled;
  empty: boolean;
  /** Opens where one lets people in. */
  onInvite?: () => void;
}

/** The beginning of a room; an empty private one says how others get in. */
export function RoomStart(
  { room, empty, onInvite }: RoomStartProps,
): JSX.Element {
  const t = useWords();
  const name = roomTitleOf(room, t);
  return (
    <div class="room-start">
      <span class="room-start-mark">
        <Icon name={MARKS[room.kind]} size={28} />
      </span>
      <p class="room-start-title" dir="auto">
        {t(
          room.kind === "direct" ? "room.beginning_direct" : "room.beginning",
          { room: name },
        )}
      </p>
      {empty && room.kind !== "private" && <p>{t("room.empty")}</p>}
      {empty && room.kind === "private" && <p>{t("room.empty_private")}</p>}
      {empty && room.kind === "private" && onInvite && (
        <button type="button" class="button needs-script" onClick={onInvite}>
          <Icon name="people" size={16} />
          {t("room.invite")}
        </button>
      )}
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
