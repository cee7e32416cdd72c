/** Makes a room: a button and a small form in a popover, also without scripts. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { NewRoomForm } from "./NewRoomForm.tsx";
import { askApi } from "./rooms/room_api.ts";
import { useWords } from "./words.ts";

/** The button with its popover; `onCreated` gets the new room's slug. */
export function NewRoom(
  { onCreated }: { onCreated: (slug: string) => void },
): JSX.Element {
  const t = useWords();
  const popover = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    const wish = Object.fromEntries(new FormData(form));
    const made = await askApi<{ room: { slug: string } }>(
      "POST",
      "/api/rooms",
      wish,
    );
    setBusy(false);
    if (!made.ok) return setError(made.code);
    setError(null);
    form.reset();
    popover.current?.hidePopover();
    onCreated(made.body.room.slug);
  };
  return (
    <>
      <button type="button" class="ghost" popovertarget="new-room">
        <Icon name="plus" size={16} />
        {t("rooms.new")}
      </button>
      <div
        ref={popover}
        id="new-room"
        class="sheet"
        popover="auto"
        role="dialog"
        aria-labelledby="new-room-title"
      >
        <div class="sheet-head">
          <h2 id="new-room-title">{t("rooms.new")}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={t("shortcuts.done")}
            popovertarget="new-room"
            popovertargetaction="hide"
          >
            <Icon name="close" />
          </button>
        </div>
        <NewRoomForm
          id="new-room-name"
          error={error}
          busy={busy}
          onSubmit={onSubmit}
        />
      </div>
    </>
  );
}
