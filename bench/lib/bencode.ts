/** Bencode for the torrents that the benchmark makes: its own, so that no client under test has made the input of another. */
export type Bencodable = number | string | Uint8Array | readonly Bencodable[] | { readonly [key: string]: Bencodable };

export function bencode(value: Bencodable): Buffer {
  const parts: Buffer[] = [];
  put(value, parts);
  return Buffer.concat(parts);
}

function put(value: Bencodable, parts: Buffer[]): void {
  if (typeof value === "number") parts.push(Buffer.from(`i${value}e`));
  else if (typeof value === "string") put(Buffer.from(value), parts);
  else if (value instanceof Uint8Array) parts.push(Buffer.from(`${value.length}:`), Buffer.from(value));
  else if (isList(value)) {
    parts.push(Buffer.from("l"));
    for (const item of value) put(item, parts);
    parts.push(Buffer.from("e"));
  } else {
    parts.push(Buffer.from("d"));
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
      put(key, parts);
      put(item, parts);
    }
    parts.push(Buffer.from("e"));
  }
}

function isList(value: object): value is readonly Bencodable[] {
  return Array.isArray(value);
}
