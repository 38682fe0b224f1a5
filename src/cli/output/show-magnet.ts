import type { Magnet } from "../../metainfo/index.ts";
import { clean, formatSize } from "../../terminal/index.ts";
import { magnetFacts } from "./describe.ts";
import { printFields } from "../input/fields.ts";
import type { Output } from "./output.ts";

/** Prints the contents of a magnet link, as text or JSON. */
export function showMagnet(output: Output, magnet: Magnet): void {
  const facts = magnetFacts(magnet);
  output.data(facts);
  output.line(output.style.strong(magnet.name === undefined ? "(no name in the magnet link)" : clean(magnet.name)));
  printFields(output, [
    ["size", magnet.length === undefined ? undefined : `${formatSize(magnet.length)} (from the link)`],
    ["info-hash", magnet.infoHash?.hex],
    ["info-hash v2", magnet.infoHashV2?.hex],
    ["trackers", magnet.trackers.map(clean)],
    ["web seeds", magnet.webSeeds.map(clean)],
    ["peers", facts.peers.map(clean)],
    [
      "only files",
      magnet.selectOnly.length === 0
        ? undefined
        : magnet.selectOnly.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", "),
    ],
  ]);
}
