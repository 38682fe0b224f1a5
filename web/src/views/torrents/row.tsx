import type { JSX } from "preact";
import type { TorrentRow } from "../../../../src/api/index.ts";
import { bytes, rate } from "../../base/format.ts";
import type { Column } from "../../lists/columns.ts";
import { rowOf } from "../../state/torrents.ts";
import { selection } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import { cell, StatusIcon, TorrentProgress } from "./cells.tsx";

/** The properties of a row of the list. */
export interface RowProps {
  readonly id: string;
  /** The position of the row in the list, from 0. */
  readonly index: number;
  readonly columns: readonly Column[];
  readonly height: number;
  readonly isCard: boolean;
}

/** Returns the HTML id of the element for the torrent `id`. */
export function rowElementId(id: string): string {
  return `row-${id}`;
}

/**
 * The row of one torrent in the list. It is rendered again only when its data, its selection or its position changes.
 */
export function Row({ id, index, columns, height, isCard }: RowProps): JSX.Element | null {
  const row = rowOf(id);
  if (row === undefined) return null;
  const isSelected = selection.value.ids.has(id);
  const isFocused = selection.value.focus === id;
  return (
    <div
      role="row"
      id={rowElementId(id)}
      class={`row ${isCard ? "as-card" : ""} ${isFocused ? "focused" : ""} ${index % 2 === 1 ? "odd" : ""}`}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-id={id}
      style={{ transform: `translateY(${index * height}px)` }}
    >
      <div role="gridcell" class="cell tick">
        <input
          type="checkbox"
          tabIndex={-1}
          data-tick=""
          aria-label={texts.table.select(row.name)}
          checked={isSelected}
        />
      </div>
      {isCard ? (
        <Card row={row} />
      ) : (
        columns.map((column) => (
          <div
            key={column.id}
            role="gridcell"
            class={`cell at-${column.id} ${column.numeric ? "numeric" : ""}`}
            title={column.id === "name" || column.id === "folder" ? row.name : undefined}
          >
            {cell(column.id, row)}
          </div>
        ))
      )}
    </div>
  );
}

/** The content of a row in a narrow window: the name, the progress bar and the rates of a torrent. */
function Card({ row }: { readonly row: TorrentRow }): JSX.Element {
  return (
    <div role="gridcell" class="cell card">
      <span class="card-name">{row.name}</span>
      <TorrentProgress row={row} />
      <span class="card-line">
        <StatusIcon row={row} />
        <span>{row.size === 0 ? texts.table.fetching : bytes(row.size)}</span>
        <span class="card-rates">{texts.table.cards(rate(row.downRate), rate(row.upRate))}</span>
      </span>
    </div>
  );
}
