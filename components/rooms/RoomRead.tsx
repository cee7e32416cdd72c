/** Marks a whole room as read, or as unread again. */
import type { JSX } from "preact";
import type { FollowedRoom } from "../../lib/protocol.ts";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import { roomTitleOf } from "./room_title.ts";

/**
 * A button beside a room's link: under the pointer, always where one touches.
 * The Tab key passes it, as U does the same on the link.
 */
export function RoomRead({ room, isUnread, onMark }: {
  room: FollowedRoom;
  isUnread: boolean;
  onMark: () => void;
}): JSX.Element {
  const t = useWords();
  const key = isUnread ? "rooms.mark_read" : "rooms.mark_unread";
  const label = t(key, { room: roomTitleOf(room, t) });
  return (
    <button
      type="button"
      class="icon-button room-read needs-script"
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={onMark}
    >
      <Icon name={isUnread ? "check" : "unread"} size={16} />
    </button>
  );
}
