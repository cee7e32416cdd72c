/** The rooms one follows: rooms, direct messages, and what is archived. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { FollowedRoom } from "../../lib/protocol.ts";
import type { ShownRoom } from "../chat_props.ts";
import { isPlainKey } from "../keys.ts";
import { isPlainClick } from "../plain_click.ts";
import { roomPath } from "../room_path.ts";
import { useWords } from "../words.ts";
import { FILTER_FROM, listRooms } from "./room_filter.ts";
import { RoomRead } from "./RoomRead.tsx";
import { RoomMark } from "./RoomMark.tsx";
import { roomTitleOf } from "./room_title.ts";

/** What the lists show and whom they tell. */
export interface RoomListsProps {
  /** In the order in which they are shown. */
  rooms: readonly FollowedRoom[];
  /** Slug of the room on screen. */
  current: string;
  /** The room on screen, where one has not joined it. */
  preview: ShownRoom | null;
  /** There is no connection: who is here is not known. */
  cutOff: boolean;
  unread: (room: string) => number;
  /** Unread messages that mention one. */
  mentions: (room: string) => number;
  /** A room was chosen by a plain click. */
  onOpen: (slug: string) => void;
  /** A room is to be marked as read, or as unread. */
  onMark: (room: string, as: "read" | "unread") => void;
}

/** Up to three lists; the archived one is folded unless one is in it. */
export function RoomLists(props: RoomListsProps): JSX.Element {
  const t = useWords();
  const { preview, current } = props;
  const [query, setQuery] = useState("");
  const { rooms, more } = listRooms(
    props.rooms,
    query,
    t,
    ({ room, slug }) => slug === current || props.unread(room) > 0,
  );
  const archived = rooms.filter((room) => room.archived);
  const kept = rooms.filter((room) => !room.archived);
  const direct = kept.filter(({ kind }) => kind === "direct");
  const isIn = archived.some(({ slug }) => slug === current);
  const [marked, setMarked] = useState("");
  const onMark: RoomListsProps["onMark"] = (id, as) => {
    props.onMark(id, as);
    const room = props.rooms.find((one) => one.room === id);
    if (room) {
      setMarked(t(`rooms.marked_${as}`, { room: roomTitleOf(room, t) }));
    }
  };
  const shared = { ...props, onMark };
  return (
    <div class="room-lists">
      <p class="visually-hidden" role="status">{marked}</p>
      {props.rooms.length >= FILTER_FROM && (
        <input
          class="room-filter needs-script"
          type="search"
          dir="auto"
          aria-label={t("rooms.filter")}
          placeholder={t("rooms.filter")}
          autocomplete="off"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      <h2 class="column-title">{t("rooms.title")}</h2>
      <ul class="room-list">
        <RoomItems
          {...shared}
          rooms={kept.filter(({ kind }) => kind !== "direct")}
        />
        {preview !== null && (
          <PreviewLink room={preview} onOpen={props.onOpen} />
        )}
      </ul>
      {direct.length > 0 && (
        <>
          <h2 class="column-title">{t("rooms.direct")}</h2>
          <ul class="room-list">
            <RoomItems {...shared} rooms={direct} />
          </ul>
        </>
      )}
      {archived.length > 0 && (
        <details class="archived-rooms" open={isIn}>
          <summary class="column-title">{t("rooms.archived")}</summary>
          <ul class="room-list">
            <RoomItems {...shared} rooms={archived} />
          </ul>
        </details>
      )}
      {rooms.length === 0 && query !== "" && (
        <p class="hint">{t("rooms.none_found", { query })}</p>
      )}
      {more > 0 && (
        <p class="hint" role="status">
          {t("rooms.many_more", { count: more })}
        </p>
      )}
    </div>
  );
}

function RoomItems(
  { rooms, current, cutOff, unread, mentions, onOpen, onMark }: RoomListsProps,
): JSX.Element {
  return (
    <>
      {rooms.map((room) => {
        const count = unread(room.room);
        const mark = () => onMark(room.room, count > 0 ? "read" : "unread");
        return (
          <li
            key={room.room}
            class="room-item"
            onKeyDown={(event) => {
              if (!isPlainKey(event, "u") || room.posts === 0) return;
              event.preventDefault();
              mark();
            }}
          >
            <RoomLink
              room={room}
              here={room.here === true && !cutOff}
              current={room.slug === current}
              unread={count}
              mentions={mentions(room.room)}
              onOpen={onOpen}
            />
            {room.posts > 0 && (
              <RoomRead room={room} isUnread={count > 0} onMark={mark} />
            )}
          </li>
        );
      })}
    </>
  );
}

function RoomLink({ room, here, current, unread, mentions, onOpen }: {
  room: FollowedRoom;
  here: boolean;
  current: boolean;
  unread: number;
  mentions: number;
  onOpen: (slug: string) => void;
}): JSX.Element {
  const t = useWords();
  return (
    <a
      class={unread > 0 && !current && room.notify !== "nothing"
        ? "room-link new"
        : "room-link"}
      href={roomPath(room.slug)}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onOpen(room.slug);
      }}
    >
      <RoomMark {...room} here={here} />
      <bdi class="ellipsis">{roomTitleOf(room, t)}</bdi>
      {mentions > 0 && (
        <span
          class="count mentioned"
          role="img"
          aria-label={t("rooms.mentions", { count: mentions })}
        >
          {`@${shortCount(mentions)}`}
        </span>
      )}
      {unread > 0 && (
        <span
          class="count"
          role="img"
          aria-label={t("rooms.unread", { count: unread })}
        >
          {shortCount(unread)}
        </span>
      )}
    </a>
  );
}

/** What fits beside a name. */
export function shortCount(count: number): string {
  return count > 99 ? "99+" : `${count}`;
}

/** The room on screen among one's own, while one only looks in. */
function PreviewLink({ room, onOpen }: {
  room: ShownRoom;
  onOpen: (slug: string) => void;
}): JSX.Element {
  const t = useWords();
  return (
    <li>
      <a
        class="room-link preview"
        href={roomPath(room.slug)}
        aria-current="page"
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          onOpen(room.slug);
        }}
      >
        <RoomMark {...room} />
        <bdi class="ellipsis">{roomTitleOf(room, t)}</bdi>
        <small>{t("rooms.not_joined")}</small>
      </a>
    </li>
  );
}
