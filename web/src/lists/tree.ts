import type { Priority } from "../../../src/api/index.ts";

/** A file for the tree. `done` is missing for a torrent that is not added yet. */
export interface TreeFile {
  readonly index: number;
  readonly path: string;
  readonly size: number;
}

/** A file or a folder. */
export interface TreeNode {
  /** The path with `/` between its components. It identifies the folder in the set of closed folders. */
  readonly path: string;
  readonly name: string;
  /** The depth in the tree, from 1. */
  readonly level: number;
  readonly children: readonly TreeNode[];
  /** Indexes of the files in the folder and below; for a file its own index. */
  readonly files: readonly number[];
  readonly size: number;
  readonly isFolder: boolean;
}

interface Draft {
  readonly folders: Map<string, Draft>;
  readonly files: TreeFile[];
}

/** Returns a torrent's files as a tree: folders first, sorted by name. */
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

/** A visible line of the tree. */
export interface TreeLine {
  readonly node: TreeNode;
  readonly isOpen: boolean;
  /** Position among its siblings, from 1, for screen readers; `siblings`: their number. */
  readonly position: number;
  readonly siblings: number;
}

/** Returns the visible lines when these folders are closed. */
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

/** Returns the common priority of the files; `mixed` when they differ. */
export function commonPriority(files: readonly number[], of: (index: number) => Priority): Priority | "mixed" {
  const [first, ...rest] = files;
  if (first === undefined) return "normal";
  const priority = of(first);
  return rest.every((index) => of(index) === priority) ? priority : "mixed";
}
