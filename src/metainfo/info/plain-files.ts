import { latin1Text } from "../../base/index.ts";
import type { LayoutFile, PlacedFiles } from "../pieces/layout.ts";
import { isPaddingNameAt } from "./padding.ts";
import { PathHashes } from "../paths/path-hashes.ts";
import type { PlainFile } from "./plain-file.ts";
import { isPlainName } from "../paths/plain-names.ts";
import type { RawFile } from "./raw-file.ts";

const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const FIRST_CAPACITY = 64;
const NOTHING = new Uint8Array();

/**
 * A compact list of files. Their paths in the torrent are safe and distinct, so that they are also the paths on disk.
 * The list stores offsets and lengths in typed arrays, and makes a file object only when a caller reads it. When one
 * file of a torrent has a path that is not safe or not distinct, all files are stored as {@link RawFile}s instead.
 */
export class PlainFiles implements PlacedFiles {
  /** Detects equal paths; `undefined` once the list is complete. */
  #hashes: PathHashes | undefined = new PathHashes();
  #bytes: Uint8Array = NOTHING;
  #lengths = new Float64Array(FIRST_CAPACITY);
  /** The offset in the bencoded bytes at which each path begins. */
  #paths = new Uint32Array(FIRST_CAPACITY);
  #count = 0;
  /** The offset in the bencoded bytes at which the last path ends. */
  #end = 0;
  /**
   * The bytes from the start of the first path to the end of the last one, as ASCII text. File names are substrings of
   * it, which takes a fraction of the memory of separate strings.
   */
  #listed = "";
  /** The offset in the bencoded bytes at which `#listed` begins. */
  #from = 0;
  /** The components of the path being read, reused for each path. */
  readonly #components: string[] = [];

  get length(): number {
    return this.#count;
  }

  /**
   * Adds a file. Returns `false` when its path is not plain ASCII, not safe or not distinct. `bytes` must be the same
   * for all files. Do not call this again after it returned `false`, or after {@link PlainFiles.seal}.
   */
  add(bytes: Uint8Array, { length, pathStart, count, starts, ends }: PlainFile): boolean {
    const hashes = this.#hashes;
    if (hashes === undefined) return false;
    hashes.begin();
    for (let i = 0; i < count; i++) {
      const start = starts[i] ?? 0;
      const end = ends[i] ?? 0;
      if (!hashes.push(bytes, start, end) || !isPlainName(bytes, start, end)) return false;
      if (i === count - 1 && isPaddingNameAt(bytes, start, end)) return false;
      if (!(i === count - 1 ? hashes.addFile() : hashes.addFolder())) return false;
    }
    if (this.#count === this.#lengths.length) this.#grow();
    this.#bytes = bytes;
    this.#lengths[this.#count] = length;
    this.#paths[this.#count++] = pathStart;
    this.#end = ends[count - 1] ?? 0;
    return true;
  }

  lengthOf(index: number): number {
    return this.#lengths[index] ?? 0;
  }

  place(index: number, offset: number): LayoutFile {
    return {
      index,
      offset,
      path: this.#path(index),
      length: this.lengthOf(index),
      isPadding: false,
      isExecutable: false,
      isHidden: false,
      symlinkPath: undefined,
      piecesRoot: undefined,
    };
  }

  toRawFiles(): RawFile[] {
    return Array.from({ length: this.#count }, (_, index) => {
      // The fields are in the same order as in all literals of a RawFile, so that the engine uses one hidden class.
      return {
        components: this.#path(index),
        length: this.lengthOf(index),
        attributes: "",
        symlink: undefined,
        piecesRoot: undefined,
      };
    });
  }

  /**
   * Completes the list. Call this once, after the last file. It copies the paths, so that they stay safe even when the
   * caller changes the bytes later.
   */
  seal(): this {
    this.#from = this.#paths[0] ?? 0;
    this.#listed = latin1Text(this.#bytes).toString("latin1", this.#from, this.#end);
    this.#bytes = NOTHING;
    this.#hashes = undefined;
    return this;
  }

  /**
   * Returns the components of a file's path. They are substrings of one text of all paths: keeping one component keeps
   * that whole text in memory.
   */
  #path(index: number): readonly string[] {
    const listed = this.#listed;
    const components = this.#components;
    let count = 0;
    let at = (this.#paths[index] ?? 0) - this.#from;
    // The last path ends at the end of the text.
    for (let code = listed.charCodeAt(at); code >= ZERO && code <= NINE; code = listed.charCodeAt(at)) {
      let length = 0;
      for (; code !== COLON; code = listed.charCodeAt(++at)) length = length * 10 + code - ZERO;
      const start = at + 1;
      at = start + length;
      const before = components[count];
      // Files of one folder follow one another.
      if (before?.length !== length || !listed.startsWith(before, start)) components[count] = listed.slice(start, at);
      count++;
    }
    if (count === 1) return [components[0] ?? ""];
    if (count === 2) return [components[0] ?? "", components[1] ?? ""];
    return components.slice(0, count);
  }

  #grow(): void {
    const lengths = new Float64Array(this.#count * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
    const paths = new Uint32Array(this.#count * 2);
    paths.set(this.#paths);
    this.#paths = paths;
  }
}
