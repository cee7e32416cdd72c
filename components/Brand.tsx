/** Atoll's mark: a ring of land, open on one side to the sea. */
import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { PlaceFace } from "../lib/place.ts";

/** How the place shows itself. */
export const PlaceContext = createContext<PlaceFace>({
  name: "Atoll",
  picture: null,
});

/** The place's picture, or the mark, with its name beside it, as a link to the start. */
export function Brand({ href = "/" }: { href?: string }): JSX.Element {
  const { name, picture } = useContext(PlaceContext);
  return (
    <a class="brand" href={href} aria-current="false">
      {picture === null ? <BrandMark /> : <PlacePicture picture={picture} />}
      <bdi class="ellipsis">{name}</bdi>
    </a>
  );
}

/** The place's picture; its name stands beside it. */
export function PlacePicture(
  { picture, size = 26 }: { picture: string; size?: number },
): JSX.Element {
  return (
    <img
      class="place-picture"
      src={placePicturePath(picture)}
      alt=""
      width={size}
      height={size}
    />
  );
}

/** Where the place's picture is; another picture has another address. */
export function placePicturePath(picture: string): string {
  return `/place/picture?v=${encodeURIComponent(picture)}`;
}

/** The mark alone. */
export function BrandMark({ size = 26 }: { size?: number }): JSX.Element {
  return (
    <svg
      class="brand-mark"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      aria-hidden="true"
    >
      <path
        d="M20.6 4.4A12.5 12.5 0 1 0 28.3 13"
        stroke="currentColor"
        stroke-width="6.5"
        stroke-linecap="round"
      />
      <circle cx="25.4" cy="6.8" r="2.6" fill="currentColor" />
    </svg>
  );
}
