/** What one can do with a message, beside it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CopyButton } from "./CopyButton.tsx";
import { Icon } from "./icons.tsx";
import type { MessageActions } from "./message_actions.ts";
import { useWords } from "./words.ts";

interface MessageToolbarProps {
  id: string;
  /** When it was posted: read with the toolbar, since the log leaves times out. */
  at: number;
  body: string;
  mine: boolean;
  actions: MessageActions;
}

/** Copy for everyone; edit and delete for the author, delete after a second click. */
export function MessageToolbar(
  { id, at, body, mine, actions }: MessageToolbarProps,
): JSX.Element {
  const t = useWords();
  const [asking, setAsking] = useState(false);
  if (asking) {
    return (
      <ConfirmDelete
        onYes={() => actions.remove(id)}
        onNo={() => setAsking(false)}
      />
    );
  }
  return (
    <div
      class="toolbar"
      role="toolbar"
      aria-label={`${t("message.actions")}, ${t.moment(at)}`}
    >
      <CopyButton text={body} label={t("message.copy")} />
      {mine && (
        <button
          type="button"
          class="icon-button"
          aria-label={t("message.edit")}
          title={t("message.edit")}
          onClick={() => actions.edit(id)}
        >
          <Icon name="pencil" size={16} />
        </button>
      )}
      {mine && (
        <button
          type="button"
          class="icon-button danger"
          aria-label={t("message.delete")}
          title={t("message.delete")}
          onClick={() => setAsking(true)}
        >
          <Icon name="trash" size={16} />
        </button>
      )}
    </div>
  );
}

function ConfirmDelete(
  { onYes, onNo }: { onYes: () => void; onNo: () => void },
): JSX.Element {
  const t = useWords();
  return (
    <div
      class="toolbar asking"
      role="group"
      aria-label={t("message.confirm_delete")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onNo();
      }}
    >
      <span>{t("message.confirm_delete")}</span>
      <button
        type="button"
        class="button small danger"
        ref={focusNow}
        onClick={onYes}
      >
        {t("message.confirm_yes")}
      </button>
      <button type="button" class="button small" onClick={onNo}>
        {t("message.confirm_no")}
      </button>
    </div>
  );
}

function focusNow(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true });
}
