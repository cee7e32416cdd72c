/** What one is told of in a room. */
import type { JSX } from "preact";
import type { TextKey } from "../../lib/translate.ts";
import { useWords } from "../words.ts";
import type { RoomPart } from "./RoomDialog.tsx";

const CHOICES = ["", "all", "mentions", "nothing"] as const;

/** A choice that is kept at once. */
export function RoomNotify({ details, change }: RoomPart): JSX.Element {
  const t = useWords();
  return (
    <div class="field">
      <label for="room-notify">{t("room.notify")}</label>
      <select
        id="room-notify"
        value={details.room.notify ?? ""}
        onChange={(event) =>
          void change("PUT", "/notify", {
            notify: event.currentTarget.value || null,
          })}
      >
        {CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {t(`room.notify_${choice || "usual"}` as TextKey)}
          </option>
        ))}
      </select>
    </div>
  );
}
