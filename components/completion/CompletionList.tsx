/** What one may mean, above the text box that one goes on writing in. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { placeAbove } from "../place_above.ts";
import { useWords } from "../words.ts";
import type { Completion } from "./use_completion.ts";

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
  useLayoutEffect(() => {
    placeAbove(box.current!, box.current!.parentElement!, HIGHEST);
  });
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
