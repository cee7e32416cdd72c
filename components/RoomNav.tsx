/** The rooms one follows, and oneself. */
import type { JSX } from "preact";
import type { FollowedRoom, Person } from "../lib/protocol.ts";
import type { ShownRoom } from "./chat_props.ts";
import { Avatar } from "./Avatar.tsx";
import { Brand } from "./Brand.tsx";
import { Icon } from "./icons.tsx";
import { SearchLink } from "./search/SearchLink.tsx";
import { NewRoom } from "./NewRoom.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

/** What the navigation shows and whom it tells. */
export interface RoomNavProps {
  rooms: readonly FollowedRoom[];
  /** Slug of the room on screen. */
  current: string;
  /** The room on screen, where one has not joined it. */
  preview: ShownRoom | null;
  me: Person;
  unread: (room: string) => number;
  /** A room was chosen by a plain click. */
  onOpen: (slug: string) => void;
  onShortcuts: () => void;
  onSearch: () => void;
}

/** The column with the place, its rooms and one's own name. */
export function RoomNav(props: RoomNavProps): JSX.Element {
  const t = useWords();
  return (
    <nav class="rooms" aria-label={t("rooms.title")} data-region tabIndex={-1}>
      <div class="rooms-head">
        <Brand href="/rooms" />
        <SearchLink onSearch={props.onSearch} />
        <button
          type="button"
          class="icon-button needs-script"
          aria-label={t("shortcuts.open")}
          title={t("shortcuts.open")}
          onClick={props.onShortcuts}
        >
          <Icon name="keyboard" />
        </button>
      </div>
      <h2 class="column-title">{t("rooms.title")}</h2>
      <ul class="room-list">
        {props.rooms.map((room) => (
          <li key={room.room}>
            <RoomLink
              room={room}
              current={room.slug === props.current}
              unread={props.unread(room.room)}
              onOpen={props.onOpen}
            />
          </li>
        ))}
        {props.preview !== null && (
          <PreviewLink room={props.preview} onOpen={props.onOpen} />
        )}
      </ul>
      <NewRoom onCreated={props.onOpen} />
      <a class="ghost" href="/rooms" aria-current="false">
        <Icon name="search" size={16} />
        {t("rooms.all")}
      </a>
      <OwnCard me={props.me} />
    </nav>
  );
}

function RoomLink({ room, current, unread, onOpen }: {
  room: FollowedRoom;
  current: boolean;
  unread: number;
  onOpen: (slug: string) => void;
}): JSX.Element {
  const t = useWords();
  return (
    <a
      class={unread > 0 && !current ? "room-link new" : "room-link"}
      href={roomPath(room.slug)}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onOpen(room.slug);
      }}
    >
      <Icon name="hash" size={14} />
      <bdi class="ellipsis">{room.name}</bdi>
      {unread > 0 && (
        <span
          class="count"
          role="img"
          aria-label={t("rooms.unread", { count: unread })}
        >
          {unread > 99 ? "99+" : unread}
        </span>
      )}
    </a>
  );
}

/** The room on screen among one's own, while one only looks in. */
function PreviewLink({ room: { slug, name }, onOpen }: {
  room: ShownRoom;
  onOpen: (slug: string) => void;
}): JSX.Element {
  const t = useWords();
  return (
    <li>
      <a
        class="room-link preview"
        href={roomPath(slug)}
        aria-current="page"
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          onOpen(slug);
        }}
      >
        <Icon name="hash" size={14} />
        <bdi class="ellipsis">{name}</bdi>
        <small>{t("rooms.not_joined")}</small>
      </a>
    </li>
  );
}

function OwnCard({ me }: { me: Person }): JSX.Element {
  const t = useWords();
  return (
    <a class="own-card" href="/settings">
      <Avatar {...me} />
      <span class="own-name">
        <bdi class="ellipsis">{me.name}</bdi>
        <small>{t("settings.title")}</small>
      </span>
      <Icon name="settings" />
    </a>
  );
}

/** Whether a click asks for the page here, not for a tab or a download. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey &&
    !event.shiftKey && !event.altKey && !event.defaultPrevented;
}
