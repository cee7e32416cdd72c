/** A name that tells more of whom it names. */
import { createContext } from "preact";
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { useTabIndex } from "../tab_stops.ts";

/** Opens the card of a person by their id; null where there is none. */
export const PersonOpener = createContext<((id: string) => void) | null>(null);

/** The name as a button, where there is something to open. */
export function PersonButton(
  { person, id, class: className, children }: {
    /** Whose name it is. */
    person: string;
    /** The element's id. */
    id?: string;
    class: string;
    children: string;
  },
): JSX.Element {
  const open = useContext(PersonOpener);
  const tabIndex = useTabIndex();
  if (open === null) return <bdi class={className} id={id}>{children}</bdi>;
  return (
    <button
      type="button"
      class={`person-name ${className}`}
      id={id}
      tabIndex={tabIndex}
      aria-haspopup="dialog"
      onClick={() => open(person)}
    >
      <bdi>{children}</bdi>
    </button>
  );
}
