import { MAX_PER_NETWORK, MAX_REPLACEMENTS } from "../limits.ts";
import type { NodeId } from "../node-id.ts";
import type { Rows } from "./rows.ts";

/**
 * The nodes at one range of distances from this node: the nodes in use, which replies and lookups read, and
 * replacements for those that stop replying. Each network has at most one node in use, so that an owner of many
 * addresses cannot fill the bucket. A node is a row of the table. The bucket has rows of its own at the end of the
 * table: first those for nodes in use, then those for replacements, the newest last.
 */
export class Bucket {
  /** The maximum number of nodes in use. */
  readonly size: number;
  /** The row of the first node in use. */
  readonly begin: number;
  /** The time at which a node was last added or replied, in milliseconds of the runtime's clock. */
  changedAt: number;
  readonly #rows: Rows;
  #count = 0;
  #replacements = 0;

  constructor(rows: Rows, size: number, now: number) {
    this.#rows = rows;
    this.size = size;
    this.begin = rows.size;
    this.changedAt = now;
    rows.extend(size + MAX_REPLACEMENTS);
  }

  /** The row after the last node in use. */
  get end(): number {
    return this.begin + this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.size;
  }

  /** Returns the row of a node or replacement; -1 when there is none with this id. */
  find(id: NodeId): number {
    const row = this.#rows.find(this.begin, this.end, id);
    return row >= 0 ? row : this.#rows.find(this.#spare, this.#spareEnd, id);
  }

  /** Whether a row is that of a node in use. */
  isInUse(row: number): boolean {
    return row >= this.begin && row < this.end;
  }

  /**
   * Whether the bucket already has the maximum number of nodes of one network: that of `endpoint` (in compact form).
   * The node with this id is not counted.
   */
  hasNetworkOf(endpoint: string, id: NodeId): boolean {
    let count = 0;
    for (let row = this.begin; row < this.end; row++)
      if (this.#rows.isInNetworkOf(row, endpoint) && !this.#rows.hasId(row, id)) count++;
    return count >= MAX_PER_NETWORK;
  }

  /** Adds a node to those in use. Returns its row. The bucket must not be full. */
  add(id: NodeId, endpoint: string): number {
    const row = this.end;
    this.#count++;
    this.#rows.write(row, id, endpoint);
    return row;
  }

  /**
   * Adds a node to the replacements, and returns its row. Removes the replacement from the same network (unless
   * `isExempt`), and the oldest one when there are too many.
   */
  keep(id: NodeId, endpoint: string, isExempt: boolean): number {
    // From the end on: those after a removed one move up.
    for (let row = this.#spareEnd - 1; row >= this.#spare; row--)
      if (!isExempt && this.#rows.isInNetworkOf(row, endpoint)) this.remove(row);
    const row = this.#freeSpare();
    this.#rows.write(row, id, endpoint);
    return row;
  }

  /** Moves the nodes and replacements that `isNear` accepts to another bucket. */
  splitInto(near: Bucket, isNear: (row: number) => boolean): void {
    const rows = this.#rows;
    const [{ end }, spareEnd] = [this, this.#spareEnd];
    this.#count = 0;
    this.#replacements = 0;
    for (let row = this.begin; row < end; row++) {
      if (!isNear(row)) rows.copy(row, this.begin + this.#count++);
      else rows.copy(row, near.isFull ? near.#freeSpare() : near.begin + near.#count++);
    }
    for (let row = this.#spare; row < spareEnd; row++) {
      if (isNear(row)) rows.copy(row, near.#freeSpare());
      else rows.copy(row, this.#spare + this.#replacements++);
    }
  }

  /** Removes the node or replacement in a row. When it is a node in use, the newest replacement takes its place. */
  remove(row: number): void {
    if (this.isInUse(row)) {
      if (this.#replacements > 0) this.#rows.copy(this.#spare + --this.#replacements, row);
      else this.#rows.copy(this.begin + --this.#count, row);
      return;
    }
    for (let at = row; at < this.#spareEnd - 1; at++) this.#rows.copy(at + 1, at);
    this.#replacements--;
  }

  get #spare(): number {
    return this.begin + this.size;
  }

  get #spareEnd(): number {
    return this.#spare + this.#replacements;
  }

  #freeSpare(): number {
    if (this.#replacements === MAX_REPLACEMENTS) this.remove(this.#spare);
    return this.#spare + this.#replacements++;
  }
}
