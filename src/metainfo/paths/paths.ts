import { invalid } from "../fail.ts";
import { MAX_FOLDERS } from "../limits.ts";
import { foldName, numberedName, safeName } from "./names.ts";
import { SmallMap } from "./small-map.ts";

/**
 * The names in a folder, or in several that differ in case only: by folded name the names within a folder, `undefined`
 * for a file.
 */
class Names extends SmallMap<Names | undefined> {
  /** The last number given to a folded name, so that a thousand equal names do not take a million steps. */
  lastNumber: Map<string, number> | undefined = undefined;
}

/**
 * A folder of the torrent, as it will be on disk. It has the folders within by the name that the torrent gives them.
 */
class Folder extends SmallMap<Folder> {
  /** The parent folder; `undefined` for the torrent's root. */
  readonly parent: Folder | undefined;
  /** The safe name; paths are put together from these when they are needed. */
  readonly name: string;
  /** Whether the path is that of the torrent, letter by letter. */
  readonly isVerbatim: boolean;
  readonly names: Names;

  constructor(parent: Folder | undefined, name: string, isVerbatim: boolean, names: Names) {
    super();
    this.parent = parent;
    this.name = name;
    this.isVerbatim = isVerbatim;
    this.names = names;
  }
}

/**
 * Gives each file of a torrent a safe path that no other file has, without regard to case. Where two clash (equal
 * names, names that differ in case only, a file where another path needs a folder), the first in the torrent's order
 * keeps its name and the later one gets a number before its extension. Folders that differ in case only stay apart
 * where the disk keeps them apart, but their files get different names as if they were one. The same list of files
 * always gives the same result.
 */
export class PathTable {
  readonly #root = new Folder(undefined, "", true, new Names());
  #folders = 0;

  /**
   * Returns the path of the next file, `components` itself where it is unchanged. They are the torrent's own, as text;
   * there is at least one. Throws `metainfo.path` beyond {@link MAX_FOLDERS}.
   */
  place(components: readonly string[]): readonly string[] {
    let parent = this.#root;
    const last = components.length - 1;
    for (let depth = 0; depth < last; depth++) {
      const name = components[depth] ?? "";
      parent = parent.get(name) ?? this.#makeFolder(parent, name);
    }
    const torrentName = components[last] ?? "";
    const name = safeName(torrentName);
    const folded = foldName(name);
    if (parent.names.has(folded)) return pathOf(parent, takeNumbered(parent.names, name, folded, undefined), last);
    parent.names.add(folded, undefined);
    if (parent.isVerbatim && name === torrentName) return components;
    return pathOf(parent, name, last);
  }

  #makeFolder(parent: Folder, torrentName: string): Folder {
    if (++this.#folders > MAX_FOLDERS) throw invalid("path", `it has more than ${MAX_FOLDERS} folders`);
    const safe = safeName(torrentName);
    const folded = foldName(safe);
    const taken = parent.names;
    let name = safe;
    let names = taken.get(folded);
    if (names === undefined) {
      names = new Names();
      if (taken.has(folded)) name = takeNumbered(taken, safe, folded, names);
      else taken.add(folded, names);
    }
    const made = new Folder(parent, name, parent.isVerbatim && name === torrentName, names);
    parent.add(torrentName, made);
    return made;
  }
}

/** Returns the components of a file in a folder that is `depth` below the root. */
function pathOf(folder: Folder, name: string, depth: number): string[] {
  const path = Array.from({ length: depth + 1 }, () => name);
  let at: Folder | undefined = folder;
  for (let index = depth - 1; index >= 0 && at !== undefined; index--) {
    path[index] = at.name;
    at = at.parent;
  }
  return path;
}

/** Returns a name that is not used yet, and marks it as used. */
function takeNumbered(names: Names, name: string, folded: string, within: Names | undefined): string {
  for (let number = (names.lastNumber?.get(folded) ?? 0) + 1; ; number++) {
    const candidate = numberedName(name, number);
    const foldedCandidate = foldName(candidate);
    if (names.has(foldedCandidate)) continue;
    names.add(foldedCandidate, within);
    (names.lastNumber ??= new Map()).set(folded, number);
    return candidate;
  }
}

/**
 * Returns safe components for a path that need not be unique: that of a padding file, or the target of a symbolic link.
 */
export function safePath(components: readonly string[]): readonly string[] {
  return components.map(safeName);
}
