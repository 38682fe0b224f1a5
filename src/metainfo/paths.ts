import { foldName, numberedName, safeName } from "./names.ts";

/** The names in a folder, or in several that differ in case only. */
interface Names {
  /** By folded name: the names within a folder, `undefined` for a file. */
  readonly taken: Map<string, Names | undefined>;
  /** The last number given to a folded name, so that a thousand equal names do not take a million steps. */
  readonly lastNumber: Map<string, number>;
}

/** A folder of the torrent, as it will be on disk. */
interface Folder {
  /** Safe components from the torrent's root. */
  readonly path: readonly string[];
  /** Whether that is what the torrent says, letter by letter. */
  readonly isVerbatim: boolean;
  readonly names: Names;
  /** Folders within, by the name that the torrent gives them. */
  readonly folders: Map<string, Folder>;
}

function newNames(): Names {
  return { taken: new Map(), lastNumber: new Map() };
}

/**
 * Gives each file of a torrent a safe path that no other file has, without regard to case. Where two clash (equal names, names
 * that differ in case only, a file where another path needs a folder), the first in the torrent's order keeps its name and the later
 * one gets a number before its extension. Folders that differ in case only stay apart where the disk keeps them apart, but
 * their files are told apart as if they were one. The same list of files always comes out the same.
 */
export class PathTable {
  readonly #root: Folder = { path: [], isVerbatim: true, names: newNames(), folders: new Map() };

  /** The path of the next file, `components` itself where it is as the torrent says. They are the torrent's own, as text; there is at least one. */
  place(components: readonly string[]): readonly string[] {
    let parent = this.#root;
    const last = components.length - 1;
    for (let depth = 0; depth < last; depth++) {
      const name = components[depth] ?? "";
      parent = parent.folders.get(name) ?? makeFolder(parent, name);
    }
    const torrentName = components[last] ?? "";
    const name = safeName(torrentName);
    const folded = foldName(name);
    if (parent.names.taken.has(folded)) return parent.path.concat(takeNumbered(parent.names, name, folded, undefined));
    parent.names.taken.set(folded, undefined);
    if (parent.isVerbatim && name === torrentName) return components;
    return parent.path.concat(name);
  }
}

function makeFolder(parent: Folder, torrentName: string): Folder {
  const safe = safeName(torrentName);
  const folded = foldName(safe);
  const { taken } = parent.names;
  let name = safe;
  let names = taken.get(folded);
  if (names === undefined) {
    names = newNames();
    if (taken.has(folded)) name = takeNumbered(parent.names, safe, folded, names);
    else taken.set(folded, names);
  }
  const made: Folder = { path: [...parent.path, name], isVerbatim: parent.isVerbatim && name === torrentName, names, folders: new Map() };
  parent.folders.set(torrentName, made);
  return made;
}

/** A name that is not taken yet, and takes it. */
function takeNumbered(names: Names, name: string, folded: string, within: Names | undefined): string {
  for (let number = (names.lastNumber.get(folded) ?? 0) + 1; ; number++) {
    const candidate = numberedName(name, number);
    const foldedCandidate = foldName(candidate);
    if (names.taken.has(foldedCandidate)) continue;
    names.taken.set(foldedCandidate, within);
    names.lastNumber.set(folded, number);
    return candidate;
  }
}

/** Safe components for a path that need not be told apart from others: padding, and where a symbolic link leads. */
export function safePath(components: readonly string[]): readonly string[] {
  return components.map(safeName);
}
