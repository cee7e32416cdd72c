/** Which of the three columns a phone shows. */
import { useEffect, useRef, useState } from "preact/hooks";

/** A column of the room page. */
export type Column = "rooms" | "talk" | "people";

/**
 * The column on screen and the way to another. People and rooms lie over the
 * conversation: going back in the browser's history leaves them.
 */
export function useColumn(): [Column, (column: Column) => void] {
  const [column, setColumn] = useState<Column>("talk");
  const pushed = useRef(false);
  useEffect(() => {
    const onPopState = () => {
      pushed.current = false;
      setColumn("talk");
    };
    addEventListener("popstate", onPopState);
    return () => removeEventListener("popstate", onPopState);
  }, []);
  const show = (next: Column) => {
    const narrow = matchMedia("(max-width: 640px)").matches;
    if (next !== "talk" && narrow && !pushed.current) {
      pushed.current = true;
      history.pushState(null, "", location.href);
    }
    setColumn(next);
  };
  return [column, show];
}
