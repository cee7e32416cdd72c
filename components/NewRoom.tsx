/** Makes a room: a button and a small form in a popover, also without scripts. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { NewRoomForm } from "./NewRoomForm.tsx";
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
    const name = new FormData(form).get("name");
    const made = await createRoom(String(name ?? ""));
    setBusy(false);
    if (made.slug === undefined) return setError(made.code ?? "internal");
    setError(null);
    form.reset();
    popover.current?.hidePopover();
    onCreated(made.slug);
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

/** Makes the room through the API: its slug, or why not. */
async function createRoom(
  name: string,
): Promise<{ slug?: string; code?: string }> {
  let response: Response;
  try {
    response = await fetch("/api/rooms", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
  } catch {
    return { code: "no_connection" };
  }
  try {
    const { room, error } = await response.json();
    return response.ok ? { slug: room.slug } : { code: error.code };
  } catch {
    // A proxy answered, or the answer was cut off.
    return { code: "unavailable" };
  }
}
