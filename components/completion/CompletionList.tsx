/** What one may mean, above the text box that one goes on writing in. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../words.ts";
import type { Completion } from "./use_completion.ts";

/** Pixels between the list and the text box, and of its greatest height. */
const GAP = 4;
const HIGHEST = 264;

/** Attributes of the text box while its list is open. */
export function completionAttributes(
  id: string,
  list: Completion | null,
): JSX.HTMLAttributes<HTMLTextAreaElement> {
  if (list === null) return { "aria-autocomplete": "list" };
  return {
    "aria-autocomplete": "list",
    "aria-controls": id,
    "aria-activedescendant": `${id}-${list.chosen}`,
  };
}

/** The choices; the keys are the text box's, a click or a touch chooses too. */
export function CompletionList(
  { id, choices, kind, chosen, pick }: Completion & { id: string },
): JSX.Element {
  const t = useWords();
  const box = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => placeAbove(box.current!));
  useLayoutEffect(() => {
    box.current?.querySelector("[aria-selected=true]")
      ?.scrollIntoView({ block: "nearest" });
  }, [chosen, choices]);
  return (
    <ul
      ref={box}
      id={id}
      class="completion"
      role="listbox"
      aria-label={t(`completion.${kind}`)}
      // The text box keeps the focus, and the phone its keyboard.
      onMouseDown={(event) => event.preventDefault()}
    >
      {choices.map((choice, index) => (
        <li
          key={choice.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen ? "true" : "false"}
          onClick={() => pick(choice)}
        >
          <span class="completion-sign" aria-hidden="true">{choice.sign}</span>
          <bdi class="ellipsis">{choice.name}</bdi>
          {choice.hint && <small>{choice.hint}</small>}
        </li>
      ))}
    </ul>
  );
}

/** Over what is around: the part of the page that one writes in is cut off at its edge. */
function placeAbove(list: HTMLElement): void {
  const { left, top, width } = list.parentElement!.getBoundingClientRect();
  const height = document.documentElement.clientHeight;
  Object.assign(list.style, {
    left: `${left}px`,
    width: `${width}px`,
    bottom: `${height - top + GAP}px`,
    maxHeight: `${Math.min(HIGHEST, top - 2 * GAP)}px`,
  });
}
