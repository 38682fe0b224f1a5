import type { JSX } from "preact";

/**
 * The SVG paths of the icons, on a grid of 24 by 24 units. Screen readers skip the icons, because an icon is always
 * next to a label or in a control that has a name.
 */
const PATHS = {
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5M12 11v6M9 14h6",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.200 1.200M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.200-1.200",
  create: "M4 20l1-4L16 5l3 3L8 19zM13.500 7.500l3 3",
  play: "M7 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  check: "M4 12a8 8 0 0 1 14-5.300L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.300L4 15M4 20v-5h5",
  limits: "M5 17a8 8 0 1 1 14 0M12 14l4-5M12 14v.01",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400",
  statistics: "M5 20V11M12 20V4M19 20v-6",
  more: "M5 12v.01M12 12v.01M19 12v.01",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500L20 20",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  columns: "M4 5h16v14H4zM10 5v14M15 5v14",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M5 19l1.500-1.500M17.500 6.500L19 5",
  dark: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 7h5.500M12 12h8M12 17h5.500",
  down: "M12 5v14M6 13l6 6 6-6",
  up: "M12 19V5M6 11l6-6 6 6",
  folder: "M3 6a1 1 0 0 1 1-1h5l2 2h9a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z",
  document: "M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4",
  open: "M6 9l6 6 6-6",
  shut: "M9 6l6 6-6 6",
  error: "M12 4l9 16H3zM12 10v4M12 17v.01",
  done: "M5 12l5 5L19 7",
  wait: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4l3 2",
  key: "M14 10a4 4 0 1 0-3.500 4L12 12.500h2V10.500h2M14 10h7v4",
  out: "M14 4H6v16h8M10 12h11M17 8l4 4-4 4",
  details: "M4 5h16v14H4zM4 14h16",
  label: "M4 4h8l8 8-8 8-8-8zM8 8v.01",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon, `size` pixels wide. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
