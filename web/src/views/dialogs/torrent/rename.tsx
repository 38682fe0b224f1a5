import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { TextField } from "../../../components/fields.tsx";
import { peekRow } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.renameDialog;

/** The dialog that renames a torrent. */
export function RenameDialog({ id }: { readonly id: string }): JSX.Element {
  const [name, setName] = useState(peekRow(id)?.name ?? "");
  return (
    <Dialog
      title={words.title}
      action={texts.common.save}
      onAction={() => attempt(words.title, () => api.patch(id, { name: name.trim() }))}
      isDisabled={name.trim() === ""}
      size="small"
    >
      <TextField label={words.name} value={name} onInput={setName} isFirst isRequired />
    </Dialog>
  );
}
