import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Inspected, Priority } from "../../../../../src/api/index.ts";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { Tree } from "../../../components/tree.tsx";
import { bytes } from "../../../base/format.ts";
import type { TreeNode } from "../../../lists/tree.ts";
import { commonPriority } from "../../../lists/tree.ts";
import type { Candidate } from "../../../state/ui.ts";
import { toast } from "../../../state/ui.ts";
import { texts } from "../../../texts/texts.ts";
import { PrioritySelect } from "../../priority.tsx";
import type { OptionsDraft } from "./add-options.tsx";
import { NO_OPTIONS, OptionFields, toOptions } from "./add-options.tsx";

const words = texts.addFiles;

type Priorities = ReadonlyMap<number, Priority>;

interface FilesProps {
  readonly inspected: Inspected;
  readonly priorities: Priorities;
  readonly onChange: (priorities: Priorities) => void;
}

/** The list of the files of a torrent that is about to be added, with a check box and a priority for each. */
function FileChoice({ inspected, priorities, onChange }: FilesProps): JSX.Element {
  const of = (index: number): Priority => priorities.get(index) ?? "normal";
  const set = (indexes: readonly number[], priority: Priority): void =>
    onChange(new Map([...priorities, ...indexes.map((index): [number, Priority] => [index, priority])]));
  const flip = (node: TreeNode): void => set(node.files, commonPriority(node.files, of) === "skip" ? "normal" : "skip");
  const wanted = inspected.files.filter((file) => of(file.index) !== "skip");
  const every = inspected.files.map((file) => file.index);
  return (
    <>
      <div class="bar">
        <span>
          {texts.files.wanted(
            wanted.length,
            inspected.files.length,
            bytes(wanted.reduce((sum, file) => sum + file.size, 0)),
          )}
        </span>
        <label class="inline">
          <span>{texts.files.bulk}</span>
          <PrioritySelect
            label={texts.files.bulk}
            value={commonPriority(every, of)}
            onChange={(priority) => set(every, priority)}
          />
        </label>
      </div>
      <Tree
        class="short"
        label={words.filesOf(inspected.name)}
        files={inspected.files}
        headings={[texts.files.name, texts.files.size, texts.files.priority]}
        onToggle={flip}
        tick={(node) => {
          const common = commonPriority(node.files, of);
          return (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={texts.files.want(node.name)}
              checked={common !== "skip"}
              indeterminate={node.files.some((index) => of(index) === "skip") && common !== "skip"}
              onChange={() => flip(node)}
            />
          );
        }}
        cells={(node) => [
          bytes(node.size),
          <PrioritySelect
            label={texts.files.priorityOf(node.name)}
            value={commonPriority(node.files, of)}
            onChange={(priority) => set(node.files, priority)}
          />,
        ]}
      />
    </>
  );
}

/**
 * The dialog that adds torrent files which the user has chosen or dropped. It asks for the files to download, the
 * folder, and whether to start.
 */
export function AddFilesDialog({ candidates }: { readonly candidates: readonly Candidate[] }): JSX.Element {
  const [draft, setDraft] = useState<OptionsDraft>(NO_OPTIONS);
  const [chosen, setChosen] = useState<ReadonlyMap<number, Priorities>>(new Map());
  const fresh = candidates.filter((candidate) => !candidate.inspected.isKnown);
  const prioritiesOf = (at: number): Priorities => chosen.get(at) ?? new Map<number, Priority>();

  const addAll = async (): Promise<boolean> => {
    let isGood = true;
    for (const [at, { file, inspected }] of candidates.entries()) {
      if (inspected.isKnown) continue;
      const options = { ...toOptions(draft), priorities: Object.fromEntries(prioritiesOf(at)) };
      if (await attempt(words.failed(inspected.name), () => api.addFile(file, options)))
        toast("done", words.added(inspected.name));
      else isGood = false;
    }
    return isGood;
  };

  return (
    <Dialog
      title={words.title(candidates.length)}
      action={texts.common.add}
      onAction={addAll}
      isDisabled={fresh.length === 0}
      size="large"
    >
      {candidates.map(({ inspected }, at) => (
        <section key={inspected.id} class="candidate">
          <h3>{inspected.name}</h3>
          <p class="muted">
            {bytes(inspected.size)}
            {inspected.comment !== "" && ` – ${inspected.comment}`}
          </p>
          {inspected.isKnown ? (
            <p class="failure">{words.known}</p>
          ) : (
            <FileChoice
              inspected={inspected}
              priorities={prioritiesOf(at)}
              onChange={(priorities) => setChosen(new Map(chosen).set(at, priorities))}
            />
          )}
        </section>
      ))}
      <OptionFields draft={draft} onChange={setDraft} />
    </Dialog>
  );
}
