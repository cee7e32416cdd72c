/** The open rooms, to look through and to join. */
import type { JSX } from "preact";
import type { ListedRoom } from "../lib/rooms.ts";
import type { Translator } from "../lib/translate.ts";
import { Icon } from "./icons.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

const DAY_MILLISECONDS = 86_400_000;

interface RoomTableProps {
  rooms: readonly ListedRoom[];
  /** What was looked for, empty for nothing. */
  query: string;
  /** There are more rooms than listed. */
  more: boolean;
}

/** A list of rooms with what goes on in them. */
export function RoomTable({ rooms, query, more }: RoomTableProps): JSX.Element {
  const t = useWords();
  if (rooms.length === 0) {
    return (
      <div class="notice small">
        {query === "" ? <p>{t("rooms.none")}</p> : (
          <>
            <p>{t("rooms.none_found", { query })}</p>
            <p class="hint">{t("rooms.none_hint")}</p>
          </>
        )}
      </div>
    );
  }
  return (
    <>
      <ul class="room-table" aria-label={t("rooms.all")}>
        {rooms.map((room) => <RoomEntry key={room.id} room={room} />)}
      </ul>
      {more && <p class="hint">{t("rooms.more", { count: rooms.length })}</p>}
    </>
  );
}

function RoomEntry({ room }: { room: ListedRoom }): JSX.Element {
  const address = roomPath(room.slug);
  return (
    <li>
      <span class="room-mark">
        <Icon name="hash" />
      </span>
      <div class="room-about">
        <a class="room-name ellipsis" href={address}>
          <bdi>{room.name}</bdi>
        </a>
        <RoomFacts room={room} />
      </div>
      <RoomButton room={room} />
    </li>
  );
}

function RoomButton({ room }: { room: ListedRoom }): JSX.Element {
  const t = useWords();
  if (room.slug === "lobby") {
    return <span class="room-always">{t("rooms.here_always")}</span>;
  }
  const [act, named, does] = room.followed
    ? ["leave", "rooms.leave_named", "rooms.leave"] as const
    : ["join", "rooms.join_named", "rooms.join"] as const;
  return (
    <form method="post" action={`${roomPath(room.slug)}/${act}`}>
      <button
        type="submit"
        class={room.followed ? "button small" : "button small primary"}
        aria-label={t(named, { room: room.name })}
      >
        {t(does)}
      </button>
    </form>
  );
}

/** When something was last written: the time while it is fresh, then the day. */
function lastWords(t: Translator, at: number, now: number): string {
  const day = t.dayKey(at);
  const time = t.time(at);
  if (day === t.dayKey(now)) return t("rooms.last_today", { time });
  if (day === t.dayKey(now - DAY_MILLISECONDS)) {
    return t("rooms.last_yesterday", { time });
  }
  return t("rooms.last", { when: t.shortDate(at) });
}

function RoomFacts({ room }: { room: ListedRoom }): JSX.Element {
  const t = useWords();
  const facts = [
    t("rooms.people", { count: room.people }),
    room.posts > 0 ? t("rooms.posts", { count: room.posts }) : t("rooms.quiet"),
  ];
  return (
    <p class="room-facts">
      {facts.join(" · ")}
      {room.lastAt !== null && (
        <>
          {" · "}
          <time dateTime={new Date(room.lastAt).toISOString()}>
            {lastWords(t, room.lastAt, Date.now())}
          </time>
        </>
      )}
    </p>
  );
}
