import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CreateRequest } from "../../../../../src/api/index.ts";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { AreaField, Check, Select, TextField } from "../../../components/fields.tsx";
import { bytes } from "../../../base/format.ts";
import { putTask, session } from "../../../state/session.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.create;
/**
 * The piece lengths that can be chosen, in bytes as text, from 64 KiB to 16 MiB. With an empty text the daemon chooses
 * one for the size of the data.
 */
const PIECES = ["", ...Array.from({ length: 9 }, (_, at) => String(2 ** (16 + at)))];

/**
 * The dialog that makes a torrent file for a file or folder on the daemon's disk. Progress is shown at the bottom of
 * the page.
 */
export function CreateDialog(): JSX.Element {
  const [path, setPath] = useState("");
  const [trackers, setTrackers] = useState("");
  const [comment, setComment] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [seed, setSeed] = useState(true);
  const [format, setFormat] = useState<"v1" | "v2" | "hybrid">("v1");
  const [pieceLength, setPieceLength] = useState("");

  const create = (): Promise<boolean> => {
    const request: CreateRequest = {
      path: path.trim(),
      trackers: trackers.split(/\s+/).filter((line) => line !== ""),
      comment,
      private: isPrivate,
      seed,
      format,
      ...(pieceLength === "" ? {} : { pieceLength: Number(pieceLength) }),
    };
    return attempt(words.failed, async () => putTask(await api.create(request)));
  };

  return (
    <Dialog title={words.title} action={words.go} onAction={create} isDisabled={path.trim() === ""}>
      <TextField
        label={words.path}
        value={path}
        placeholder={session.value === null ? "" : `${session.value.downloadDir}/…`}
        onInput={setPath}
        isRequired
        isFirst
      />
      <AreaField label={words.trackers} value={trackers} onInput={setTrackers} rows={3} />
      <TextField label={words.comment} value={comment} onInput={setComment} />
      <div class="pair">
        <Select
          label={words.format}
          value={format}
          options={[
            ["v1", words.formats.v1],
            ["hybrid", words.formats.hybrid],
            ["v2", words.formats.v2],
          ]}
          onChange={setFormat}
        />
        <Select
          label={words.pieceLength}
          value={pieceLength}
          options={PIECES.map((size) => [size, size === "" ? words.auto : bytes(Number(size))] as const)}
          onChange={setPieceLength}
        />
      </div>
      <div class="checks">
        <Check label={words.seed} isChecked={seed} onChange={setSeed} />
        <Check label={words.private} isChecked={isPrivate} onChange={setPrivate} />
      </div>
    </Dialog>
  );
}
