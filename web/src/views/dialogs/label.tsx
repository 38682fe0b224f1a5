import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { act } from "../../actions.ts";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/fields.tsx";
import { peekRow, tallies } from "../../state/torrents.ts";
import { texts } from "../../texts.ts";

const words = texts.labelDialog;

export function LabelDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [label, setLabel] = useState(peekRow(ids[0] ?? "")?.label ?? "");
  const known = [...tallies().labels.keys()].filter((name) => name !== "");
  return (
    <Dialog title={words.title(ids.length)} action={texts.common.save} onAction={() => act({ action: "label", ids: [...ids], label: label.trim() })} size="small">
      <TextField label={words.label} value={label} suggestions={known} onInput={setLabel} isFirst />
    </Dialog>
  );
}
