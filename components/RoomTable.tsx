/** The open rooms, to look through and to join. */
import type { JSX } from "preact";
import type { ListedRoom } from "../lib/rooms.ts";
import { Icon } from "./icons.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

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
        <p>{t("rooms.none_found", { query })}</p>
        <p class="hint">{t("rooms.none_hint")}</p>
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
  const t = useWords();
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
      {room.followed
        ? room.slug !== "lobby" && (
          <form method="post" action={`${address}/leave`}>
            <button
              type="submit"
              class="button small"
              aria-label={t("rooms.leave_named", { room: room.name })}
            >
              {t("rooms.leave")}
            </button>
          </form>
        )
        : (
          <form method="post" action={`${address}/join`}>
            <button
              type="submit"
              class="button small primary"
              aria-label={t("rooms.join_named", { room: room.name })}
            >
              {t("rooms.join")}
            </button>
          </form>
        )}
    </li>
  );
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
            {t("rooms.last", { when: t.shortDate(room.lastAt) })}
          </time>
        </>
      )}
    </p>
  );
}
