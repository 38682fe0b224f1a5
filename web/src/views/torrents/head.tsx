import type { JSX } from "preact";
import { Icon } from "../../components/icon.tsx";
import type { Column } from "../../lists/columns.ts";
import { all, none } from "../../lists/selection.ts";
import { setWidth, sort, sortBy, widthOf } from "../../state/prefs.ts";
import { order } from "../../state/torrents.ts";
import { dialog, selection } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";

/** The number of pixels by which Shift and an arrow key change the width of a column. */
const KEY_STEP = 16;

/** Changes the width of a column while the user drags the edge of its heading. */
function drag(event: PointerEvent, column: Column): void {
  const edge = event.currentTarget;
  if (!(edge instanceof HTMLElement)) return;
  event.preventDefault();
  edge.setPointerCapture(event.pointerId);
  const begin = event.clientX - widthOf(column.id);
  const move = (moved: PointerEvent): void => setWidth(column.id, moved.clientX - begin);
  const end = (): void => {
    edge.removeEventListener("pointermove", move);
    edge.removeEventListener("lostpointercapture", end);
  };
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", end);
}

function onKey(event: KeyboardEvent, column: Column): void {
  if (!event.shiftKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  event.stopPropagation();
  setWidth(column.id, widthOf(column.id) + (event.key === "ArrowRight" ? KEY_STEP : -KEY_STEP));
}

function SelectAll(): JSX.Element {
  const chosen = selection.value.ids.size;
  const shown = order.value.length;
  return (
    <input
      type="checkbox"
      aria-label={texts.table.selectAll}
      checked={shown > 0 && chosen >= shown}
      indeterminate={chosen > 0 && chosen < shown}
      onChange={(event) =>
        (selection.value = event.currentTarget.checked ? all(selection.value, order.value) : none(selection.value))
      }
    />
  );
}

/**
 * The headings of the columns. A click sorts the list, dragging an edge changes the width, and the secondary mouse
 * button opens the dialog that chooses columns.
 */
export function Head({
  columns,
  isCard,
}: {
  readonly columns: readonly Column[];
  readonly isCard: boolean;
}): JSX.Element {
  const { column: sorted, descending } = sort.value;
  return (
    <div role="rowgroup" class="head">
      <div
        role="row"
        class="row head-row"
        aria-rowindex={1}
        onContextMenu={(event) => {
          event.preventDefault();
          dialog.value = { kind: "columns" };
        }}
      >
        <div role="columnheader" class="cell tick">
          <SelectAll />
        </div>
        {isCard ? (
          <div role="columnheader" class="cell card-head">
            {texts.columns.name}
          </div>
        ) : (
          columns.map((column) => (
            <div
              key={column.id}
              role="columnheader"
              class={`cell ${column.numeric ? "numeric" : ""}`}
              aria-sort={sorted === column.id ? (descending ? "descending" : "ascending") : undefined}
            >
              <button
                type="button"
                class="heading"
                onClick={() => sortBy(column.id)}
                onKeyDown={(event) => onKey(event, column)}
              >
                <span>{texts.columns[column.id]}</span>
                {sorted === column.id && <Icon name={descending ? "down" : "up"} size={12} />}
              </button>
              <span class="edge" aria-hidden="true" onPointerDown={(event) => drag(event, column)} />
            </div>
          ))
        )}
      </div>
    </div>
  );
}
