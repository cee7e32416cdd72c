/** Where one is: a room's kind, title and topic. */
import type { JSX } from "preact";
import type { ShownRoom } from "../chat_props.ts";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import { roomTitleOf } from "./room_title.ts";

/** The heading, and the topic where there is one. */
export function RoomHeading({ room }: { room: ShownRoom }): JSX.Element {
  const t = useWords();
  const { kind, topic } = room;
  return (
    <div class="talk-title">
      <h1>
        {kind === "open" && <span class="hash" aria-hidden="true">#</span>}
        {kind === "private" && (
          <span class="lock" role="img" aria-label={t("rooms.private")}>
            <Icon name="lock" size={14} />
          </span>
        )}
        <bdi>{roomTitleOf(room, t)}</bdi>
      </h1>
      {topic !== "" && <p class="topic" dir="auto" title={topic}>{topic}</p>}
    </div>
  );
}
