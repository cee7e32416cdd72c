/** A person's mark: their picture, or an initial on a colour derived from their id. */
import type { JSX } from "preact";

const HUES = 24;

interface AvatarProps {
  id: string;
  name: string;
  /** Hash of the picture, when there is one. */
  picture?: string | undefined;
  /** For lists. */
  small?: boolean;
}

/** The picture, or the initial and colour, of a person. */
export function Avatar(
  { id, name, picture, small = false }: AvatarProps,
): JSX.Element {
  const size = small ? " avatar-small" : "";
  if (picture !== undefined) {
    return (
      <img
        class={`avatar${size}`}
        src={picturePath(id, picture)}
        alt=""
        loading="lazy"
        decoding="async"
      />
    );
  }
  return (
    <span class={`avatar hue-${hueOf(id)}${size}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}

/** Where a person's picture is; another picture has another address. */
function picturePath(id: string, picture: string): string {
  return `/people/${id}/picture?v=${encodeURIComponent(picture)}`;
}

/** Which of the 24 colours belongs to a person (FNV-1a of the id). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  return ((hash ^ hash >>> 15) >>> 0) % HUES;
}

/** The first grapheme of a name, in upper case. */
export function initialOf(name: string): string {
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })
    .segment(name.trim());
  for (const { segment } of graphemes) return segment.toLocaleUpperCase();
  return "?";
}
