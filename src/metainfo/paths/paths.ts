import { invalid } from "../fail.ts";
import { MAX_FOLDERS } from "../limits.ts";
import { foldName, numberedName, safeName } from "./names.ts";
import { SmallMap } from "./small-map.ts";

/**
 * The names that are taken in one folder. Folders whose names differ in case only share one object. The key is a name
 * folded by {@link foldName}. The value has the names taken in the folder of that name; it is `undefined` when a file
 * has the name.
 */
class Names extends SmallMap<Names | undefined> {
  /**
   * The last number that was added to each folded name. The search for a free number continues after it, so that a
   * thousand equal names do not take a million steps.
   */
  lastNumber: Map<string, number> | undefined = undefined;
}

/** A folder of the torrent. Maps the names that its subfolders have in the torrent to the subfolders. */
class Folder extends SmallMap<Folder> {
  /** The parent folder; `undefined` for the torrent's root. */
  readonly parent: Folder | undefined;
  /** The folder's safe name. Paths are joined from such names when they are needed. */
  readonly name: string;
  /** Whether the folder's path on disk equals the path in the torrent. */
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
 * Gives each file of a torrent a safe path that differs from all others, regardless of case. Two paths clash when they
 * have equal names, names that differ in case only, or a file where another path needs a folder. The first one in the
 * torrent's order then keeps its name, and a number is added before the extension of the later one. Folders whose names
 * differ in case only keep their names, but the files in them get different names, as if it were one folder. The same
 * list of files always gives the same paths.
 */
export class PathTable {
  readonly #root = new Folder(undefined, "", true, new Names());
  #folders = 0;

  /**
   * Returns the safe path of the next file. `components` is its path in the torrent, as text, not empty; the same array
   * is returned when nothing has to change. Throws `metainfo.path` when there are more than {@link MAX_FOLDERS}
   * folders.
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

/** Returns the path components of the file `name` in `folder`, which is `depth` levels below the root. */
function pathOf(folder: Folder, name: string, depth: number): string[] {
  const path = Array.from({ length: depth + 1 }, () => name);
  let at: Folder | undefined = folder;
  for (let index = depth - 1; index >= 0 && at !== undefined; index--) {
    path[index] = at.name;
    at = at.parent;
  }
  return path;
}

/** Returns `name` with the first number that makes it unique, and marks it as used. */
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
 * Makes each component of a path safe. The path may equal another one: this is for padding files and for the targets of
 * symbolic links.
 */
export function safePath(components: readonly string[]): readonly string[] {
  return components.map(safeName);
}
