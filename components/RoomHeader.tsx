/** The top of a conversation: where one is and how the connection does. */
import type { JSX } from "preact";
import type { ConnectionStatus } from "../lib/client/chat_client.ts";
import { ConnectionState } from "./ConnectionState.tsx";
import { Icon } from "./icons.tsx";
import { SearchLink } from "./search/SearchLink.tsx";
import { shortCount } from "./rooms/RoomLists.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";
import type { ShownRoom } from "./chat_props.ts";
import { RoomHeading } from "./rooms/RoomHeading.tsx";

/** What the header shows and whom it tells. */
export interface RoomHeaderProps {
  room: ShownRoom;
  followed: boolean;
  status: ConnectionStatus;
  peopleShown: boolean;
  /** How many messages are pinned, and whether there are more. */
  pins: { count: number; more: boolean };
  pinsShown: boolean;
  /** How much one is told of, in all rooms. */
  told: number;
  onBack: () => void;
  onSettings: () => void;
  onPeople: () => void;
  onPins: () => void;
  onSearch: () => void;
}

/** Back (on a phone), the room's name, join, the connection, people. */
export function RoomHeader(props: RoomHeaderProps): JSX.Element {
  const t = useWords();
  const { room } = props;
  const people = t(props.peopleShown ? "people.hide" : "people.show");
  return (
    <header class="talk-head">
      <form
        class="phone-only"
        action="/rooms"
        onSubmit={(event) => {
          event.preventDefault();
          props.onBack();
        }}
      >
        <button type="submit" class="icon-button back-button">
          <Icon name="back" size={22} />
          <span class="visually-hidden">{t("rooms.title")}</span>
          {props.told > 0 && (
            <span
              class="count mentioned"
              role="img"
              aria-label={t("rooms.told", { count: props.told })}
            >
              {shortCount(props.told)}
            </span>
          )}
        </button>
      </form>
      <RoomHeading room={room} />
      {!props.followed && (
        <form method="post" action={`${roomPath(room.slug)}/join`}>
          <button type="submit" class="button small primary">
            {t("rooms.join")}
          </button>
        </form>
      )}
      <a class="without-script" href={roomPath(room.slug)}>
        {t("room.refresh")}
      </a>
      <ConnectionState status={props.status} />
      {props.pins.count > 0 && <PinsButton {...props} />}
      <SearchLink onSearch={props.onSearch} />
      <button
        type="button"
        class="icon-button needs-script"
        aria-label={t("room.settings")}
        title={t("room.settings")}
        onClick={props.onSettings}
      >
        <Icon name="settings" />
      </button>
      <button
        type="button"
        class="icon-button needs-script"
        aria-label={people}
        aria-pressed={props.peopleShown ? "true" : "false"}
        title={people}
        onClick={props.onPeople}
      >
        <Icon name="people" />
      </button>
    </header>
  );
}

function PinsButton(
  { pins: { count, more }, pinsShown, onPins }: RoomHeaderProps,
): JSX.Element {
  const t = useWords();
  const label = t(more ? "pins.show_more" : "pins.show", { count });
  return (
    <button
      type="button"
      class="icon-button pins-button"
      aria-pressed={pinsShown ? "true" : "false"}
      title={label}
      onClick={onPins}
    >
      <Icon name="pin" />
      <span aria-hidden="true">{more ? `${count}+` : count}</span>
      <span class="visually-hidden">{label}</span>
    </button>
  );
}
