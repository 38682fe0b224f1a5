import fc from "fast-check";

type Mutation =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "remove"; readonly at: number; readonly count: number }
  | { readonly kind: "double"; readonly at: number; readonly count: number }
  | { readonly kind: "cut"; readonly at: number };

const at = fc.nat(100_000);
const count = fc.integer({ min: 1, max: 40 });
/** Bytes that have a meaning in bencode are more frequent. */
const byte = fc.oneof(fc.constantFrom(...Buffer.from("ilde:-0123456789")), fc.nat(255));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("set" as const), at, byte }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      at,
      bytes: fc.array(byte, { minLength: 1, maxLength: 8 }).map((bytes) => Uint8Array.from(bytes)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), at, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("double" as const), at, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at }) },
);

function mutate(input: Uint8Array, change: Mutation): Uint8Array {
  const position = input.length === 0 ? 0 : change.at % input.length;
  const before = input.subarray(0, position);
  switch (change.kind) {
    case "set":
      return Buffer.concat([before, Uint8Array.of(change.byte), input.subarray(position + 1)]);
    case "insert":
      return Buffer.concat([before, change.bytes, input.subarray(position)]);
    case "remove":
      return Buffer.concat([before, input.subarray(position + change.count)]);
    case "double":
      return Buffer.concat([before, input.subarray(position, position + change.count), input.subarray(position)]);
    default:
      return before;
  }
}

/** One of the seeds with some bytes changed, inserted, deleted, doubled or cut off. */
export function mutations(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 6 }))
    .map(([seed, changes]) => new Uint8Array(changes.reduce(mutate, seed)));
}
