import { foldName, numberedName, safeName } from "./names.ts";

/** A folder of the torrent, as it will be on disk. */
interface Folder {
  /** Safe components from the torrent's root. */
  readonly path: readonly string[];
  /** The same without regard to case, with a slash at the end; nothing for the root. */
  readonly folded: string;
  /** Folders within, by the name that the torrent gives them. */
  readonly folders: Map<string, Folder>;
}

/**
 * Gives each file of a torrent a safe path that no other file has, without regard to case. Where two clash (equal names, names
 * that differ in case only, a file where another path needs a folder), the first in the torrent's order keeps its name and the later
 * one gets a number before its extension. Folders that differ in case only stay apart where the disk keeps them apart, but
 * their files are told apart as if they were one. The same list of files always comes out the same.
 */
export class PathTable {
  readonly #root: Folder = { path: [], folded: "", folders: new Map() };
  /** What stands at each folded path. */
  readonly #taken = new Map<string, "file" | "folder">();
  /** The last number given for a folded path, so that a thousand equal names do not take a million steps. */
  readonly #lastNumber = new Map<string, number>();

  /** The path of the next file. `components` are the torrent's own, as text; there is at least one. */
  place(components: readonly string[]): readonly string[] {
    let parent = this.#root;
    const last = components.length - 1;
    for (let depth = 0; depth < last; depth++) parent = this.#enter(parent, components[depth] ?? "");
    const name = safeName(components[last] ?? "");
    const folded = parent.folded + foldName(name);
    if (this.#taken.has(folded)) return [...parent.path, this.#number(parent, name, folded, "file")];
    this.#taken.set(folded, "file");
    return [...parent.path, name];
  }

  #enter(parent: Folder, torrentName: string): Folder {
    const known = parent.folders.get(torrentName);
    if (known !== undefined) return known;
    let name = safeName(torrentName);
    const folded = parent.folded + foldName(name);
    if (this.#taken.get(folded) === "file") name = this.#number(parent, name, folded, "folder");
    else this.#taken.set(folded, "folder");
    const made: Folder = { path: [...parent.path, name], folded: `${parent.folded}${foldName(name)}/`, folders: new Map() };
    parent.folders.set(torrentName, made);
    return made;
  }

  #number(parent: Folder, name: string, folded: string, kind: "file" | "folder"): string {
    for (let number = (this.#lastNumber.get(folded) ?? 0) + 1; ; number++) {
      const candidate = numberedName(name, number);
      const foldedCandidate = parent.folded + foldName(candidate);
      if (this.#taken.has(foldedCandidate)) continue;
      this.#taken.set(foldedCandidate, kind);
      this.#lastNumber.set(folded, number);
      return candidate;
    }
  }
}

/** Safe components for a path that need not be told apart from others: padding, and where a symbolic link leads. */
export function safePath(components: readonly string[]): readonly string[] {
  return components.map(safeName);
}
