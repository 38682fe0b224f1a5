import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { reveal, useRange } from "../../components/virtual.ts";
import { columnOf } from "../../lists/columns.ts";
import { columns as chosenColumns, widthOf } from "../../state/prefs.ts";
import { order } from "../../state/torrents.ts";
import { isNarrow, selection } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import { Head } from "./head.tsx";
import { onGridKey } from "./keyboard.ts";
import { onClick, onContextMenu, onDoubleClick } from "./pointer.ts";
import { Row, rowElementId } from "./row.tsx";

/** Height in pixels of a row and of the heading. It must be the same as in table.css. */
const ROW = 30;
const CARD = 76;
const HEAD = 32;
const TICK = 36;

/**
 * The table of torrents. Only visible rows are in the document. When a row moves, it keeps its element; elements of
 * rows that scroll out of view are reused. The table itself has the keyboard focus, and refers to the focused row
 * with `aria-activedescendant`.
 */
export function TorrentGrid(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const ids = order.value;
  const isCard = isNarrow.value;
  const height = isCard ? CARD : ROW;
  const range = useRange(scroller, height, ids.length, HEAD);
  const chosen = chosenColumns.value;
  const columns = useMemo(() => chosen.map(columnOf), [chosen]);
  const template = isCard
    ? `${TICK}px minmax(0, 1fr)`
    : `${TICK}px ${chosen.map((id) => `${widthOf(id)}px`).join(" ")} minmax(0, 1fr)`;
  const width = isCard ? undefined : `${TICK + chosen.reduce((sum, id) => sum + widthOf(id), 0)}px`;
  const { focus } = selection.value;
  const shown = ids.slice(range.from, range.to);
  const pool = Math.max(1, range.to - range.from);

  return (
    <div
      ref={scroller}
      class={`grid ${isCard ? "cards" : ""}`}
      role="grid"
      id="torrents"
      aria-label={texts.table.label}
      aria-rowcount={ids.length + 1}
      aria-colcount={isCard ? 2 : columns.length + 1}
      aria-multiselectable
      aria-activedescendant={focus !== null && shown.includes(focus) ? rowElementId(focus) : undefined}
      tabIndex={0}
      style={{ "--columns": template, "--width": width ?? "100%" }}
      onKeyDown={(event) => {
        const grid = scroller.current;
        if (grid === null || event.target !== grid) return;
        if (onGridKey(event, grid, range.page, (id) => reveal(grid, order.value.indexOf(id), height, HEAD))) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
    >
      <Head columns={columns} isCard={isCard} />
      <div
        role="rowgroup"
        class="rows"
        style={{ height: `${ids.length * height}px` }}
        onClick={onClick}
        onDblClick={onDoubleClick}
        onContextMenu={(event) => {
          if (scroller.current !== null) onContextMenu(event, scroller.current);
        }}
      >
        {shown.map((id, at) => (
          <Row
            key={(range.from + at) % pool}
            id={id}
            index={range.from + at}
            columns={columns}
            height={height}
            isCard={isCard}
          />
        ))}
      </div>
    </div>
  );
}
