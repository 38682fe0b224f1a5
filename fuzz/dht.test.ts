import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../src/base/index.ts";
import { encode } from "../src/bencode/index.ts";
import {
  decodeKrpc,
  DhtNode,
  encodeError,
  encodeQuery,
  encodeReply,
  idFromBytes,
  ItemStore,
  MAX_AMPLIFICATION,
  PeerStore,
  type Query,
} from "../src/dht/index.ts";
import { nodeRuntime } from "../src/runtime/node/index.ts";
import { mutations } from "./mutate.ts";

/** FUZZ_RUNS=1000000 runs longer. */
const RUNS = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 2_000) };
const runtime = nodeRuntime();
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const id = bytesOf(20).map(idFromBytes);
const transaction = fc.uint8Array({ minLength: 1, maxLength: 8 });
const token = fc.uint8Array({ minLength: 1, maxLength: 20 });
const wanted = fc.constantFrom(undefined, ["n4"] as const, ["n6"] as const, ["n4", "n6"] as const);
const sequence = fc.oneof(fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }));
const value = fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())).map((each) => encode(each));
const mutable = fc.record({
  kind: fc.constant("mutable" as const),
  value,
  key: bytesOf(32),
  salt: fc.uint8Array({ maxLength: 64 }),
  seq: sequence,
  signature: bytesOf(64),
});
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.constant({ method: "ping" } as const),
  fc.record({ method: fc.constantFrom("find_node" as const, "sample_infohashes" as const), target: id, want: wanted }),
  fc.record({
    method: fc.constant("get_peers" as const),
    target: id,
    want: wanted,
    noSeed: fc.boolean(),
    scrape: fc.boolean(),
  }),
  fc.record({
    method: fc.constant("announce_peer" as const),
    target: id,
    port: fc.integer({ min: 1, max: 65_535 }),
    impliedPort: fc.boolean(),
    token,
    isSeed: fc.boolean(),
  }),
  fc.record({
    method: fc.constant("get" as const),
    target: id,
    want: wanted,
    seq: fc.option(sequence, { nil: undefined }),
  }),
  fc.record({
    method: fc.constant("put" as const),
    token,
    item: fc.record({ kind: fc.constant("immutable" as const), value }),
  }),
  // Compare and swap is for mutable items.
  fc.record({
    method: fc.constant("put" as const),
    token,
    item: mutable,
    cas: fc.option(sequence, { nil: undefined }),
  }),
);
const message = fc.oneof(
  fc.tuple(transaction, id, query, fc.boolean()).map((each) => encodeQuery(...each)),
  fc
    .tuple(transaction, id, token, fc.array(bytesOf(26), { maxLength: 10 }))
    .map(([t, from, given, nodes]) =>
      encodeReply(
        t,
        from,
        { ip: "1.2.3.4", port: 5 },
        { nodes: nodes.map(idFromBytes).join(""), token: idFromBytes(given) },
      ),
    ),
  fc.tuple(transaction, fc.nat(), fc.string()).map((each) => encodeError(...each)),
);

const torn = mutations(fc.sample(message, { numRuns: 60, seed: 1 }));

describe("KRPC", () => {
  it("reads each query as it was written", () => {
    fc.assert(
      fc.property(transaction, id, query, fc.boolean(), (t, from, written, isReadOnly) => {
        const read = decodeKrpc(encodeQuery(t, from, written, isReadOnly));
        if (read?.kind !== "query") throw new Error(`read as ${JSON.stringify(read)}`);
        expect(read).toMatchObject({ id: from, isReadOnly });
        expect(equalBytes(read.transaction, t)).toBe(true);
        expect(plain(read.query)).toEqual(plain(written));
      }),
      RUNS,
    );
  });

  it("gives a message or nothing for any bytes", () => {
    fc.assert(
      fc.property(fc.oneof(torn, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        expect(() => decodeKrpc(bytes)).not.toThrow();
      }),
      RUNS,
    );
  });
});

describe("DhtNode", () => {
  it("takes any datagram, and sends at most eight times its bytes back", () => {
    const { clock, random, hasher, signatures } = runtime;
    let sent = 0;
    const node = new DhtNode({
      family: 4,
      clock,
      random,
      hasher,
      peers: new PeerStore(random),
      items: new ItemStore(hasher, signatures),
      send: (to, bytes) => {
        if (to.port === 5) sent += bytes.length;
      },
      tables: () => node.table,
      bootstrap: () => Promise.resolve([]),
      readOnly: false,
      rates: { perAddress: 1e9, burst: 1e9, inAll: 1e9 },
    });
    fc.assert(
      fc.property(fc.oneof(message, torn), fc.nat(255), (bytes, last) => {
        sent = 0;
        node.receive(bytes, { ip: `20.0.${last}.1`, port: 5 });
        // A ping of a node that may join the table does not count: it is sent once.
        expect(sent).toBeLessThanOrEqual(bytes.length * MAX_AMPLIFICATION + 150);
      }),
      RUNS,
    );
    node.close();
  });
});

/** Without what is `undefined` or false, which are the same on the wire; bytes as text. */
function plain(written: object): unknown {
  return JSON.parse(
    JSON.stringify(written, (_, each: unknown) =>
      each instanceof Uint8Array ? idFromBytes(each) : typeof each === "bigint" ? `${each}` : each || undefined,
    ),
  );
}
