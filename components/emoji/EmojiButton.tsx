/** Puts an emoji where one writes. */
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { replaceText } from "../insert_text.ts";
import { placeAbove } from "../place_above.ts";
import { useWords } from "../words.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";

const HIGHEST = 360;

/** A button with a picker over it; the emoji goes where the caret was. */
export function EmojiButton(
  { field }: { field: RefObject<HTMLTextAreaElement> },
): JSX.Element {
  const t = useWords();
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const form = button.current?.form;
    if (popup.current && form) placeAbove(popup.current, form, HIGHEST);
  });
  useEffect(() => {
    if (!open) return;
    const onElsewhere = ({ target }: Event) => {
      const inside = [popup, button].some(({ current }) =>
        current?.contains(target as Node)
      );
      if (!inside) setOpen(false);
    };
    const kinds = ["pointerdown", "focusin"];
    kinds.forEach((kind) => addEventListener(kind, onElsewhere));
    return () =>
      kinds.forEach((kind) => removeEventListener(kind, onElsewhere));
  }, [open]);
  const close = () => {
    setOpen(false);
    field.current?.focus();
  };
  const pick = (emoji: string) => {
    const box = field.current;
    if (box !== null) {
      replaceText(box, box.selectionStart, box.selectionEnd, emoji);
    }
    close();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button emoji-button needs-script"
        aria-label={t("emoji.insert")}
        title={t("emoji.insert")}
        aria-expanded={open ? "true" : "false"}
        onClick={() => setOpen(!open)}
      >
        <Icon name="smile" />
      </button>
      {open && (
        <div ref={popup} class="emoji-popup">
          <EmojiPicker onPick={pick} onClose={close} />
        </div>
      )}
    </>
  );
}
