import type { JSX } from "preact";
import { detailsHeight } from "../../state/prefs.ts";
import { texts } from "../../texts/texts.ts";

/** The minimum height of the details, as a percentage of the window's height. */
const LEAST = 15;
const MOST = 80;
const KEY_STEP = 4;

function set(height: number): void {
  detailsHeight.value = Math.round(Math.max(LEAST, Math.min(MOST, height)));
}

function drag(event: PointerEvent): void {
  const bar = event.currentTarget;
  if (!(bar instanceof HTMLElement)) return;
  bar.setPointerCapture(event.pointerId);
  const move = (moved: PointerEvent): void => set(((innerHeight - moved.clientY - 28) / innerHeight) * 100);
  bar.addEventListener("pointermove", move);
  bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
}

/**
 * The bar between the list and the details. The user drags it, or presses the arrow keys, to change the height of the
 * details.
 */
export function Splitter(): JSX.Element {
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label={texts.details.resize}
      aria-valuenow={detailsHeight.value}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={(event) => {
        if (event.key === "ArrowUp") set(detailsHeight.value + KEY_STEP);
        else if (event.key === "ArrowDown") set(detailsHeight.value - KEY_STEP);
        else return;
        event.preventDefault();
      }}
    />
  );
}
