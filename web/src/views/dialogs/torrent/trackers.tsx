import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { AreaField } from "../../../components/fields.tsx";
import { tiersFromText, tiersToText } from "../../../lists/tiers.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.trackers;

/** The dialog in which the user edits the trackers of a torrent. */
export function TrackersDialog({ id }: { readonly id: string }): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    void attempt(words.editTitle, async () => setText(tiersToText(await api.trackers(id))));
  }, [id]);
  return (
    <Dialog
      title={words.editTitle}
      action={texts.common.save}
      onAction={() => attempt(words.editTitle, () => api.setTrackers(id, tiersFromText(text ?? "")))}
      isDisabled={text === null}
    >
      {text === null ? (
        <p class="muted">{texts.common.loading}</p>
      ) : (
        <AreaField label={words.addresses} hint={words.editHint} value={text} onInput={setText} rows={10} isFirst />
      )}
    </Dialog>
  );
}
