/** Chooses files to attach. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";

/** A button that opens the browser's choice of files. */
export function AttachButton(
  { onFiles }: { onFiles: (files: File[]) => void },
): JSX.Element {
  const t = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="icon-button attach needs-script"
        aria-label={t("files.attach")}
        title={t("files.attach")}
        onClick={() => input.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          onFiles([...currentTarget.files ?? []]);
          // Or else the same file could not be chosen twice.
          currentTarget.value = "";
        }}
      />
    </>
  );
}

/** The files of a paste or a drop; none where text is meant that brings a picture of itself. */
export function filesIn(data: DataTransfer | null): File[] {
  const isText = data?.types.includes("text/html") &&
    data.types.includes("text/plain");
  return isText ? [] : [...data?.files ?? []];
}
