import { inspect } from "node:util";
import { Bitfield, InfoHash, PeerId } from "../../../base/index.ts";
import { clean, styleFor } from "../../../terminal/index.ts";
import { formatClient } from "../../../wire/index.ts";
import { List } from "../../list.ts";
import { PeerView } from "../../session/peer/peer-view.ts";
import { Piece } from "../../session/pieces.ts";
import { ConsoleTracker } from "../../session/tracker.ts";
import { describeBitfield, describePeer, entryText, hexDump, Table } from "../../view/index.ts";
import { RenderedList } from "./rendered-list.ts";
import { Text } from "../help.ts";
import { drawList, isEntry, lineText } from "./tables.ts";

/** The maximum number of bytes that are printed of a byte array. */
const SHOWN_BYTES = 256;

/**
 * Formats a value as the console prints it; returns `undefined` if nothing is to be printed. Control characters in
 * data from peers are escaped.
 */
export function showValue(value: unknown, pieceCount?: number): string | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Table || value instanceof Text || value instanceof RenderedList) return value.toString();
  if (value instanceof PeerView) return describePeer(value);
  if (value instanceof ConsoleTracker) return drawList([value]).toString();
  if (value instanceof Piece)
    return `${lineText(value)}, ${value.blockCount} blocks of 16384 bytes or less, SHA-1 ${value.hash}; help("piece") lists its members`;
  if (value instanceof Bitfield) return describeBitfield(value);
  if (value instanceof InfoHash) return value.hex;
  if (value instanceof PeerId) return `${value.toString()} (${clean(formatClient(value.bytes))})`;
  if (value instanceof Uint8Array) return `${value.length} bytes\n${hexDump(value, SHOWN_BYTES)}`;
  if (isEntry(value)) return entryText(value, { pieceCount });
  if (value instanceof List && value.length === 0) return "the list is empty";
  if (Array.isArray(value) && value.length > 0 && isDrawable(value)) return drawList(value).toString();
  const style = styleFor(process.stdout);
  // Asked with something to colour: whether there are colours is the style's to know.
  return cleanInspected(
    inspect(value, {
      colors: style.dim("x") !== "x",
      depth: 4,
      maxArrayLength: 50,
      maxStringLength: 2_000,
      breakLength: 100,
    }),
  );
}

function isDrawable(list: readonly unknown[]): boolean {
  try {
    drawList(list);
    return true;
  } catch {
    return false;
  }
}

// oxlint-disable-next-line no-control-regex
const OURS = /(\u001b\[[0-9;]*m|\n)/;

/** Escapes unsafe characters in the output of `inspect`, but keeps its colours and line ends. */
function cleanInspected(text: string): string {
  return text
    .split(OURS)
    .map((part, at) => (at % 2 === 1 ? part : clean(part)))
    .join("");
}
