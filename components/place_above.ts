/** Pixels between the two, and to the page's edge. */
const GAP = 4;

/**
 * Puts a fixed element over the page, above an anchor, at most so many pixels
 * high: what is around the anchor would cut it off.
 */
export function placeAbove(
  element: HTMLElement,
  anchor: Element,
  highest: number,
): void {
  const { left, top, width } = anchor.getBoundingClientRect();
  const height = document.documentElement.clientHeight;
  Object.assign(element.style, {
    left: `${left}px`,
    width: `${width}px`,
    bottom: `${height - top + GAP}px`,
    maxHeight: `${Math.min(highest, top - 2 * GAP)}px`,
  });
}
