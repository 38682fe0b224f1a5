import type { JSX } from "preact";
import type { AddOptions } from "../../../../../src/api/index.ts";
import { Check, TextField } from "../../../components/fields.tsx";
import { session } from "../../../state/session.ts";
import { tallies } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.addFiles;

/** The options for adding a torrent in the form in which the user typed them. */
export interface OptionsDraft {
  readonly folder: string;
  readonly label: string;
  readonly start: boolean;
  readonly sequential: boolean;
  readonly skipCheck: boolean;
}

/** The options with which the dialog opens. */
export const NO_OPTIONS: OptionsDraft = { folder: "", label: "", start: true, sequential: false, skipCheck: false };

/** Converts the options that the user typed to those of the API. Empty options are left out. */
export function toOptions(draft: OptionsDraft): AddOptions {
  const options: AddOptions = { paused: !draft.start };
  if (draft.folder.trim() !== "") options.folder = draft.folder.trim();
  if (draft.label.trim() !== "") options.label = draft.label.trim();
  if (draft.sequential) options.sequential = true;
  if (draft.skipCheck) options.skipCheck = true;
  return options;
}

interface Props {
  readonly draft: OptionsDraft;
  readonly onChange: (draft: OptionsDraft) => void;
}

/** The input fields for the options of adding a torrent. */
export function OptionFields({ draft, onChange }: Props): JSX.Element {
  const set = (part: Partial<OptionsDraft>): void => onChange({ ...draft, ...part });
  const labels = [...tallies().labels.keys()].filter((label) => label !== "");
  return (
    <>
      <div class="pair">
        <TextField
          label={words.folder}
          hint={words.folderHint}
          value={draft.folder}
          placeholder={session.value?.downloadDir ?? ""}
          onInput={(folder) => set({ folder })}
        />
        <TextField label={words.label} value={draft.label} suggestions={labels} onInput={(label) => set({ label })} />
      </div>
      <div class="checks">
        <Check label={words.startNow} isChecked={draft.start} onChange={(start) => set({ start })} />
        <Check label={words.sequential} isChecked={draft.sequential} onChange={(sequential) => set({ sequential })} />
        <Check label={words.skipCheck} isChecked={draft.skipCheck} onChange={(skipCheck) => set({ skipCheck })} />
      </div>
    </>
  );
}
