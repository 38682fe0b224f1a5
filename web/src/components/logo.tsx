import type { JSX } from "preact";
import { texts } from "../texts/texts.ts";

/** The logo of Millrace. */
export function Logo(): JSX.Element {
  return (
    <span class="logo">
      <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect class="logo-ground" width="32" height="32" rx="7" />
        <g class="logo-wheel">
          <circle cx="16" cy="14" r="6.5" />
          <path d="M16 4.500v19M6.500 14h19M9.300 7.300l13.400 13.400M22.700 7.300L9.300 20.700" />
          <path class="logo-water" d="M5 27c3.500-2.400 7.500-2.400 11 0s7.500 2.400 11 0" />
        </g>
      </svg>
      <span>{texts.product}</span>
    </span>
  );
}
