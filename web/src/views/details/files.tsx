import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Priority, TorrentFile } from "../../../../src/api/index.ts";
import { attempt } from "../../actions/actions.ts";
import { api } from "../../api/api.ts";
import { Button } from "../../components/button.tsx";
import { Progress } from "../../components/progress.tsx";
import { usePoll } from "../../components/poll.ts";
import { Tree } from "../../components/tree.tsx";
import { bytes } from "../../base/format.ts";
import { mediaOf } from "../../lists/media.ts";
import type { TreeNode } from "../../lists/tree.ts";
import { commonPriority } from "../../lists/tree.ts";
import { dialog } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import { PrioritySelect } from "../priority.tsx";
import type { ViewProps } from "./view.ts";
import { POLL_SLOW } from "./view.ts";

const words = texts.files;

interface OfNode {
  readonly id: string;
  readonly node: TreeNode;
}

function PlayButton({ id, node }: OfNode): JSX.Element | null {
  const [file] = node.files;
  if (node.isFolder || file === undefined) return null;
  if (mediaOf(node.name) === null) {
    return (
      <a
        class="button square quiet"
        href={api.streamUrl(id, { index: file, path: node.path })}
        target="_blank"
        rel="noreferrer"
        aria-label={words.openName(node.name)}
        title={words.open}
      >
        ↗
      </a>
    );
  }
  return (
    <Button
      label={words.playName(node.name)}
      icon="play"
      kind="quiet"
      onClick={() => (dialog.value = { kind: "play", id, file, path: node.path })}
    />
  );
}

/** The files of a torrent as a tree. */
export function Files({ id }: ViewProps): JSX.Element {
  const { value: files, error, again } = usePoll(id, POLL_SLOW, () => api.files(id));
  const [pending, setPending] = useState<ReadonlyMap<number, Priority>>(new Map());
  const byIndex = useMemo(() => new Map(files?.map((file): [number, TorrentFile] => [file.index, file])), [files]);
  if (error !== null) return <p class="failure">{error}</p>;
  if (files === null) return <p class="muted padded">{texts.common.loading}</p>;
  if (files.length === 0) return <p class="muted padded">{words.empty}</p>;

  const priorityOf = (index: number): Priority => pending.get(index) ?? byIndex.get(index)?.priority ?? "normal";
  const progressOf = (node: TreeNode): number => {
    const done = node.files.reduce((sum, index) => sum + (byIndex.get(index)?.done ?? 0), 0);
    return node.size === 0 ? 1 : done / node.size;
  };
  const change = async (indexes: readonly number[], priority: Priority): Promise<void> => {
    setPending(new Map([...pending, ...indexes.map((index): [number, Priority] => [index, priority])]));
    await attempt(words.priority, () =>
      api.setPriorities(id, Object.fromEntries(indexes.map((index) => [index, priority]))),
    );
    again();
    setPending(new Map());
  };
  const every = files.map((file) => file.index);

  return (
    <div class="files">
      <div class="bar">
        <label class="inline">
          <span>{words.bulk}</span>
          <PrioritySelect
            label={words.bulk}
            value={commonPriority(every, priorityOf)}
            onChange={(priority) => void change(every, priority)}
          />
        </label>
      </div>
      <Tree
        label={words.label}
        files={files}
        headings={[words.name, words.size, words.done, words.priority, words.play]}
        onEnter={(node) => {
          const [file] = node.files;
          if (file !== undefined && mediaOf(node.name) !== null)
            dialog.value = { kind: "play", id, file, path: node.path };
        }}
        onToggle={(node) =>
          void change(node.files, commonPriority(node.files, priorityOf) === "skip" ? "normal" : "skip")
        }
        cells={(node) => [
          bytes(node.size),
          <Progress
            value={progressOf(node)}
            label={words.done}
            tone={commonPriority(node.files, priorityOf) === "skip" ? "idle" : "down"}
          />,
          <PrioritySelect
            label={words.priorityOf(node.name)}
            value={commonPriority(node.files, priorityOf)}
            onChange={(priority) => void change(node.files, priority)}
          />,
          <PlayButton id={id} node={node} />,
        ]}
      />
    </div>
  );
}
