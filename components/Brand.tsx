/** Atoll's mark: a ring of land, open on one side to the sea. */
import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";

/** What the place is called. */
export const PlaceName = createContext("Atoll");

/** The mark with the place's name beside it, as a link to the start. */
export function Brand({ href = "/" }: { href?: string }): JSX.Element {
  const name = useContext(PlaceName);
  return (
    <a class="brand" href={href} aria-current="false">
      <BrandMark />
      <bdi class="ellipsis">{name}</bdi>
    </a>
  );
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
