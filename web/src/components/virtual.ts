import { useLayoutEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";

/**
 * The number of rows that are rendered above and below the visible ones, so that no gap is seen during fast scrolling.
 */
const MARGIN = 8;
/**
 * The rendered range begins at a multiple of this number of rows, so that most frames of a scroll need no rendering.
 */
const STEP = 4;

/** The range of rows to render. */
export interface Range {
  readonly from: number;
  /** The index after the last row. */
  readonly to: number;
  /** The number of rows that fit in the window. */
  readonly page: number;
}

/**
 * Returns the range of rows to render for a scroll position, for rows of fixed height. A pure function, used by
 * `useRange`.
 */
export function rangeOf(scrollTop: number, height: number, rowHeight: number, count: number): Range {
  const page = Math.max(1, Math.floor(height / rowHeight));
  const first = Math.max(0, Math.floor(scrollTop / rowHeight / STEP) * STEP - MARGIN);
  const from = Math.min(first, Math.max(0, count - 1));
  return { from, to: Math.min(count, from + page + 1 + STEP + 2 * MARGIN), page };
}

/**
 * Returns the range of rows to render in a scrolling element. The component is rendered again only when the range
 * changes.
 */
export function useRange(
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
  count: number,
  headHeight = 0,
): Range {
  const [seen, setSeen] = useState({ from: 0, height: 0 });

  useLayoutEffect(() => {
    const node = scroller.current;
    if (node === null) return undefined;
    const measure = (): void => {
      const from = Math.floor(node.scrollTop / rowHeight / STEP) * STEP;
      const height = node.clientHeight - headHeight;
      setSeen((before) => (before.from === from && before.height === height ? before : { from, height }));
    };
    measure();
    node.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => {
      node.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [rowHeight, headHeight, scroller]);

  return rangeOf(seen.from * rowHeight, seen.height, rowHeight, count);
}

/** Scrolls an element so that a row is visible and not covered by the heading. */
export function reveal(node: HTMLElement, index: number, rowHeight: number, headHeight = 0): void {
  const top = index * rowHeight;
  const height = node.clientHeight - headHeight;
  if (top < node.scrollTop) node.scrollTop = top;
  else if (top + rowHeight > node.scrollTop + height) node.scrollTop = top + rowHeight - height;
}
