/** Which of the three columns a phone shows. */
import { useEffect, useRef, useState } from "preact/hooks";

/** A column of the room page. */
export type Column = "rooms" | "talk" | "people";

/**
 * The column on screen and the way to another. People and rooms lie over the
 * conversation: going back in the browser's history leaves them, and leaving
 * them goes back, so that no entry stays that shows nothing new.
 */
export function useColumn(
  onBack: () => void,
): [Column, (column: Column) => void] {
  const [column, setColumn] = useState<Column>("talk");
  const pushed = useRef(false);
  const told = useRef(onBack);
  told.current = onBack;
  useEffect(() => {
    const onPopState = () => {
      if (pushed.current) told.current();
      pushed.current = false;
      setColumn("talk");
    };
    addEventListener("popstate", onPopState);
    return () => removeEventListener("popstate", onPopState);
  }, []);
  const show = (next: Column) => {
    const narrow = matchMedia("(max-width: 640px)").matches;
    if (next === "talk") {
      if (pushed.current && isOverlay()) history.back();
      pushed.current = false;
    } else if (narrow && !pushed.current) {
      pushed.current = true;
      history.pushState({ overlay: true }, "", location.href);
    }
    setColumn(next);
  };
  return [column, show];
}

/** Whether the entry of the browser's history is that of a column over the conversation. */
export function isOverlay(): boolean {
  return (history.state as { overlay?: boolean } | null)?.overlay === true;
}
