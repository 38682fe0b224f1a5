import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfoHash, PeerError } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import {
  MAX_METADATA_ATTEMPTS,
  MAX_METADATA_LENGTH,
  METADATA_ATTEMPT_BASE_MS,
  METADATA_ATTEMPT_MS_PER_PIECE,
  MAX_METADATA_REQUESTS_PER_PEER,
  METADATA_PACE_MS,
  METADATA_REQUEST_TIMEOUT_MS,
  METADATA_RETRY_MS,
} from "../limits.ts";
import { MetadataAssembler } from "./metadata-assembler.ts";
import { METADATA_PIECE_LENGTH, metadataReply } from "./metadata.ts";
import type { MetadataMessage } from "./metadata.ts";

const hasher: SyncHasher = {
  digestSync: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
};

/** `pieces` pieces, the last one of 100 bytes. */
function makeInfo(pieces: number, seed = 1): Uint8Array {
  const info = new Uint8Array((pieces - 1) * METADATA_PIECE_LENGTH + 100);
  for (let i = 0; i < info.length; i++) info[i] = i * 7 + (i >> 8) * seed + seed;
  return info;
}

/** Compared without the test runner's diff, which takes its time over hundreds of kilobytes. */
function expectMetadata(swarm: Swarm, info: Uint8Array): void {
  expect(swarm.result?.length).toBe(info.length);
  expect(Buffer.compare(swarm.result ?? new Uint8Array(0), info)).toBe(0);
}

type Behaviour = (piece: number) => MetadataMessage | undefined;

/** A swarm of scripted peers; time advances only when no peer has anything to send. */
class Swarm {
  readonly assembler: MetadataAssembler<string>;
  readonly liars = new Set<string>();
  readonly asked = new Map<string, number>();
  now = 0;
  result: Uint8Array | undefined;
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #delays = new Map<string, number>();
  readonly #inFlight: { at: number; peer: string; piece: number }[] = [];

  constructor(info: Uint8Array) {
    this.assembler = new MetadataAssembler({
      infoHash: InfoHash.fromBytes(new Uint8Array(hasher.digestSync("sha1", info))),
      hasher,
    });
  }

  add(name: string, size: number, behaviour: Behaviour, delayMs = 10): this {
    this.#behaviours.set(name, behaviour);
    this.#delays.set(name, delayMs);
    this.assembler.addPeer(name, size);
    return this;
  }

  honest(name: string, info: Uint8Array, delayMs?: number): this {
    return this.add(name, info.length, (piece) => metadataReply(info, { piece }), delayMs);
  }

  /** Claims the right size and sends one byte wrong in the pieces it is told to. */
  corrupt(name: string, info: Uint8Array, delayMs?: number): this {
    return this.add(
      name,
      info.length,
      (piece) => {
        const reply = metadataReply(info, { piece });
        return reply.type === "data" ? { ...reply, data: reply.data.map((byte) => byte ^ 1) } : reply;
      },
      delayMs,
    );
  }

  run(untilMs: number): this {
    const inFlight = this.#inFlight;
    while (this.result === undefined && this.now <= untilMs) {
      for (const { peer, piece } of this.assembler.requests(this.now)) {
        this.asked.set(peer, (this.asked.get(peer) ?? 0) + 1);
        inFlight.push({ at: this.now + (this.#delays.get(peer) ?? 0), peer, piece });
      }
      inFlight.sort((a, b) => a.at - b.at);
      const wake = this.assembler.nextAt(this.now) ?? Number.POSITIVE_INFINITY;
      const next = inFlight[0];
      if (next === undefined || wake < next.at) {
        if (!Number.isFinite(wake)) break;
        this.now = Math.max(this.now + 1, wake);
        continue;
      }
      inFlight.shift();
      this.now = Math.max(this.now, next.at);
      this.#deliver(next.peer, next.piece);
    }
    return this;
  }

  #deliver(peer: string, piece: number): void {
    const message = this.#behaviours.get(peer)?.(piece);
    if (message === undefined) return;
    try {
      const outcome = this.assembler.onMessage(peer, message, this.now);
      if (outcome.type === "complete") this.result = outcome.metadata;
      if (outcome.type === "complete" || outcome.type === "failed")
        for (const liar of outcome.liars) this.liars.add(liar);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      this.liars.add(peer);
      this.assembler.removePeer(peer);
    }
  }
}

describe("MetadataAssembler", () => {
  it("requests from several peers at once and shares the work", () => {
    const info = makeInfo(20);
    const swarm = new Swarm(info).honest("a", info).honest("b", info).honest("c", info).run(1000);
    expectMetadata(swarm, info);
    for (const name of ["a", "b", "c"]) expect(swarm.asked.get(name)).toBeGreaterThanOrEqual(4);
    expect(swarm.assembler.isDone).toBe(true);
    expect(swarm.assembler.requests(swarm.now)).toEqual([]);
  });

  it("requests the next piece from one peer when it has replied", () => {
    const info = makeInfo(20);
    const assembler = new Swarm(info).honest("a", info).assembler;
    for (let piece = 0; piece < 19; piece++) {
      expect(assembler.requests(piece)).toEqual([{ peer: "a", piece }]);
      expect(assembler.requests(piece)).toHaveLength(0);
      expect(assembler.onMessage("a", metadataReply(info, { piece }), piece).type).toBe("progress");
    }
  });

  it("requests a few pieces more from a slow peer, one after the other", () => {
    const info = makeInfo(20);
    const assembler = new Swarm(info).honest("a", info).assembler;
    for (let piece = 0; piece < MAX_METADATA_REQUESTS_PER_PEER; piece++) {
      expect(assembler.requests(piece * METADATA_PACE_MS)).toEqual([{ peer: "a", piece }]);
      expect(assembler.requests((piece + 1) * METADATA_PACE_MS - 1)).toEqual([]);
    }
    const later = (MAX_METADATA_REQUESTS_PER_PEER + 1) * METADATA_PACE_MS;
    expect(assembler.requests(later)).toEqual([]);
    // Answered all at once: the next requests do not go out together either.
    for (let piece = 0; piece < MAX_METADATA_REQUESTS_PER_PEER; piece++) {
      assembler.onMessage("a", metadataReply(info, { piece }), later);
      expect(assembler.requests(later)).toHaveLength(piece === 0 ? 1 : 0);
    }
  });

  it("returns the peers that do not reply to a request, each once, and requests the piece from other peers", () => {
    const info = makeInfo(1);
    const assembler = new Swarm(info).honest("a", info).assembler;
    expect(assembler.requests(0)).toEqual([{ peer: "a", piece: 0 }]);
    expect(assembler.expire(METADATA_REQUEST_TIMEOUT_MS - 1)).toEqual([]);
    assembler.addPeer("b", info.length);
    expect(assembler.expire(METADATA_REQUEST_TIMEOUT_MS)).toEqual(["a"]);
    expect(assembler.expire(METADATA_REQUEST_TIMEOUT_MS)).toEqual([]);
    expect(assembler.requests(METADATA_REQUEST_TIMEOUT_MS)).toEqual([{ peer: "b", piece: 0 }]);
  });

  it("uses SHA-256 for a v2 info-hash", () => {
    const info = makeInfo(1);
    const assembler = new MetadataAssembler<string>({
      infoHash: InfoHash.fromBytes(new Uint8Array(hasher.digestSync("sha256", info))),
      hasher,
    });
    assembler.addPeer("a", info.length);
    assembler.requests(0);
    expect(assembler.onMessage("a", metadataReply(info, { piece: 0 }), 1).type).toBe("complete");
  });

  it("is not blocked by a liar of the right size among honest peers, and returns the liar", () => {
    const info = makeInfo(12);
    const swarm = new Swarm(info).corrupt("liar", info).honest("a", info).honest("b", info).run(60_000);
    expectMetadata(swarm, info);
    expect([...swarm.liars]).toEqual(["liar"]);
  });

  it("never blames an honest peer, with any liars at any speed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.record({ honest: fc.boolean(), delay: fc.integer({ min: 1, max: 400 }) }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 400 }),
        (pieces, others, delay) => {
          const info = makeInfo(pieces);
          const swarm = new Swarm(info);
          others.forEach((peer, i) =>
            peer.honest ? swarm.honest(`honest ${i}`, info, peer.delay) : swarm.corrupt(`liar ${i}`, info, peer.delay),
          );
          swarm.honest("the last", info, delay).run(600_000);
          expectMetadata(swarm, info);
          for (const liar of swarm.liars) expect(liar).toMatch(/^liar/);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("blames a peer at once that alone has sent wrong metadata", () => {
    const info = makeInfo(3);
    const swarm = new Swarm(info).corrupt("liar", info).run(1000);
    expect([...swarm.liars]).toEqual(["liar"]);
    expect(swarm.assembler.addPeer("liar", info.length)).toBe(false);
  });

  it("is not blocked by peers that claim other sizes, even when these are many and first", () => {
    const info = makeInfo(4);
    const swarm = new Swarm(info);
    for (let i = 1; i <= 40; i++) swarm.add(`liar ${i}`, METADATA_PIECE_LENGTH + i, () => undefined);
    swarm.honest("honest", info).run(60 * 60_000);
    expectMetadata(swarm, info);
    expect(swarm.now).toBeLessThanOrEqual((METADATA_REQUEST_TIMEOUT_MS * 40) / MAX_METADATA_ATTEMPTS + 1000);
  });

  it("is not blocked by liars that trickle a huge size", () => {
    const info = makeInfo(4);
    const swarm = new Swarm(info);
    const data = new Uint8Array(METADATA_PIECE_LENGTH);
    // They come first and take every place; the honest peer comes when they are at work.
    for (let i = 0; i < 8; i++) {
      const totalSize = MAX_METADATA_LENGTH - i;
      swarm.add(`liar ${i}`, totalSize, (piece) => ({ type: "data", piece, totalSize, data }), 9_000);
    }
    swarm
      .run(5_000)
      .honest("honest", info)
      .run(60 * 60_000);
    expectMetadata(swarm, info);
    expect(swarm.now).toBeGreaterThan(METADATA_ATTEMPT_BASE_MS);
    expect(swarm.now).toBeLessThan(METADATA_ATTEMPT_BASE_MS + 20 * METADATA_ATTEMPT_MS_PER_PIECE);
  });

  it("does not end a large attempt while pieces arrive", () => {
    const info = makeInfo(300);
    const swarm = new Swarm(info).honest("slow", info, 400);
    for (let i = 0; i < 8; i++) swarm.add(`liar ${i}`, info.length + 1 + i, () => undefined);
    expectMetadata(swarm.run(10 * 60_000), info);
    expect(swarm.now).toBeGreaterThan(METADATA_ATTEMPT_BASE_MS);
    expect(swarm.asked.get("slow")).toBe(300);
  });

  it("works on a bounded number of sizes at a time", () => {
    const assembler = new Swarm(makeInfo(1)).assembler;
    for (let i = 0; i < 20; i++) assembler.addPeer(`p${i}`, 1000 + i);
    expect(new Set(assembler.requests(0).map(({ peer }) => peer)).size).toBe(MAX_METADATA_ATTEMPTS);
  });

  it("rejects sizes beyond the limit, and invalid ones", () => {
    const { assembler } = new Swarm(makeInfo(1));
    expect(assembler.addPeer("a", MAX_METADATA_LENGTH)).toBe(true);
    for (const size of [MAX_METADATA_LENGTH + 1, 0, -1, 1.5, Number.NaN])
      expect(assembler.addPeer("b", size)).toBe(false);
  });

  it("requests nothing more from a peer that claimed two sizes", () => {
    const { assembler } = new Swarm(makeInfo(1));
    expect(assembler.addPeer("a", 100)).toBe(true);
    expect(assembler.addPeer("a", 100)).toBe(true);
    expect(assembler.addPeer("a", 101)).toBe(false);
    expect(assembler.requests(0)).toEqual([]);
  });

  it("requests again from a peer that rejects only after a pause", () => {
    const info = makeInfo(1);
    let hasIt = false;
    const swarm = new Swarm(info).add("late", info.length, (piece) =>
      metadataReply(hasIt ? info : undefined, { piece }),
    );
    swarm.run(METADATA_RETRY_MS - 1);
    expect([swarm.result, swarm.asked.get("late")]).toEqual([undefined, 1]);
    hasIt = true;
    expectMetadata(swarm.run(METADATA_RETRY_MS + 1000), info);
  });

  it("requests from other peers when one does not reply in time", () => {
    const info = makeInfo(6);
    const swarm = new Swarm(info)
      .add("silent", info.length, () => undefined)
      .honest("honest", info, 2000)
      .run(120_000);
    expectMetadata(swarm, info);
    expect(swarm.now).toBeLessThan(METADATA_REQUEST_TIMEOUT_MS);
  });

  it("continues with the pieces of a peer that has left", () => {
    const info = makeInfo(2);
    const { assembler } = new Swarm(info);
    assembler.addPeer("a", info.length);
    assembler.requests(0);
    assembler.onMessage("a", metadataReply(info, { piece: 0 }), 1);
    assembler.addPeer("b", info.length);
    assembler.removePeer("a");
    expect(assembler.requests(2)).toEqual([{ peer: "b", piece: 1 }]);
    expect(assembler.onMessage("b", metadataReply(info, { piece: 1 }), 3).type).toBe("complete");
  });

  it("rejects data that contradicts the claimed size", () => {
    const info = makeInfo(2);
    const { assembler } = new Swarm(info);
    const start = (name: string): void => {
      assembler.addPeer(name, info.length);
      assembler.requests(0);
    };
    start("a");
    expect(() =>
      assembler.onMessage("a", { type: "data", piece: 0, totalSize: info.length, data: new Uint8Array(5) }, 1),
    ).toThrow(expect.objectContaining({ code: "wire.metadata-size" }));
    start("b");
    expect(() => assembler.onMessage("b", { type: "data", piece: 1, totalSize: 7, data: info.slice(-100) }, 1)).toThrow(
      PeerError,
    );
  });

  it("ignores unrequested pieces", () => {
    const info = makeInfo(2);
    const { assembler } = new Swarm(info);
    assembler.addPeer("a", info.length);
    const data = metadataReply(info, { piece: 0 });
    expect(assembler.onMessage("a", data, 0).type).toBe("ignored");
    expect(assembler.onMessage("stranger", data, 0).type).toBe("ignored");
    assembler.requests(0);
    expect(assembler.onMessage("a", { type: "request", piece: 0 }, 0).type).toBe("ignored");
    expect(assembler.onMessage("a", data, 0).type).toBe("progress");
    expect(assembler.onMessage("a", data, 0).type).toBe("ignored");
  });
});
