import { MAX_FOLDERS } from "../limits.ts";
import { FOLDED } from "./plain-names.ts";

const FIRST_SLOTS = 256;
/**
 * The maximum number of slots that are searched for one path. A hostile torrent can have many paths that belong in the
 * same slot. Beyond this number the caller uses a `Map`, whose hashes cannot be predicted.
 */
const MOST_PROBES = 64;
const SEPARATOR = 0x2f;
const FIRST_SEED = 0x811c9dc5;
const SECOND_SEED = 0x9747b28c;
const FIRST_PRIME = 0x01000193;
const SECOND_PRIME = 0x5bd1e995;
const FOLDER = 1;

/**
 * Detects whether the path of a file equals the path of another file or of a folder, regardless of case. All names are
 * ASCII. It stores a hash of 64 bits for each path instead of the path. Equal paths are always found. Different paths
 * with equal hashes are reported as equal; the caller then does the slower full check.
 */
export class PathHashes {
  /** The hash table: two integers for each slot, both 0 in a free slot. The lowest bit of the second marks a folder. */
  #table = new Int32Array(FIRST_SLOTS * 2);
  #used = 0;
  #folders = 0;
  #first = 0;
  #second = 0;

  /** Begins a new, empty path. */
  begin(): void {
    this.#first = FIRST_SEED;
    this.#second = SECOND_SEED;
  }

  /** Adds a component to the path. Returns `false` when the component has a byte that {@link FOLDED} does not allow. */
  push(bytes: Uint8Array, start: number, end: number): boolean {
    let first = this.#first;
    let second = this.#second;
    for (let at = start; at < end; at++) {
      const folded = FOLDED[bytes[at] ?? 0] ?? 0;
      if (folded === 0) return false;
      first = Math.imul(first ^ folded, FIRST_PRIME);
      second = Math.imul(((second << 5) | (second >>> 27)) ^ folded, SECOND_PRIME);
    }
    this.#first = Math.imul(first ^ SEPARATOR, FIRST_PRIME);
    this.#second = Math.imul(second ^ SEPARATOR, SECOND_PRIME);
    return true;
  }

  /** Adds the path so far as a folder. Returns `false` when a file has the same path, or there are too many paths. */
  addFolder(): boolean {
    return this.#add(FOLDER);
  }

  /** Adds the path as a file. Returns `false` when another file or a folder has the same path. */
  addFile(): boolean {
    return this.#add(0);
  }

  #add(kind: number): boolean {
    if (this.#used * 4 >= this.#table.length) this.#grow();
    const table = this.#table;
    const mask = table.length - 2;
    // Never 0, which marks a free slot.
    const first = this.#first | 1;
    const second = this.#second & ~FOLDER;
    let slot = home(first) & mask;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const there = table[slot] ?? 0;
      if (there === 0) {
        table[slot] = first;
        table[slot + 1] = second | kind;
        this.#used++;
        return kind !== FOLDER || ++this.#folders <= MAX_FOLDERS;
      }
      const beside = table[slot + 1] ?? 0;
      if (there === first && (beside & ~FOLDER) === second) return kind === FOLDER && (beside & FOLDER) !== 0;
      slot = (slot + 2) & mask;
    }
    return false;
  }

  #grow(): void {
    const before = this.#table;
    const table = new Int32Array(before.length * 4);
    const mask = table.length - 2;
    for (let at = 0; at < before.length; at += 2) {
      const first = before[at] ?? 0;
      if (first === 0) continue;
      let slot = home(first) & mask;
      while (table[slot] !== 0) slot = (slot + 2) & mask;
      table[slot] = first;
      table[slot + 1] = before[at + 1] ?? 0;
    }
    this.#table = table;
  }
}

/**
 * Returns the index in the table at which the search for a hash begins. It is even, because a slot has two integers.
 */
function home(first: number): number {
  return (first ^ (first >>> 15)) & ~1;
}
