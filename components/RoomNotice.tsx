/** What went wrong in a room, until one has read it. */
import type { JSX } from "preact";
import type { Undone } from "../lib/client/room_state.ts";
import { Icon } from "./icons.tsx";
import type { JumpState } from "./use_jump.ts";
import { reasonOf, useWords } from "./words.ts";

/** A message that was not found, or a reaction or a pin that was refused. */
export function RoomNotice({ jump, undone, onClose }: {
  jump: JumpState;
  undone: Undone | null;
  onClose: () => void;
}): JSX.Element {
  const t = useWords();
  const text = undone !== null
    ? t(undone.kind === "pin" ? "message.not_pinned" : "message.not_reacted", {
      reason: reasonOf(t, undone.code),
    })
    : jump === "idle"
    ? ""
    : t(`jump.${jump}`);
  return (
    <div class="room-notice" role="status">
      {text !== "" && <p>{text}</p>}
      {text !== "" && jump !== "looking" && (
        <button
          type="button"
          class="icon-button needs-script"
          aria-label={t("notice.close")}
          onClick={onClose}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  );
}
