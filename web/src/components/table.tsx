import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** A column of a {@link Table}. */
export interface TableColumn<Row> {
  readonly id: string;
  readonly name: string;
  readonly isNumeric?: boolean;
  /** Returns the value of a row by which the table is sorted when the user clicks the heading. */
  readonly key: (row: Row) => string | number;
  readonly cell: (row: Row) => ComponentChildren;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
}

/**
 * A table that the user sorts by clicking a heading. It renders all rows, so it is suitable for hundreds of rows, not
 * for thousands.
 */
export function Table<Row>({ label, columns, rows, keyOf, empty }: Props<Row>): JSX.Element {
  const [sort, setSort] = useState<{ readonly id: string; readonly isDown: boolean } | null>(null);
  if (rows.length === 0) return <p class="muted padded">{empty}</p>;
  const column = columns.find((candidate) => candidate.id === sort?.id);
  const sign = sort?.isDown === true ? -1 : 1;
  const sorted = column === undefined ? rows : rows.toSorted((a, b) => compare(column.key(a), column.key(b)) * sign);
  return (
    <div class="table-box" role="region" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ id, name, isNumeric = false }) => (
              <th
                key={id}
                scope="col"
                class={isNumeric ? "numeric" : ""}
                aria-sort={sort?.id === id ? (sort.isDown ? "descending" : "ascending") : undefined}
              >
                <button
                  type="button"
                  class="heading"
                  onClick={() => setSort({ id, isDown: sort?.id === id ? !sort.isDown : isNumeric })}
                >
                  <span>{name}</span>
                  {sort?.id === id && <Icon name={sort.isDown ? "down" : "up"} size={12} />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, isNumeric = false, cell }) => (
                <td key={id} class={isNumeric ? "numeric" : ""}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
