/** A person's mark: an initial on a colour derived from their id. */
import type { JSX } from "preact";

const HUES = 24;

/** The initial and colour of a person; `small` for lists. */
export function Avatar(
  { id, name, small = false }: { id: string; name: string; small?: boolean },
): JSX.Element {
  const size = small ? " avatar-small" : "";
  return (
    <span class={`avatar hue-${hueOf(id)}${size}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
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
