import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { act } from "../../../actions/actions.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { TextField } from "../../../components/fields.tsx";
import { peekRow, tallies } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.labelDialog;

/** The dialog that sets the labels of torrents. */
export function LabelDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [text, setText] = useState(peekRow(ids[0] ?? "")?.labels.join(", ") ?? "");
  const labels = [...new Set(text.split(",").map((label) => label.trim()))].filter((label) => label !== "");
  const known = [...tallies().labels.keys()].filter((name) => name !== "");
  return (
    <Dialog
      title={words.title(ids.length)}
      action={texts.common.save}
      onAction={() => act({ action: "labels", ids: [...ids], labels })}
      size="small"
    >
      <TextField label={words.label} hint={words.hint} value={text} suggestions={known} onInput={setText} isFirst />
    </Dialog>
  );
}
