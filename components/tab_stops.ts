/**
 * The Tab key's way through the log. All messages together are one stop: what
 * a message says can be tabbed to while that message has the focus, which the
 * arrow keys move. Without scripts every link stays a stop of its own.
 */
import { createContext, type RefObject } from "preact";
import { useContext, useEffect, useLayoutEffect, useState } from "preact/hooks";

const InReach = createContext(true);

/** Says whether what is inside can be tabbed to. */
export const TabStops = InReach.Provider;

/** Whether what is here can be tabbed to. */
export function useInReach(): boolean {
  return useContext(InReach);
}

/** The `tabIndex` of a link or a button; undefined for its usual one. */
export function useTabIndex(): -1 | undefined {
  const inReach = useContext(InReach);
  return inReach ? undefined : -1;
}

/** Whether a box scrolls sideways: it is a stop of its own, always, else no key scrolls it. */
export function useWide(
  box: RefObject<HTMLElement>,
  content: unknown,
): boolean {
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const { scrollWidth, clientWidth } = box.current!;
    setWide(scrollWidth > clientWidth);
  }, [content]);
  return wide;
}

/** Whether the page is alive: false in what the server renders. */
export function useAlive(): boolean {
  const [alive, setAlive] = useState(false);
  useEffect(() => setAlive(true), []);
  return alive;
}
