/** A dialog over the page. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { useWords } from "./words.ts";

interface ModalProps {
  id: string;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Open as long as it is rendered; Esc and a click beside it close it. */
export function Modal(
  { id, title, onClose, children }: ModalProps,
): JSX.Element {
  const t = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key, which is meant for the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="sheet-head">
        <h2 id={id}>{title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={t("shortcuts.done")}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
