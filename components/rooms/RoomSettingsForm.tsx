/** A room's name, topic, how long it keeps messages, and its archive. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LIMITS } from "../../lib/protocol.ts";
import { Field } from "../Field.tsx";
import { useWords } from "../words.ts";
import type { RoomPart } from "./RoomDialog.tsx";

/** The form for those who keep the room. */
export function RoomSettingsForm({ details, change }: RoomPart): JSX.Element {
  const t = useWords();
  const [saved, setSaved] = useState(false);
  const { room } = details;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const days = String(form.get("retention") ?? "").trim();
    setSaved(false);
    setSaved(
      await change("PATCH", "", {
        name: form.get("name"),
        topic: form.get("topic"),
        retentionDays: days === "" ? null : Number(days),
      }),
    );
  };
  return (
    <>
      <form class="stack" onSubmit={onSubmit}>
        <Field
          id="room-name-edit"
          label={t("rooms.name")}
          error={null}
          value={room.name}
        />
        <Field
          id="room-topic"
          name="topic"
          label={t("room.topic")}
          hint={t("room.topic_hint")}
          error={null}
          value={room.topic}
        />
        <div class="field">
          <label for="room-retention">{t("room.retention")}</label>
          <input
            id="room-retention"
            name="retention"
            type="number"
            inputMode="numeric"
            min={1}
            max={LIMITS.retentionDays}
            step={1}
            value={room.retentionDays ?? undefined}
            aria-describedby="room-retention-hint"
          />
          <p id="room-retention-hint" class="hint">
            {t("room.retention_hint")}
          </p>
        </div>
        <div class="row">
          <button type="submit" class="button primary">
            {t("settings.save")}
          </button>
          <span class="hint" role="status">
            {saved ? t("settings.saved") : ""}
          </span>
        </div>
      </form>
      {room.slug !== "lobby" && (
        <div>
          <p class="hint">
            {t(room.archived ? "room.archived_hint" : "room.archive_hint")}
          </p>
          <button
            type="button"
            class="button"
            onClick={() =>
              void change("PATCH", "", { archived: !room.archived })}
          >
            {t(room.archived ? "room.restore" : "room.archive")}
          </button>
        </div>
      )}
    </>
  );
}
