/** Pixels between the two, and to the page's edge. */
const GAP = 4;

/**
 * Puts a fixed element over the page, at most so many pixels high: what is
 * around its anchor would cut it off. It goes above the anchor, or below where
 * there is too little room above and more there.
 */
export function placeAbove(
  element: HTMLElement,
  anchor: Element,
  highest: number,
): void {
  const { left, top, bottom, width } = anchor.getBoundingClientRect();
  const height = document.documentElement.clientHeight;
  const above = top - 2 * GAP;
  const below = height - bottom - 2 * GAP;
  const isAbove = above >= highest || above >= below;
  Object.assign(element.style, {
    left: `${left}px`,
    width: `${width}px`,
    top: isAbove ? "auto" : `${bottom + GAP}px`,
    bottom: isAbove ? `${height - top + GAP}px` : "auto",
    maxHeight: `${Math.min(highest, isAbove ? above : below)}px`,
  });
}
