import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { act } from "../../../actions/actions.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { Check } from "../../../components/fields.tsx";
import { peekRow } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.removeDialog;
/** The maximum number of torrents whose names are listed. Of the other torrents, only the number is shown. */
const MAX_NAMES = 6;

/** The dialog in which the user confirms the removal of torrents, and chooses whether their data is deleted. */
export function RemoveDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [deleteData, setDeleteData] = useState(false);
  return (
    <Dialog
      title={words.title(ids.length)}
      action={texts.common.remove}
      onAction={() => act({ action: "remove", ids: [...ids], deleteData })}
      isDangerous
      size="small"
    >
      <ul class="names">
        {ids.slice(0, MAX_NAMES).map((id) => (
          <li key={id}>{peekRow(id)?.name ?? id}</li>
        ))}
        {ids.length > MAX_NAMES && <li class="muted">{words.more(ids.length - MAX_NAMES)}</li>}
      </ul>
      <Check label={words.data} isChecked={deleteData} onChange={setDeleteData} isFirst />
      <p class="warning" role="status">
        {deleteData ? words.warning : ""}
      </p>
    </Dialog>
  );
}
