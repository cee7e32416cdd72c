/** The files of a message: pictures, sound, video, and others as cards. */
import type { JSX } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { FileInfo } from "../../lib/protocol.ts";
import { Icon } from "../icons.tsx";
import { memo } from "../memo.ts";
import { useTabIndex } from "../tab_stops.ts";
import { useWords } from "../words.ts";
import { filePath, shownSize, sizeText } from "./file_words.ts";
import { ownPicture, releaseOwnPicture } from "./tray.ts";
import { RoomOfFiles } from "./use_trays.ts";

interface MessageFilesProps {
  files: readonly FileInfo[];
  /** The log doesn't show them yet: what can't be fetched is shown from memory. */
  pending: boolean;
}

/** Everything attached to a message; each takes its room before it loads. */
export const MessageFiles = memo(function MessageFiles(
  { files, pending }: MessageFilesProps,
): JSX.Element {
  const t = useWords();
  return (
    <div
      class="files"
      role="group"
      aria-label={t("files.of_message", { count: files.length })}
    >
      {files.map((file) => (
        pending
          ? <PendingFile key={file.id} file={file} />
          : <FileView key={file.id} file={file} />
      ))}
    </div>
  );
});

function FileView({ file }: { file: FileInfo }): JSX.Element {
  const src = filePath(useContext(RoomOfFiles), file);
  const tabIndex = useTabIndex();
  const { type, name, width, height } = file;
  if (width !== undefined && height !== undefined) {
    return <Picture file={file} src={src} size={{ width, height }} />;
  }
  if (type.startsWith("video/")) {
    return (
      <video
        class="file-video"
        controls
        preload="metadata"
        src={src}
        aria-label={name}
        tabIndex={tabIndex}
      />
    );
  }
  if (type.startsWith("audio/")) {
    return (
      <figure class="file-audio">
        <figcaption>
          <bdi>{name}</bdi>
        </figcaption>
        <audio
          controls
          preload="metadata"
          src={src}
          aria-label={name}
          tabIndex={tabIndex}
        />
      </figure>
    );
  }
  return <FileCard file={file} src={src} />;
}

function Picture(
  { file, src, size }: {
    file: FileInfo;
    src: string;
    size: { width: number; height: number };
  },
): JSX.Element {
  const t = useWords();
  const tabIndex = useTabIndex();
  return (
    <a
      class="file-picture"
      href={src}
      target="_blank"
      rel="noopener"
      tabIndex={tabIndex}
      data-picture={file.name}
      aria-label={t("files.open_named", { name: file.name })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        openLightbox(event.currentTarget);
      }}
    >
      <img
        src={`${src}?preview`}
        alt={file.name}
        loading="lazy"
        decoding="async"
        {...shownSize(size)}
      />
      {file.type === "image/gif" && (
        <span class="picture-kind" aria-hidden="true">GIF</span>
      )}
    </a>
  );

  function openLightbox(link: HTMLAnchorElement): void {
    // Where that can't be loaded the picture opens in a tab of its own.
    import("./Lightbox.tsx").then(({ showPictures }) => showPictures(link, t))
      .catch(() => open(link.href, "_blank", "noopener"));
  }
}

function FileCard(
  { file, src }: { file: FileInfo; src: string },
): JSX.Element {
  const t = useWords();
  const tabIndex = useTabIndex();
  const { name } = file;
  return (
    <a
      class="file-card"
      href={src}
      download={name}
      tabIndex={tabIndex}
    >
      <Icon name="file" size={24} />
      <span class="chip-text">
        <span class="visually-hidden">{t("files.download")}</span>
        <bdi class="chip-name">{name}</bdi>
        <span class="chip-state">{sizeText(t, file.size)}</span>
      </span>
      <Icon name="download" />
    </a>
  );
}

function PendingFile({ file }: { file: FileInfo }): JSX.Element {
  const t = useWords();
  const { name, width, height } = file;
  const picture = ownPicture(file.id);
  useEffect(() => () => releaseOwnPicture(file.id), [file.id]);
  if (picture !== null && width !== undefined && height !== undefined) {
    return (
      <span class="file-picture">
        <img src={picture} alt={name} {...shownSize({ width, height })} />
      </span>
    );
  }
  return (
    <span class="file-card">
      <Icon name="file" size={24} />
      <span class="chip-text">
        <bdi class="chip-name">{name}</bdi>
        <span class="chip-state">{sizeText(t, file.size)}</span>
      </span>
    </span>
  );
}
