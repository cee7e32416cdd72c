/** Esc, wherever the focus is. */
import { useEffect } from "preact/hooks";
import { isComposing } from "./keys.ts";

/**
 * Calls `run` with what had the focus, unless what lies over the page, an input
 * method or something within it takes the key.
 */
export function useEscape(run: (target: Element | null) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const isCovered = document.querySelector("dialog[open], :popover-open");
      if (isComposing(event) || isCovered) return;
      run(event.target instanceof Element ? event.target : null);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
