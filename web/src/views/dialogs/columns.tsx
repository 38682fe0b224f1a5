import type { JSX } from "preact";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Check } from "../../components/fields.tsx";
import { COLUMN_IDS, COLUMNS } from "../../lists/columns.ts";
import { columns, widths } from "../../state/prefs.ts";
import { texts } from "../../texts/texts.ts";

const words = texts.columnsDialog;

/**
 * The dialog in which the user shows and hides columns of the list. Changes take effect at once. The column of names
 * cannot be hidden.
 */
export function ColumnsDialog(): JSX.Element {
  const chosen = new Set(columns.value);
  const reset = (): void => {
    columns.value = COLUMNS.filter((column) => column.shown).map((column) => column.id);
    widths.value = new Map();
  };
  return (
    <Dialog title={words.title} size="small" aside={<Button label={words.defaults} onClick={reset} />}>
      <div class="checks columns">
        {COLUMN_IDS.filter((id) => id !== "name").map((id) => (
          <Check
            key={id}
            label={texts.columns[id]}
            isChecked={chosen.has(id)}
            onChange={(isShown) =>
              (columns.value = COLUMN_IDS.filter((other) => (other === id ? isShown : chosen.has(other))))
            }
          />
        ))}
      </div>
      <p class="hint">{words.hint}</p>
    </Dialog>
  );
}
