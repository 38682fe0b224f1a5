import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TorrentPieces } from "../../../../src/api/index.ts";
import { api } from "../../api/api.ts";
import { colorOf } from "../../components/color.ts";
import { usePoll } from "../../components/poll.ts";
import { countBits, eachPixel, fromBase64, hasBit } from "../../lists/bits.ts";
import { theme } from "../../state/prefs.ts";
import { texts } from "../../texts/texts.ts";
import { POLL_FAST } from "./view.ts";

const words = texts.overview;

/**
 * Draws the pieces that are on the disk. Each pixel column stands for some pieces; its height shows how many of them
 * are on the disk.
 */
function drawHave(canvas: HTMLCanvasElement, pieces: TorrentPieces, have: Uint8Array): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const active = new Set(pieces.active);
  const [full, moving, none] = [colorOf(canvas, "--down"), colorOf(canvas, "--check"), colorOf(canvas, "--track")];
  eachPixel(width, pieces.count, (x, from, to) => {
    let there = 0;
    let isActive = false;
    for (let piece = from; piece < to; piece += 1) {
      if (hasBit(have, piece)) there += 1;
      else if (active.has(piece)) isActive = true;
    }
    const filled = Math.round((there / (to - from)) * height);
    context.fillStyle = isActive ? moving : none;
    context.fillRect(x, 0, 1, height);
    context.fillStyle = full;
    context.fillRect(x, height - filled, 1, filled);
  });
}

/** Draws the number of peers that have each piece, as a colour on a scale from none to the maximum number. */
function drawAvailability(canvas: HTMLCanvasElement, pieces: TorrentPieces, copies: Uint8Array): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const most = copies.reduce((best, value) => Math.max(best, value), 1);
  context.fillStyle = colorOf(canvas, "--track");
  context.fillRect(0, 0, width, height);
  context.fillStyle = colorOf(canvas, "--up");
  eachPixel(width, pieces.count, (x, from, to) => {
    let least = 255;
    for (let piece = from; piece < to; piece += 1) least = Math.min(least, copies[piece] ?? 0);
    context.globalAlpha = least === 0 ? 0 : 0.25 + (0.75 * least) / most;
    context.fillRect(x, 0, 1, height);
  });
  context.globalAlpha = 1;
}

/** Returns the width of an element in device pixels. The component is rendered again when it changes. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const node = element.current;
    if (node === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.round(node.clientWidth * devicePixelRatio)));
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Two charts of a torrent's pieces: those on the disk, and the number of peers that have each piece. */
export function Pieces({ id, availability }: { readonly id: string; readonly availability: number }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const haveCanvas = useRef<HTMLCanvasElement>(null);
  const copiesCanvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const { value: pieces } = usePoll(id, POLL_FAST, () => api.pieces(id));
  const colors = theme.value;
  const have = pieces === null ? null : fromBase64(pieces.have);

  useEffect(() => {
    if (pieces === null || have === null || pieces.count === 0 || width === 0) return;
    if (haveCanvas.current !== null) {
      haveCanvas.current.width = width;
      drawHave(haveCanvas.current, pieces, have);
    }
    if (copiesCanvas.current !== null) {
      copiesCanvas.current.width = width;
      drawAvailability(copiesCanvas.current, pieces, fromBase64(pieces.availability));
    }
  }, [pieces, width, colors]);

  return (
    <div class="pieces" ref={box}>
      {pieces !== null && pieces.count === 0 && <p class="muted">{words.noPieces}</p>}
      {pieces !== null && have !== null && pieces.count > 0 && (
        <>
          <div class="pieces-head">
            <span>{words.pieceMap(countBits(have, pieces.count), pieces.count)}</span>
            <span class="legend">
              <i class="have" />
              {words.legendHave}
              <i class="active" />
              {words.legendActive}
              <i class="missing" />
              {words.legendMissing}
            </span>
          </div>
          <canvas
            ref={haveCanvas}
            height={22}
            role="img"
            aria-label={words.pieceMap(countBits(have, pieces.count), pieces.count)}
          />
          <div class="pieces-head">
            <span>{`${words.availability}: ${words.availabilityMap(availability.toFixed(2))}`}</span>
          </div>
          <canvas
            ref={copiesCanvas}
            class="thin"
            height={10}
            role="img"
            aria-label={`${words.availability}: ${words.availabilityMap(availability.toFixed(2))}`}
          />
        </>
      )}
    </div>
  );
}
