/** Shows the pictures of the conversation large, one after another. */
import { type JSX, render } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Translator } from "../../lib/translate.ts";
import { Icon } from "../icons.tsx";

/** Opens a dialog over the page, at the picture of this link; closed, the focus is there again. */
export function showPictures(link: HTMLAnchorElement, t: Translator): void {
  const links = [
    ...document.querySelectorAll<HTMLAnchorElement>("a[data-picture]"),
  ];
  const place = document.createElement("div");
  document.body.append(place);
  render(
    <Lightbox
      t={t}
      pictures={links.map(({ href, dataset }) => ({
        src: href,
        name: dataset.picture ?? "",
      }))}
      first={Math.max(0, links.indexOf(link))}
      onClose={(index) => {
        render(null, place);
        place.remove();
        const shown = links[index];
        (shown?.isConnected ? shown : link).focus();
      }}
    />,
    place,
  );
}

interface LightboxProps {
  t: Translator;
  pictures: readonly { src: string; name: string }[];
  first: number;
  /** Told at which picture it was closed. */
  onClose: (index: number) => void;
}

function Lightbox(
  { t, pictures, first, onClose }: LightboxProps,
): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(first);
  // Before the next key, which is meant for the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const { src, name } = pictures[index]!;
  const count = pictures.length;
  const go = (by: number) =>
    setIndex((at) => Math.min(count - 1, Math.max(0, at + by)));
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={t("files.viewer")}
      onClose={() => onClose(index)}
      onClick={({ target }) => {
        if (!(target as Element).closest("button, a, img")) {
          dialog.current?.close();
        }
      }}
      onKeyDown={(event) => {
        const isRtl = getComputedStyle(event.currentTarget).direction === "rtl";
        if (event.key === "ArrowLeft") go(isRtl ? 1 : -1);
        if (event.key === "ArrowRight") go(isRtl ? -1 : 1);
      }}
    >
      <div class="lightbox-head">
        <p aria-live="polite">
          <bdi>{name}</bdi>{" "}
          {count > 1 && t("files.place", { index: index + 1, count })}
        </p>
        <a
          class="icon-button"
          href={src}
          download={name}
          aria-label={t("files.download")}
        >
          <Icon name="download" />
        </a>
        <button
          type="button"
          class="icon-button"
          aria-label={t("files.close")}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="lightbox-body">
        {count > 1 && (
          <button
            type="button"
            class="icon-button previous"
            aria-label={t("files.previous")}
            disabled={index === 0}
            onClick={() => go(-1)}
          >
            <Icon name="back" size={24} />
          </button>
        )}
        <img key={src} src={src} alt={name} />
        {count > 1 && (
          <button
            type="button"
            class="icon-button next"
            aria-label={t("files.next")}
            disabled={index === count - 1}
            onClick={() => go(1)}
          >
            <Icon name="back" size={24} />
          </button>
        )}
      </div>
    </dialog>
  );
}
