import type { Priority } from "../../../src/api/index.ts";

/** A file from which the tree is built. `done` is missing for a torrent that was not added yet. */
export interface TreeFile {
  readonly index: number;
  readonly path: string;
  readonly size: number;
}

/** A node of the tree: a file or a folder. */
export interface TreeNode {
  /** The path, with `/` between its components. The set of closed folders contains such paths. */
  readonly path: string;
  readonly name: string;
  /** The depth in the tree; 1 for nodes at the top. */
  readonly level: number;
  readonly children: readonly TreeNode[];
  /** The indexes of all files in the folder and its subfolders; for a file, only its own index. */
  readonly files: readonly number[];
  readonly size: number;
  readonly isFolder: boolean;
}

interface Draft {
  readonly folders: Map<string, Draft>;
  readonly files: TreeFile[];
}

/**
 * Builds the tree of a torrent's files. In each folder, subfolders come first; both are sorted by name. Returns the
 * nodes at the top.
 */
export function buildTree(files: readonly TreeFile[]): readonly TreeNode[] {
  const root: Draft = { folders: new Map(), files: [] };
  for (const file of files) {
    let at = root;
    for (const part of file.path.split("/").slice(0, -1)) {
      let next = at.folders.get(part);
      if (next === undefined) {
        next = { folders: new Map(), files: [] };
        at.folders.set(part, next);
      }
      at = next;
    }
    at.files.push(file);
  }
  return finish(root, "", 1);
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

function finish(draft: Draft, prefix: string, level: number): TreeNode[] {
  const folders = [...draft.folders].map(([name, inner]): TreeNode => {
    const path = `${prefix}${name}`;
    const children = finish(inner, `${path}/`, level + 1);
    return {
      path,
      name,
      level,
      children,
      files: children.flatMap((child) => child.files),
      size: children.reduce((sum, child) => sum + child.size, 0),
      isFolder: true,
    };
  });
  const files = draft.files.map((file): TreeNode => ({
    path: file.path,
    name: file.path.slice(prefix.length),
    level,
    children: [],
    files: [file.index],
    size: file.size,
    isFolder: false,
  }));
  const byName = (a: TreeNode, b: TreeNode): number => COLLATOR.compare(a.name, b.name);
  return [...folders.toSorted(byName), ...files.toSorted(byName)];
}

/** A line of the tree that is shown because all folders above it are open. */
export interface TreeLine {
  readonly node: TreeNode;
  readonly isOpen: boolean;
  /**
   * The position in its folder, from 1. `siblings` is the number of nodes in that folder. Screen readers announce both.
   */
  readonly position: number;
  readonly siblings: number;
}

/** Returns the lines that are shown when the folders in `closed` are closed. */
export function flatten(nodes: readonly TreeNode[], closed: ReadonlySet<string>): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  const visit = (siblings: readonly TreeNode[]): void => {
    for (const [at, node] of siblings.entries()) {
      const isOpen = node.isFolder && !closed.has(node.path);
      lines.push({ node, isOpen, position: at + 1, siblings: siblings.length });
      if (isOpen) visit(node.children);
    }
  };
  visit(nodes);
  return lines;
}

/** Returns the priority of the files when it is the same for all of them, otherwise `mixed`. */
export function commonPriority(files: readonly number[], of: (index: number) => Priority): Priority | "mixed" {
  const [first, ...rest] = files;
  if (first === undefined) return "normal";
  const priority = of(first);
  return rest.every((index) => of(index) === priority) ? priority : "mixed";
}
