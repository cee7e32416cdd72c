/** Goes to a room by a part of its name. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { FollowedRoom } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";
import { isComposing } from "./keys.ts";
import { Modal } from "./Modal.tsx";
import { foldTitle } from "./rooms/room_filter.ts";
import { roomTitleOf } from "./rooms/room_title.ts";
import { RoomMark } from "./rooms/RoomMark.tsx";
import { useWords } from "./words.ts";

const MOST_SHOWN = 12;

interface RoomSwitcherProps {
  rooms: readonly FollowedRoom[];
  onOpen: (slug: string) => void;
  onClose: () => void;
}

/** A text box over a list: arrows choose, Enter goes, or to all rooms. */
export function RoomSwitcher(
  { rooms, onOpen, onClose }: RoomSwitcherProps,
): JSX.Element {
  const t = useWords();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const all = useRef<HTMLAnchorElement>(null);
  const found = findRooms(rooms, query, t);
  const go = (room: FollowedRoom | undefined) => {
    if (room === undefined) return;
    onClose();
    onOpen(room.slug);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (isComposing(event)) return;
    if (event.key === "Enter" && found.length === 0) all.current?.click();
    else if (event.key === "Enter") go(found[chosen]);
    else if (step !== undefined && found.length > 0) {
      setChosen((chosen + step + found.length) % found.length);
    } else return;
    event.preventDefault();
  };
  return (
    <Modal id="switcher-title" title={t("switcher.title")} onClose={onClose}>
      <input
        class="switcher-input"
        type="text"
        role="combobox"
        dir="auto"
        aria-label={t("switcher.label")}
        aria-expanded="true"
        aria-controls="switcher-list"
        aria-activedescendant={found.length > 0
          ? `switch-${chosen}`
          : undefined}
        autocomplete="off"
        autofocus
        value={query}
        onKeyDown={onKeyDown}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
        }}
      />
      <ul
        id="switcher-list"
        class="switcher-list"
        role="listbox"
        aria-label={t("rooms.title")}
      >
        {found.map((room, index) => (
          <li
            key={room.room}
            id={`switch-${index}`}
            role="option"
            aria-selected={index === chosen ? "true" : "false"}
            onClick={() => go(room)}
          >
            <RoomMark {...room} />
            <bdi class="ellipsis">{roomTitleOf(room, t)}</bdi>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="hint">{t("switcher.none")}</p>}
      <a ref={all} class="ghost" href={`/rooms?q=${encodeURIComponent(query)}`}>
        {t("switcher.browse")}
      </a>
    </Modal>
  );
}

/** Rooms with the query in their name, those that begin with it first. */
export function findRooms(
  rooms: readonly FollowedRoom[],
  query: string,
  t: Translator,
): FollowedRoom[] {
  const wanted = foldTitle(query);
  return rooms.map((room) => ({
    room,
    at: foldTitle(roomTitleOf(room, t)).indexOf(wanted),
  }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST_SHOWN)
    .map(({ room }) => room);
}
