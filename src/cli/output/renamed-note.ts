import { clean, count } from "../../terminal/index.ts";

/** The maximum number of renamed files that are listed. */
const MAX_SHOWN = 3;

interface Renamed {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Returns a line that lists the first few files whose names on the disk differ from those in the torrent; `undefined`
 * when there are none.
 */
export function renamedNote(renamed: readonly Renamed[]): string | undefined {
  const shown = renamed.slice(0, MAX_SHOWN).map(({ from, to }) => `${clean(from.join("/"))} is ${clean(to.join("/"))}`);
  if (renamed.length === 0) return undefined;
  if (renamed.length === 1) return `${shown.join("")} in the torrent: its own name is not valid on every system`;
  const more = renamed.length - shown.length;
  return `${count(renamed.length, "file")} have other names in the torrent, because their own are not valid on every system: ${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}
