/** Where one writes: a real form that also works without scripts. */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import { bodyProblem, LIMITS, normalizeBody } from "../lib/protocol.ts";
import type { ErrorCode } from "../lib/protocol.ts";
import {
  completionAttributes,
  CompletionList,
} from "./completion/CompletionList.tsx";
import { useCompletion } from "./completion/use_completion.ts";
import { keepDraft, readDraft } from "./drafts.ts";
import { EmojiButton } from "./emoji/EmojiButton.tsx";
import { AttachButton, filesIn } from "./files/AttachButton.tsx";
import { FileChips } from "./files/FileChips.tsx";
import { takeHeld } from "./files/tray.ts";
import { RoomTray } from "./files/use_trays.ts";
import { fitHeight } from "./fit_height.ts";
import { formatWithKey } from "./format_keys.ts";
import { isComposing } from "./keys.ts";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

/** Characters left from which on they are counted. */
const COUNT_FROM = 500;

/** What the composer needs. */
export interface ComposerProps {
  slug: string;
  roomName: string;
  /** Whose drafts, and of which room. */
  draftKey: string;
  /** Id under which the form posts without scripts: sent again it doesn't double. */
  postId: string;
  /** What the server refused, and why. */
  refused: { text: string; code: ErrorCode } | null;
  field: RefObject<HTMLTextAreaElement>;
  /** What stands above the box. */
  head: ComponentChildren;
  onSend: (body: string) => void;
  onWriting: () => void;
  /** Up in an empty box. */
  onEditLast: () => void;
}

/** The text box with its button, and what is wrong with the text. */
export function Composer(props: ComposerProps): JSX.Element {
  const t = useWords();
  const { field, draftKey, refused } = props;
  const completion = useCompletion(field);
  const tray = useContext(RoomTray);
  const [text, setText] = useState(refused?.text ?? "");
  const [error, setError] = useState<ErrorCode | null>(refused?.code ?? null);
  useLayoutEffect(() => {
    const box = field.current;
    if (box === null) return;
    // What was typed before the script came stays.
    if (box.value === "") {
      const texts = [takeHeld(draftKey), readDraft(draftKey)];
      box.value = texts.filter((text) => text !== "").join("\n\n");
      keepDraft(draftKey, box.value);
    }
    setText(box.value);
    fitHeight(box);
  }, [draftKey]);

  const send = () => {
    const box = field.current;
    if (box === null) return;
    const body = normalizeBody(box.value);
    const problem = bodyProblem(body, tray?.files.length) ??
      (tray?.isTooBig ? "file_too_big" : null);
    setError(problem === "empty" ? null : problem);
    if (problem !== null) return;
    props.onSend(body);
    completion.close();
    box.value = "";
    keepDraft(draftKey, "");
    setText("");
    fitHeight(box);
    box.focus();
  };
  const attach = (files: File[]) => {
    tray?.add(files);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || completion.onKeyDown(event)) return;
    if (formatWithKey(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "" && !event.altKey) {
      event.preventDefault();
      props.onEditLast();
    }
  };
  const label = t("composer.placeholder", { room: props.roomName });
  return (
    <form
      class="composer"
      method="post"
      action={roomPath(props.slug)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <input type="hidden" name="id" value={props.postId} />
      {props.head}
      <FileChips
        onRemoved={() => {
          setError(null);
          field.current?.focus();
        }}
      />
      <AttachButton onFiles={attach} />
      <textarea
        ref={field}
        name="body"
        rows={1}
        dir="auto"
        aria-label={t("composer.message")}
        aria-describedby="composer-note"
        aria-invalid={error === null ? undefined : "true"}
        placeholder={label}
        enterkeyhint="send"
        autocomplete="off"
        data-region
        {...completionAttributes("completion", completion.list)}
        {...completion.watch}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const files = filesIn(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          attach(files);
        }}
        onBeforeInput={(event) =>
          fitHeight(event.currentTarget, event.data?.length)}
        onInput={(event) => {
          const box = event.currentTarget;
          fitHeight(box);
          setText(box.value);
          keepDraft(draftKey, box.value);
          setError(null);
          if (!event.isComposing) completion.update(event.data === ":");
          if (box.value.trim() !== "") props.onWriting();
        }}
      >
        {refused?.text}
      </textarea>
      <EmojiButton field={field} />
      <button type="submit" class="button primary send">
        {t("composer.send")}
      </button>
      {completion.list && (
        <CompletionList id="completion" {...completion.list} />
      )}
      <ComposerNote text={text} error={error} />
    </form>
  );
}

function ComposerNote(
  { text, error }: { text: string; error: ErrorCode | null },
): JSX.Element {
  const t = useWords();
  const left = LIMITS.bodyCodePoints - lengthOf(text);
  const tooMany = left < 0;
  const note = tooMany
    ? t("composer.over", { count: -left })
    : error === "too_long"
    ? t("composer.too_big")
    : error !== null
    ? t.error(error)
    : left <= COUNT_FROM
    ? t("composer.left", { count: left })
    : "";
  return (
    <p
      id="composer-note"
      class={tooMany || error !== null ? "composer-note bad" : "composer-note"}
      aria-live="polite"
    >
      {note}
    </p>
  );
}

/** Code points; where they don't matter, in short texts and hopeless ones, just the length. */
function lengthOf(text: string): number {
  if (text.length < LIMITS.bodyCodePoints - COUNT_FROM) return text.length;
  if (text.length > LIMITS.bodyCodePoints * 4) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
