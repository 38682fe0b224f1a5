import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { AreaField } from "../../../components/fields.tsx";
import { texts } from "../../../texts/texts.ts";

const words = texts.peers;

/** The dialog in which the user types addresses of peers to add to a torrent. */
export function AddPeersDialog({ id }: { readonly id: string }): JSX.Element {
  const [text, setText] = useState("");
  const peers = text.split(/[\s,]+/).filter((peer) => peer !== "");
  return (
    <Dialog
      title={words.addTitle}
      action={texts.common.add}
      onAction={() => attempt(words.addTitle, () => api.addPeers(id, peers))}
      isDisabled={peers.length === 0}
      size="small"
    >
      <AreaField label={words.addresses} hint={words.addHint} value={text} onInput={setText} isFirst />
    </Dialog>
  );
}
