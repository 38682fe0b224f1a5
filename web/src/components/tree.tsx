import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { TreeFile, TreeLine, TreeNode } from "../lists/tree.ts";
import { buildTree, flatten } from "../lists/tree.ts";
import { Icon } from "./icon.tsx";
import { reveal, useRange } from "./virtual.ts";

/** The height of a line in pixels, the same as in the style sheet. */
const LINE = 30;

interface Props {
  readonly label: string;
  readonly files: readonly TreeFile[];
  readonly headings: readonly string[];
  /** Returns the content of the cells to the right of the name. */
  readonly cells: (node: TreeNode) => readonly ComponentChildren[];
  /** Returns the check box to the left of the name. */
  readonly tick?: (node: TreeNode) => ComponentChildren;
  /** Called with the node when the user presses the space bar on its line. */
  readonly onToggle?: (node: TreeNode) => void;
  /** Called with the node when the user presses Enter on the line of a file. */
  readonly onEnter?: (node: TreeNode) => void;
  readonly class?: string;
}

/**
 * A tree of files and folders with columns. The arrow keys move the focus, and open and close folders. Only the lines
 * that are visible on the screen are rendered.
 */
export function Tree({
  label,
  files,
  headings,
  cells,
  tick,
  onToggle,
  onEnter,
  class: extra = "",
}: Props): JSX.Element {
  const shape = files.map((file) => file.path).join("\n");
  const nodes = useMemo(() => buildTree(files), [shape]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => flatten(nodes, closed), [nodes, closed]);
  const range = useRange(scroller, LINE, lines.length, LINE);

  const setOpen = (path: string, isOpen: boolean): void => {
    const next = new Set(closed);
    if (isOpen) next.delete(path);
    else next.add(path);
    setClosed(next);
  };
  const go = (to: number): void => {
    const at = Math.max(0, Math.min(lines.length - 1, to));
    setFocus(at);
    if (scroller.current !== null) reveal(scroller.current, at, LINE, LINE);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
    const line = lines[focus];
    if (line === undefined) return;
    const { node, isOpen } = line;
    if (event.key === "ArrowDown") go(focus + 1);
    else if (event.key === "ArrowUp") go(focus - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(lines.length - 1);
    else if (event.key === "PageDown") go(focus + range.page);
    else if (event.key === "PageUp") go(focus - range.page);
    else if (event.key === "ArrowRight" && isOpen) go(focus + 1);
    else if (event.key === "ArrowRight" && node.isFolder) setOpen(node.path, true);
    else if (event.key === "ArrowLeft" && isOpen) setOpen(node.path, false);
    else if (event.key === "ArrowLeft")
      go(lines.findLastIndex((other, at) => at < focus && other.node.level < node.level));
    else if (event.key === " ") onToggle?.(node);
    else if (event.key === "Enter" && node.isFolder) setOpen(node.path, !isOpen);
    else if (event.key === "Enter") onEnter?.(node);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      class={`tree ${extra}`}
      role="treegrid"
      aria-label={label}
      aria-rowcount={lines.length + 1}
      aria-colcount={headings.length}
      aria-activedescendant={focus >= range.from && focus < range.to ? `line-${focus}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="row" class="line tree-head" aria-rowindex={1}>
        {headings.map((heading) => (
          <div key={heading} role="columnheader" class="cell">
            {heading}
          </div>
        ))}
      </div>
      <div role="rowgroup" class="lines" style={{ height: `${lines.length * LINE}px` }}>
        {lines.slice(range.from, range.to).map((line, at) => (
          <Line
            key={line.node.path + (line.node.isFolder ? "/" : "")}
            line={line}
            index={range.from + at}
            isFocused={range.from + at === focus}
            onOpen={(isOpen) => setOpen(line.node.path, isOpen)}
            onFocus={() => setFocus(range.from + at)}
            tick={tick?.(line.node)}
            cells={cells(line.node)}
          />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  readonly line: TreeLine;
  readonly index: number;
  readonly isFocused: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onFocus: () => void;
  readonly tick: ComponentChildren;
  readonly cells: readonly ComponentChildren[];
}

function Line({ line, index, isFocused, onOpen, onFocus, tick, cells }: LineProps): JSX.Element {
  const { node, isOpen } = line;
  return (
    <div
      role="row"
      id={`line-${index}`}
      class={`line ${isFocused ? "focused" : ""}`}
      aria-rowindex={index + 2}
      aria-level={node.level}
      aria-posinset={line.position}
      aria-setsize={line.siblings}
      aria-expanded={node.isFolder ? isOpen : undefined}
      style={{ transform: `translateY(${index * LINE}px)` }}
      onClick={onFocus}
    >
      <div
        role="gridcell"
        class="cell file-name"
        style={{ paddingLeft: `${(node.level - 1) * 18 + 4}px` }}
        title={node.name}
      >
        <span class="twist" onClick={() => node.isFolder && onOpen(!isOpen)}>
          {node.isFolder && <Icon name={isOpen ? "open" : "shut"} size={14} />}
        </span>
        {tick}
        <Icon name={node.isFolder ? "folder" : "document"} size={15} />
        <span class="text">{node.name}</span>
      </div>
      {cells.map((content, at) => (
        <div key={at} role="gridcell" class="cell">
          {content}
        </div>
      ))}
    </div>
  );
}
