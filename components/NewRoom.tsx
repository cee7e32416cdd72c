/** Makes a room: a button and a small form in a popover, also without scripts. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ErrorCode } from "../lib/protocol.ts";
import { Icon } from "./icons.tsx";
import { NewRoomForm } from "./NewRoomForm.tsx";
import { useWords } from "./words.ts";

/** The button with its popover; `onCreated` gets the new room's slug. */
export function NewRoom(
  { onCreated }: { onCreated: (slug: string) => void },
): JSX.Element {
  const t = useWords();
  const popover = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<ErrorCode | null>(null);
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    const made = await createRoom(new FormData(form));
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
        <h2 id="new-room-title">{t("rooms.new")}</h2>
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

async function createRoom(
  form: FormData,
): Promise<{ slug?: string; code?: ErrorCode }> {
  try {
    const response = await fetch("/rooms", {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ name: String(form.get("name") ?? "") }),
    });
    return await response.json();
  } catch {
    return { code: "unavailable" };
  }
}
