/** Changes a message where it stands. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bodyProblem, type ErrorCode, normalizeBody } from "../lib/protocol.ts";
import {
  completionAttributes,
  CompletionList,
} from "./completion/CompletionList.tsx";
import { useCompletion } from "./completion/use_completion.ts";
import { formatWithKey } from "./format_keys.ts";
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
  const whole = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const [error, setError] = useState<ErrorCode | null>(null);
  const errorId = `e-${id}`;
  const listId = `c-${id}`;
  const completion = useCompletion(box);
  useEffect(() => {
    const field = box.current;
    if (field === null) return;
    fitHeight(field);
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const show = () => whole.current?.scrollIntoView({ block: "nearest" });
  // Again when an error makes it higher.
  useEffect(show, [error]);
  const save = () => {
    const text = normalizeBody(box.current?.value ?? "");
    if (text === body) return actions.cancelEdit();
    const problem = bodyProblem(text);
    if (problem === null) return actions.save(id, text);
    setError(problem);
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || completion.onKeyDown(event)) return;
    if (formatWithKey(event)) event.preventDefault();
    else if (event.key === "Escape") {
      event.stopPropagation();
      actions.cancelEdit();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return (
    <div ref={whole} class="editor">
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={t("message.edit_label")}
        aria-invalid={error === null ? undefined : "true"}
        aria-describedby={error === null ? undefined : errorId}
        {...completionAttributes(listId, completion.list)}
        {...completion.watch}
        onKeyDown={onKeyDown}
        onBeforeInput={(event) =>
          fitHeight(event.currentTarget, event.data?.length)}
        onInput={(event) => {
          fitHeight(event.currentTarget);
          setError(null);
          if (!event.isComposing) completion.update(event.data === ":");
          show();
        }}
      >
        {body}
      </textarea>
      {completion.list && <CompletionList id={listId} {...completion.list} />}
      {error !== null && (
        <p id={errorId} class="field-error" role="alert">{t.error(error)}</p>
      )}
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
