import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { act } from "../../../actions/actions.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { TextField } from "../../../components/fields.tsx";
import { peekRow } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.moveDialog;

/** The dialog that moves the data of torrents to another folder. */
export function MoveDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [folder, setFolder] = useState(peekRow(ids[0] ?? "")?.folder ?? "");
  return (
    <Dialog
      title={words.title(ids.length)}
      action={words.go}
      onAction={() => act({ action: "move", ids: [...ids], folder: folder.trim() })}
      isDisabled={folder.trim() === ""}
      size="small"
    >
      <TextField label={words.folder} value={folder} onInput={setFolder} isFirst isRequired />
    </Dialog>
  );
}
