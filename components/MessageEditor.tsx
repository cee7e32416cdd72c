/** Changes a message where it stands. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { bodyProblem, normalizeBody } from "../lib/protocol.ts";
import { isComposing } from "./keys.ts";
import type { MessageActions } from "./message_actions.ts";
import { fitHeight } from "./fit_height.ts";
import { useWords } from "./words.ts";

interface MessageEditorProps {
  id: string;
  body: string;
  actions: MessageActions;
}

/** A text box with the body: Enter saves, Esc cancels. */
export function MessageEditor(
  { id, body, actions }: MessageEditorProps,
): JSX.Element {
  const t = useWords();
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const field = box.current;
    if (field === null) return;
    fitHeight(field);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollIntoView({ block: "nearest" });
  }, []);
  const save = () => {
    const text = normalizeBody(box.current?.value ?? "");
    if (text === body) return actions.cancelEdit();
    if (bodyProblem(text) === null) actions.save(id, text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      actions.cancelEdit();
    } else if (
      event.key === "Enter" && !event.shiftKey && !isComposing(event)
    ) {
      event.preventDefault();
      save();
    }
  };
  return (
    <div class="editor">
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={t("message.edit_label")}
        onKeyDown={onKeyDown}
        onInput={(event) => fitHeight(event.currentTarget)}
      >
        {body}
      </textarea>
      <div class="editor-foot">
        <span class="hint">{t("message.edit_hint")}</span>
        <button type="button" class="button small" onClick={actions.cancelEdit}>
          {t("message.cancel")}
        </button>
        <button type="button" class="button small primary" onClick={save}>
          {t("message.save")}
        </button>
      </div>
    </div>
  );
}
