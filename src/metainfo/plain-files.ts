import type { LayoutFile, PlacedFiles } from "./layout.ts";
import { PathHashes } from "./path-hashes.ts";
import type { PlainFile } from "./plain-file.ts";
import { isPlainName } from "./plain-names.ts";
import type { RawFile } from "./raw-file.ts";
import type { TextReader } from "./text.ts";

const COLON = 0x3a;
const ZERO = 0x30;
const LETTER_E = 0x65;
const FIRST_CAPACITY = 64;

/**
 * Files whose paths are safe and different just as they stand, in columns: nothing is made of a file until it is asked for. A torrent of twenty
 * thousand files has these and nothing else; the first file of any other kind ends it, and all are read again as {@link RawFile}s.
 */
export class PlainFiles implements PlacedFiles {
  readonly #text: TextReader;
  readonly #hashes = new PathHashes();
  #bytes: Uint8Array = new Uint8Array();
  #lengths = new Float64Array(FIRST_CAPACITY);
  /** Where in the bytes each path begins. */
  #paths = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  constructor(text: TextReader) {
    this.#text = text;
  }

  get length(): number {
    return this.#count;
  }

  /** Adds a file, unless its path needs a closer look. `bytes` are the same for all files, and kept. After a `false` the list is not to be added to. */
  add(bytes: Uint8Array, { length, pathStart, count, starts, ends }: PlainFile): boolean {
    const hashes = this.#hashes;
    hashes.begin();
    for (let i = 0; i < count; i++) {
      const start = starts[i] ?? 0;
      const end = ends[i] ?? 0;
      if (!isPlainName(bytes, start, end)) return false;
      hashes.push(bytes, start, end);
      if (!(i === count - 1 ? hashes.addFile() : hashes.addFolder())) return false;
    }
    if (this.#count === this.#lengths.length) this.#grow();
    this.#bytes = bytes;
    this.#lengths[this.#count] = length;
    this.#paths[this.#count++] = pathStart;
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
      // In the order of the other literals of a RawFile, so that the engine has one shape for all.
      return { components: this.#path(index), length: this.lengthOf(index), attributes: "", symlink: undefined, piecesRoot: undefined };
    });
  }

  /** The components as text. That they are well formed was seen when the file was added. */
  #path(index: number): string[] {
    const bytes = this.#bytes;
    const components: string[] = [];
    let at = this.#paths[index] ?? 0;
    while (bytes[at] !== LETTER_E) {
      let length = 0;
      for (; bytes[at] !== COLON; at++) length = length * 10 + (bytes[at] ?? 0) - ZERO;
      components.push(this.#text.range(bytes, at + 1, at + 1 + length));
      at += 1 + length;
    }
    return components.slice();
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
