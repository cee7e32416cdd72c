/**
 * The scrolling of a room's messages.
 *
 * The box is laid out in `column-reverse`: the browser itself starts at the
 * bottom and stays there, also without scripts. `scrollTop` is 0 at the bottom
 * and negative above. While one reads further up, an anchor (the topmost row
 * in view) is put back to where it was after every change, so nothing jumps.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows in the document while one follows the newest, and at most. */
const FOLLOWED_ROWS = 100;
const MOST_ROWS = 300;
/** Rows by which the window moves, and how near its edge may come. */
const STEP_ROWS = 60;
const EDGE_PIXELS = 900;
const BOTTOM_PIXELS = 24;

/** Where one was in a room: a message, and how far below the upper edge it began. */
export interface LogPlace {
  message: string;
  top: number;
}

interface Anchor {
  element: Element;
  top: number;
}

/** What {@link useLogScroll} needs. */
export interface LogScrollOptions {
  room: string;
  /** Places by room: where one comes back, and what is kept for the next time. */
  places: Map<string, LogPlace>;
  /** Keys of all rows, oldest first. */
  ids: readonly string[];
  /** Whether older rows can be loaded. */
  more: boolean;
  /** Loads them. */
  loadOlder: () => void;
  /** Called when what is in view may have changed. */
  onView: () => void;
}

/** Which rows are in the document, and how to move among them. */
export function useLogScroll(options: LogScrollOptions) {
  const { room, places, ids, more, loadOlder, onView } = options;
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(null);
  // The first row of the window, or null while one follows the newest.
  const [first, setFirst] = useState(() => firstAround(ids, places.get(room)));
  const [wanted, setWanted] = useState<string | null>(null);
  const { start, end, following } = windowOf(ids, first);

  const restore = () => {
    const held = anchor.current;
    if (held === null || box.current === null || !held.element.isConnected) {
      return;
    }
    const moved = topIn(box.current, held.element) - held.top;
    if (Math.abs(moved) >= 0.5) box.current.scrollTop += moved;
  };

  const moveWindow = () => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const above = scrollHeight - clientHeight + scrollTop;
    if (above < EDGE_PIXELS && start > 0) {
      setFirst(ids[Math.max(0, start - STEP_ROWS)] ?? null);
    } else if (-scrollTop < EDGE_PIXELS && end < ids.length) {
      setFirst(ids[Math.min(start + STEP_ROWS, ids.length - 1)] ?? null);
    } else if (above < EDGE_PIXELS && more) {
      loadOlder();
    }
  };

  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    if (-element.scrollTop < BOTTOM_PIXELS && end === ids.length) {
      anchor.current = null;
      setFirst(null);
      places.delete(room);
    } else {
      anchor.current = topmost(element, content.current);
      keepPlace();
      if (following) setFirst(ids[start] ?? null);
    }
    moveWindow();
    onView();
  };

  const keepPlace = () => {
    const held = anchor.current;
    const message = (held?.element as HTMLElement | undefined)?.dataset.id;
    if (held === null || message === undefined) return;
    places.set(room, { message, top: held.top });
  };

  useLayoutEffect(() => {
    const place = places.get(room);
    const element = place && document.getElementById(`m-${place.message}`);
    if (element) anchor.current = { element, top: place.top };
  }, []);
  useLayoutEffect(restore);
  useLayoutEffect(() => {
    const at = wanted === null ? -1 : ids.indexOf(wanted);
    if (at < 0) return;
    const element = document.getElementById(`m-${wanted}`);
    if (element === null) {
      setFirst(ids[Math.max(0, at - STEP_ROWS)] ?? null);
      return;
    }
    const { clientHeight } = box.current!;
    const free = Math.max(0, clientHeight - element.offsetHeight);
    anchor.current = { element, top: free / 3 };
    restore();
    // From now on the window stays, unless the newest is in view as well.
    if (end === ids.length && !isScrollable(box.current)) {
      anchor.current = null;
      setFirst(null);
    } else if (following) setFirst(ids[start] ?? null);
    element.focus({ preventScroll: true });
    setWanted(null);
  }, [wanted, ids, start, end]);
  useEffect(() => {
    if (!following || isScrollable(box.current)) moveWindow();
    onView();
  }, [ids, start]);
  useLayoutEffect(() => {
    if (content.current === null) return;
    const observer = new ResizeObserver(restore);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, []);

  return {
    box,
    content,
    start,
    end,
    following,
    onScroll,
    /** Shows the newest rows and follows them. */
    jump(): void {
      anchor.current = null;
      setFirst(null);
      places.delete(room);
      if (box.current !== null) box.current.scrollTop = 0;
    },
    /** Shows a message that is among the rows, or comes with the next ones, and focuses it. */
    reveal(message: string): void {
      setWanted(message);
    },
    /** Keeps an element where it is on screen until one scrolls. */
    hold(element: Element): void {
      if (box.current === null) return;
      anchor.current = { element, top: topIn(box.current, element) };
    },
  };
}

/** The first row of a window around a place; null where its message is not held. */
function firstAround(
  ids: readonly string[],
  place: LogPlace | undefined,
): string | null {
  const at = place === undefined ? -1 : ids.indexOf(place.message);
  return at < 0 ? null : ids[Math.max(0, at - STEP_ROWS)] ?? null;
}

function windowOf(ids: readonly string[], first: string | null) {
  const index = first === null ? -1 : ids.indexOf(first);
  const following = index < 0;
  const start = following ? Math.max(0, ids.length - FOLLOWED_ROWS) : index;
  const end = following ? ids.length : Math.min(ids.length, start + MOST_ROWS);
  return { start, end, following };
}

function isScrollable(box: HTMLElement | null): boolean {
  return box !== null && box.scrollTop < -BOTTOM_PIXELS;
}

function topIn(box: Element, element: Element): number {
  return element.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

/** The topmost message in view: the one that should not move. */
function topmost(box: Element, content: Element | null): Anchor | null {
  const edge = box.getBoundingClientRect().top;
  for (const element of content?.querySelectorAll("article") ?? []) {
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom > edge) return { element, top: top - edge };
  }
  return null;
}
