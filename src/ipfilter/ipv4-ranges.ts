/** The number of ranges in a page is 2 to this power. */
const PAGE_BITS = 16;
const PAGE = 2 ** PAGE_BITS;

/**
 * The pages of ranges of IPv4 addresses, 8 bytes a range: no large array is copied while ranges are added. Each range
 * is stored as [last, first]: as little-endian 64-bit numbers, such pairs sort by `first` without a comparator.
 */
class Pages {
  readonly #pages: Uint32Array[] = [];
  size = 0;

  first(index: number): number {
    return this.#pages[index >> PAGE_BITS]?.[2 * (index % PAGE) + 1] ?? 0;
  }

  last(index: number): number {
    return this.#pages[index >> PAGE_BITS]?.[2 * (index % PAGE)] ?? 0;
  }

  set(index: number, first: number, last: number): void {
    const page = (this.#pages[index >> PAGE_BITS] ??= new Uint32Array(2 * PAGE));
    page[2 * (index % PAGE)] = last;
    page[2 * (index % PAGE) + 1] = first;
  }

  sort(): void {
    const pairs = new Uint32Array(2 * this.size);
    for (const [index, page] of this.#pages.entries())
      pairs.set(page.subarray(0, Math.min(page.length, pairs.length - 2 * PAGE * index)), 2 * PAGE * index);
    sortPairs(pairs);
    for (let index = 0; index < this.size; index++) this.set(index, pairs[2 * index + 1] ?? 0, pairs[2 * index] ?? 0);
  }

  /** Removes the ranges from `size` on. */
  truncate(size: number): void {
    this.size = size;
    this.#pages.length = Math.ceil(size / PAGE);
    const last = this.#pages.pop();
    if (last !== undefined) this.#pages.push(last.slice(0, 2 * (size - PAGE * this.#pages.length)));
  }
}

/** Ranges of IPv4 addresses, sorted and merged. */
export class Ipv4Ranges {
  readonly #pages: Pages;

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  get size(): number {
    return this.#pages.size;
  }

  has(address: number): boolean {
    const pages = this.#pages;
    let [low, high] = [0, pages.size - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (pages.first(middle) > address) high = middle - 1;
      else if (pages.last(middle) < address) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** Collects ranges of IPv4 addresses in any order. */
export class Ipv4RangesBuilder {
  readonly #pages = new Pages();
  #latest = 0;
  #isSorted = true;

  get size(): number {
    return this.#pages.size;
  }

  add(first: number, last: number): void {
    this.#pages.set(this.#pages.size++, first, last);
    if (first < this.#latest) this.#isSorted = false;
    this.#latest = first;
  }

  /** Returns the ranges. The builder must not be used afterwards. */
  build(): Ipv4Ranges {
    const pages = this.#pages;
    if (!this.#isSorted) pages.sort();
    let count = 0;
    for (let index = 0; index < pages.size; index++) {
      const [first, last] = [pages.first(index), pages.last(index)];
      if (count > 0 && first <= pages.last(count - 1) + 1)
        pages.set(count - 1, pages.first(count - 1), Math.max(pages.last(count - 1), last));
      else pages.set(count++, first, last);
    }
    pages.truncate(count);
    return new Ipv4Ranges(pages);
  }
}

/** Sorts pairs of [last, first] by `first`, on machines of either byte order. */
function sortPairs(pairs: Uint32Array): void {
  const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
  if (!isLittleEndian) swapPairs(pairs);
  new BigUint64Array(pairs.buffer, pairs.byteOffset, pairs.length / 2).sort();
  if (!isLittleEndian) swapPairs(pairs);
}

function swapPairs(pairs: Uint32Array): void {
  for (let at = 0; at < pairs.length; at += 2) pairs.subarray(at, at + 2).reverse();
}
