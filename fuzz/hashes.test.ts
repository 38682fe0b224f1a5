import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitfield, ipPeer, PeerError, PeerId } from "../src/base/index.ts";
import { encode } from "../src/bencode/index.ts";
import {
  isInTree,
  isProved,
  merkleLeaves,
  merkleRoot,
  MERKLE_HASH_LENGTH,
  metainfoFromInfo,
  pieceLayerHeight,
  proofLayersOf,
  treeHeight,
  uncleCount,
  type Metainfo,
} from "../src/metainfo/index.ts";
import { simWorld } from "../src/sim/index.ts";
import { MemoryStorage } from "../src/storage/index.ts";
import type { HashPeer } from "../src/swarm/hashes/hash-peer.ts";
import { HashRequests } from "../src/swarm/hashes/hash-requests.ts";
import { HashServer } from "../src/swarm/hashes/hash-server.ts";
import type { HashRange, Message } from "../src/wire/index.ts";

/*
 * The exchange of hashes (BEP 52) with peers that send anything. A reply is a proof or a rejection; hashes that are not
 * proved are never taken. FUZZ_RUNS=1000000 runs longer; fast-check prints the seed of a failure.
 */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

const KIB = 1_024;
const digestSync = (algorithm: string, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(algorithm).update(bytes).digest());
const world = simWorld({ digest: digestSync });
const { runtime } = world.host("10.0.0.1");
const { hasher } = runtime;

/** Files of 1 block, 3 blocks, 5 pieces and 2 pieces; pieces of 4 blocks. */
const PIECE = 64 * KIB;
const contents = [10, 40 * KIB, 300 * KIB, 128 * KIB].map((length, at) => new Uint8Array(length).fill(at + 1));

function rootOf(bytes: Uint8Array): Uint8Array {
  return merkleRoot(merkleLeaves(bytes, hasher), hasher, 0);
}

function layerOf(bytes: Uint8Array): Uint8Array {
  const count = Math.ceil(bytes.length / PIECE);
  const layer = new Uint8Array(count * MERKLE_HASH_LENGTH);
  for (let piece = 0; piece < count; piece++) {
    const leaves = merkleLeaves(bytes.subarray(piece * PIECE, (piece + 1) * PIECE), hasher);
    layer.set(merkleRoot(leaves, hasher, 0, 4), piece * MERKLE_HASH_LENGTH);
  }
  return layer;
}

function makeMetainfo(): Metainfo {
  const tree = Object.fromEntries(
    contents.map((bytes, at) => [`f${at}`, { "": { length: bytes.length, "pieces root": rootOf(bytes) } }]),
  );
  const info = encode({ "file tree": tree, "meta version": 2, name: "fuzz", "piece length": PIECE });
  const metainfo = metainfoFromInfo(info, {}, hasher);
  for (const [at, bytes] of contents.entries())
    if (bytes.length > PIECE) metainfo.layersV2?.add(at, layerOf(bytes), hasher);
  return metainfo;
}

const metainfo = makeMetainfo();
const storage = new MemoryStorage(metainfo.layout);
const roots = contents.map(rootOf);

function peerOf(sent: Message[]): HashPeer {
  return {
    identity: { address: ipPeer({ ip: "10.0.0.2", port: 1 }), peerId: PeerId.fromBytes(new Uint8Array(20)) },
    profile: { isV2: true },
    isClosed: false,
    isSeed: true,
    pieces: undefined,
    send: (message) => void sent.push(message),
  };
}

const small = fc.oneof(fc.nat({ max: 8 }), fc.constantFrom(16, 32, 512, 2_048, 8_192, 2 ** 31, 2 ** 32 - 1));
const anyRange: fc.Arbitrary<HashRange> = fc.record({
  root: fc.oneof(fc.constantFrom(...roots), fc.uint8Array({ minLength: 32, maxLength: 32 })),
  baseLayer: small,
  index: small,
  length: small,
  proofLayers: small,
});

describe("HashServer", () => {
  it("sends one reply to any request: hashes that lead to the root, or a rejection", async () => {
    for (const { index, offset } of metainfo.files) await storage.write(offset, [contents[index] ?? new Uint8Array()]);
    const server = new HashServer(
      { metainfo, storage, have: Bitfield.full(metainfo.pieceCount), partials: new Map(), keeper: undefined },
      hasher,
    );
    await fc.assert(
      fc.asyncProperty(anyRange, async (range) => {
        const sent: Message[] = [];
        server.request(peerOf(sent), range);
        await server.idle();
        expect(sent.length).toBe(1);
        const [reply] = sent;
        if (reply?.type !== "hashes") {
          assert.equal(reply?.type, "hash-reject");
          return;
        }
        const bytes = contents[roots.findIndex((root) => Buffer.compare(root, range.root) === 0)];
        const height = treeHeight(bytes?.length ?? 1);
        expect(isInTree(range, height)).toBe(true);
        expect(reply.hashes.length).toBe((range.length + uncleCount(range, range.proofLayers)) * MERKLE_HASH_LENGTH);
        if (range.proofLayers === proofLayersOf(range, height))
          assert.ok(isProved(range, reply.hashes, range.root, hasher));
      }),
      { numRuns },
    );
  });
});

describe("HashRequests", () => {
  it("takes no hashes that are not proved", () => {
    const [, , long = new Uint8Array()] = contents;
    const [, , root = new Uint8Array(32)] = roots;
    const right = layerOf(long);
    const baseLayer = pieceLayerHeight(PIECE);
    const range = {
      root,
      baseLayer,
      index: 0,
      length: 8,
      proofLayers: proofLayersOf({ baseLayer }, treeHeight(long.length)),
    };
    const hashesOf = (changes: readonly (readonly [number, number])[], cut: number): Uint8Array => {
      const hashes = new Uint8Array(8 * MERKLE_HASH_LENGTH);
      hashes.set(right);
      const padding = merkleRoot(new Uint8Array(), hasher, baseLayer, 1);
      for (let at = right.length; at < hashes.length; at += MERKLE_HASH_LENGTH) hashes.set(padding, at);
      for (const [at, value] of changes) hashes[at % hashes.length] = value;
      return hashes.subarray(0, hashes.length - (cut % 3) * MERKLE_HASH_LENGTH);
    };
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(change, { maxLength: 2 }), fc.nat({ max: 2 })), { maxLength: 6 }),
        (replies) => {
          const taken: Uint8Array[] = [];
          const liars: HashPeer[] = [];
          const peer = peerOf([]);
          const requests = new HashRequests({
            clock: runtime.clock,
            hasher,
            peers: new Set([peer]),
            onLiar: (liar) => void liars.push(liar),
          });
          requests.want({
            range,
            proves: root,
            pieces: { first: 0, last: 4 },
            onHashes: (hashes) => void taken.push(hashes),
          });
          for (const [changes, cut] of replies) {
            try {
              requests.onMessage(peer, { type: "hashes", ...range, hashes: hashesOf(changes, cut) });
            } catch (error) {
              assert.ok(error instanceof PeerError);
              assert.deepEqual(liars, [peer]);
              break;
            }
          }
          expect(taken.length).toBeLessThanOrEqual(1);
          for (const hashes of taken) expect(Buffer.compare(hashes.subarray(0, right.length), right)).toBe(0);
        },
      ),
      { numRuns },
    );
  });
});
