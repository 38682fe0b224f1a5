import { StorageError } from "../base/index.ts";
import type { FileStat } from "../runtime/index.ts";
import { Pages, type Space } from "./pages.ts";

/** A file of a simulated disk. */
export interface FileNode {
  readonly kind: "file";
  readonly pages: Pages;
  modifiedMs: number;
}

/** A folder of a simulated disk. */
export interface FolderNode {
  readonly kind: "folder";
  readonly entries: Map<string, TreeNode>;
}

/** A symbolic link of a simulated disk. */
export interface LinkNode {
  readonly kind: "link";
  readonly target: string;
}

/** Any entry of a simulated disk. */
export type TreeNode = FileNode | FolderNode | LinkNode;

/** The entry to which a path leads, and its folder. */
export interface Place {
  /** The path with all links resolved. */
  readonly real: string;
  readonly name: string;
  /** The folder that contains the entry; `undefined` for the root. */
  readonly folder: FolderNode | undefined;
  /** The entry at the path; `undefined` when there is none. */
  readonly node: TreeNode | undefined;
}

const MAX_LINKS = 40;

/** Returns the StorageError `storage.<code>` for an operation on a path. */
export function refuse(code: string, what: string, path: string): StorageError {
  return new StorageError(`storage.${code}`, `cannot ${what} ${path}: ${code.replaceAll("-", " ")}`, {
    fields: { path },
  });
}

/** Folders, files and links by name. Relative paths start at the root. */
export class Tree {
  readonly root: FolderNode = { kind: "folder", entries: new Map() };

  /**
   * Returns the entry to which a path leads, and its folder; `undefined` when a folder in the path is missing. Throws
   * StorageError `storage.not-a-folder`, or `storage.denied` for a cycle of links.
   */
  find(path: string, followLast = true): Place | undefined {
    return this.#walk(parts(path), followLast, MAX_LINKS);
  }

  /** Returns the file at a path; `undefined` when there is none. */
  file(path: string): FileNode | undefined {
    const node = this.find(path)?.node;
    return node?.kind === "file" ? node : undefined;
  }

  /** Returns the folder at a path. Creates it and the folders above it if they are missing. */
  makeFolder(path: string): FolderNode {
    let folder = this.root;
    let at = "";
    for (const name of parts(path)) {
      at += `/${name}`;
      const node = this.find(at)?.node;
      if (node !== undefined && node.kind !== "folder") throw refuse("not-a-folder", "create folder", path);
      const next: FolderNode = node ?? { kind: "folder", entries: new Map() };
      if (node === undefined) folder.entries.set(name, next);
      folder = next;
    }
    return folder;
  }

  makeFile(folder: FolderNode, name: string, space: Space, modifiedMs: number): FileNode {
    const node: FileNode = { kind: "file", pages: new Pages(space), modifiedMs };
    folder.entries.set(name, node);
    return node;
  }

  /** Yields every file with its path. */
  *files(
    folder = this.root,
    above = "",
  ): Generator<{ readonly path: string; readonly folder: FolderNode; readonly name: string; readonly file: FileNode }> {
    for (const [name, node] of folder.entries) {
      const path = `${above}/${name}`;
      if (node.kind === "file") yield { path, folder, name, file: node };
      else if (node.kind === "folder") yield* this.files(node, path);
    }
  }

  #walk(names: readonly string[], followLast: boolean, links: number): Place | undefined {
    let folder = this.root;
    let real = "";
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      const node = folder.entries.get(name);
      if (node?.kind === "link" && (followLast || !isLast)) {
        if (links === 0) throw refuse("denied", "follow links at", `${real}/${name}`);
        const target = node.target.startsWith("/") ? parts(node.target) : parts(`${real}/${node.target}`);
        return this.#walk([...target, ...names.slice(index + 1)], followLast, links - 1);
      }
      if (isLast) return { real: `${real}/${name}`, name, folder, node };
      if (node === undefined) return undefined;
      if (node.kind !== "folder") throw refuse("not-a-folder", "look at", `/${names.join("/")}`);
      folder = node;
      real += `/${name}`;
    }
    return { real: "/", name: "", folder: undefined, node: this.root };
  }
}

function parts(path: string): string[] {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") out.pop();
    else if (part !== "" && part !== ".") out.push(part);
  }
  return out;
}

/** Returns the stat of an entry. */
export function statOf(node: TreeNode): FileStat {
  if (node.kind !== "file") return { kind: node.kind, size: 0, modifiedMs: 0, allocated: 0, isExecutable: false };
  return {
    kind: "file",
    size: node.pages.size,
    modifiedMs: node.modifiedMs,
    allocated: node.pages.allocated,
    isExecutable: false,
  };
}
