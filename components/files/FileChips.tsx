/** The files that go with the next message. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LIMITS } from "../../lib/protocol.ts";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import { sizeText, stateText } from "./file_words.ts";
import type { Tray, TrayFile } from "./tray.ts";
import { useTray } from "./use_trays.ts";

/** A list over the text box; nothing while there are none. */
export function FileChips(
  { onRemoved }: { onRemoved: () => void },
): JSX.Element | null {
  const t = useWords();
  const tray = useTray();
  if (tray === null || tray.files.length === 0) return null;
  return (
    <>
      <ul class="chips" aria-label={t("files.attached")}>
        {tray.files.map((file) => (
          <Chip key={file.id} tray={tray} file={file} onRemoved={onRemoved} />
        ))}
      </ul>
      {tray.isOver && (
        <p class="composer-note bad" role="alert">
          {t("files.too_many", { count: LIMITS.files })}
        </p>
      )}
    </>
  );
}

function Chip(
  { tray, file, onRemoved }: {
    tray: Tray;
    file: TrayFile;
    onRemoved: () => void;
  },
): JSX.Element {
  const t = useWords();
  const { name } = file.file;
  const failed = file.state === "failed";
  return (
    <li class={failed ? "chip bad" : "chip"}>
      <FilePicture file={file} />
      <span class="chip-text">
        <bdi class="chip-name">{name}</bdi>
        <span class="chip-state" role={failed ? "alert" : undefined}>
          {sizeText(t, file.file.size)} · {stateText(t, file, tray.limit)}
        </span>
        {file.state === "uploading" && (
          <progress value={file.part} aria-label={name} />
        )}
      </span>
      {failed && file.code !== "file_too_big" && (
        <button
          type="button"
          class="icon-button"
          aria-label={t("files.retry_named", { name })}
          title={t("files.retry")}
          onClick={() => tray.retry(file.id)}
        >
          <Icon name="again" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={t("files.remove_named", { name })}
        onClick={() => {
          tray.remove(file.id);
          onRemoved();
        }}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** The files of a message that waits for them. */
export function HeldFiles({ post }: { post: string }): JSX.Element | null {
  const t = useWords();
  const tray = useTray();
  const files = tray?.filesOf(post) ?? [];
  if (files.length === 0) return null;
  return (
    <ul class="chips">
      {files.map((file) => (
        <li key={file.id} class="chip">
          <FilePicture file={file} />
          <span class="chip-text">
            <bdi class="chip-name">{file.file.name}</bdi>
            <span class="chip-state">{stateText(t, file, tray!.limit)}</span>
            {file.state === "uploading" && (
              <progress value={file.part} aria-label={file.file.name} />
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a message waits for while its files are uploaded, and how one gives it up. */
export function HeldNote({ post, waiting, onDiscard }: {
  post: string;
  /** For a connection: then that is said elsewhere. */
  waiting: boolean;
  onDiscard: () => void;
}): JSX.Element | null {
  const t = useWords();
  const tray = useTray();
  const files = tray?.filesOf(post) ?? [];
  if (tray === null || files.length === 0) return null;
  const failed = files.some(({ state }) => state === "failed");
  return (
    <>
      {!waiting && !failed && (
        <p class="note">
          {t("files.sending")}{" "}
          <button type="button" onClick={onDiscard}>
            {t("message.discard")}
          </button>
        </p>
      )}
      {tray.isNotKept(post) && (
        <p class="note note-failed" role="status">{t("files.not_kept")}</p>
      )}
    </>
  );
}

function FilePicture({ file }: { file: TrayFile }): JSX.Element {
  // Named as a picture it need not be one.
  const [isBroken, setBroken] = useState(false);
  const { picture } = file;
  return picture === null || isBroken ? <Icon name="file" size={24} /> : (
    <img
      class="chip-picture"
      src={picture}
      alt=""
      onError={() => setBroken(true)}
    />
  );
}
