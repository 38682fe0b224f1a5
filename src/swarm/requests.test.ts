import { describe, expect, it } from "vitest";
import { ipPeer, PeerId, type PeerAddress } from "../base/index.ts";
import { BanList } from "./bans.ts";
import { BlockRequests } from "./peer/block-requests.ts";
import {
  DEFAULT_PIPELINE_LIMIT,
  MAX_OFFENCES,
  MAX_PIPELINE,
  MAX_UPLOAD_RUN_BYTES,
  MAX_UNMATCHED_CANCELS,
  MIN_PIPELINE,
  MIN_UPLOAD_RUN_BYTES,
  UPLOAD_RUN_BYTES,
} from "./limits.ts";
import { OpenPiece } from "./download/open-piece.ts";
import { UploadQueue } from "./upload/upload-queue.ts";

const BLOCK = 16_384;

describe("BlockRequests", () => {
  it("starts small, refills in batches, and doubles with each round trip", () => {
    const requests = new BlockRequests();
    const piece = new OpenPiece(0, 1_000 * BLOCK);
    expect(requests.room()).toBe(MIN_PIPELINE);
    for (let block = 0; block < MIN_PIPELINE; block++) requests.add(piece, block, 0);
    expect(requests.room()).toBe(0);
    for (let block = 0; block < MIN_PIPELINE; block++) {
      requests.delete(0, block);
      requests.onBlock();
    }
    expect(requests.room()).toBe(2 * MIN_PIPELINE);
  });

  it("never exceeds the peer's reqq, nor the bound for a higher one", () => {
    const requests = new BlockRequests();
    for (let at = 0; at < 5_000; at++) requests.onBlock();
    expect(requests.depth).toBe(DEFAULT_PIPELINE_LIMIT);
    for (const [said, held] of [
      [3, 3],
      [0, 1],
      [100_000, MAX_PIPELINE],
    ] as const) {
      requests.setLimit(said);
      for (let at = 0; at < 5_000; at++) requests.onBlock();
      expect(requests.depth).toBe(held);
    }
  });

  it("requests no more than its share of the memory, also in batches", () => {
    const requests = new BlockRequests();
    const piece = new OpenPiece(0, 1_000 * BLOCK);
    for (let at = 0; at < 200; at++) requests.onBlock();
    expect(requests.room(40)).toBe(40);
    for (let block = 0; block < 40; block++) requests.add(piece, block, 0);
    for (let block = 0; block < 19; block++) requests.delete(0, block);
    expect(requests.room(40)).toBe(0);
    requests.delete(0, 19);
    expect(requests.room(40)).toBe(20);
  });

  it("follows the rate once it is known, and requests one block after a time-out", () => {
    const requests = new BlockRequests();
    for (let at = 0; at < 200; at++) requests.onBlock();
    requests.tick(10 * BLOCK);
    expect(requests.depth).toBe(13);
    requests.tick(0);
    expect(requests.depth).toBe(4);
    requests.collapse();
    expect(requests.room()).toBe(1);
  });
});

describe("UploadQueue", () => {
  const ask = (piece: number, block: number): { piece: number; begin: number; length: number } => ({
    piece,
    begin: block * BLOCK,
    length: BLOCK,
  });

  it("returns runs of consecutive blocks of one piece, in the order of requests", () => {
    const queue = new UploadQueue();
    for (const [piece, block] of [
      [1, 0],
      [1, 1],
      [1, 3],
      [2, 4],
      [2, 5],
    ] as const)
      queue.push(ask(piece, block));
    expect(queue.takeRun()).toEqual([ask(1, 0), ask(1, 1)]);
    expect(queue.takeRun()).toEqual([ask(1, 3)]);
    expect(queue.takeRun()).toEqual([ask(2, 4), ask(2, 5)]);
    expect([queue.takeRun(), queue.size]).toEqual([[], 0]);
  });

  it("cuts runs at their size, and loses none of 5,000", () => {
    const queue = new UploadQueue();
    for (let block = 0; block < 5_000; block++) queue.push(ask(0, block));
    const seen: number[] = [];
    while (queue.size > 0) {
      const run = queue.takeRun();
      expect(run.length * BLOCK).toBeLessThanOrEqual(UPLOAD_RUN_BYTES);
      seen.push(...run.map(({ begin }) => begin / BLOCK));
    }
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, block) => block));
  });

  it("makes runs longer for a fast peer and shorter for a slow one, within limits", () => {
    const queue = new UploadQueue();
    expect(queue.runBytes).toBe(UPLOAD_RUN_BYTES);
    queue.onRunSent(0, 100);
    expect(queue.runBytes).toBe(UPLOAD_RUN_BYTES);
    for (let run = 0; run < 9; run++) queue.onRunSent(0, 1);
    expect(queue.runBytes).toBe(MAX_UPLOAD_RUN_BYTES);
    for (let block = 0; block < 100; block++) queue.push(ask(0, block));
    expect(queue.takeRun()).toHaveLength(MAX_UPLOAD_RUN_BYTES / BLOCK);
    for (let run = 0; run < 9; run++) queue.onRunSent(0, 1_000);
    expect(queue.runBytes).toBe(MIN_UPLOAD_RUN_BYTES);
    expect(queue.takeRun()).toHaveLength(MIN_UPLOAD_RUN_BYTES / BLOCK);
  });

  it("limits a run to the burst of the rate limiter, but never to nothing", () => {
    const queue = new UploadQueue();
    for (let block = 0; block < 6; block++) queue.push(ask(0, block));
    expect(queue.takeRun(2.5 * BLOCK)).toEqual([ask(0, 0), ask(0, 1)]);
    expect(queue.takeRun(1)).toEqual([ask(0, 2)]);
    queue.clear();
    queue.push({ piece: 0, begin: 0, length: 131_072 });
    for (let run = 0; run < 9; run++) queue.onRunSent(0, 1_000);
    expect(queue.takeRun()).toHaveLength(1);
  });

  it("accepts a cancel for each request that was served before, but no flood of them", () => {
    const queue = new UploadQueue();
    for (let round = 0; round < 3 * MAX_UNMATCHED_CANCELS; round++) {
      queue.push(ask(1, 1));
      queue.takeRun();
      expect(queue.cancel(1, BLOCK, BLOCK)).toBe(false);
    }
    queue.push(ask(1, 1));
    const storm = (): void => {
      for (let at = 0; at <= MAX_UNMATCHED_CANCELS; at++) queue.cancel(7, 0, BLOCK);
    };
    expect(storm).toThrow(expect.objectContaining({ code: "peer.cancel" }));
    expect(queue.cancel(1, BLOCK, BLOCK)).toBe(true);
  });

  it("cancels a request once, and keeps selected requests when cleared", () => {
    const queue = new UploadQueue();
    for (const piece of [1, 2, 3, 2]) queue.push(ask(piece, 0));
    expect([queue.cancel(2, 0, BLOCK), queue.cancel(9, 0, BLOCK), queue.size]).toEqual([true, false, 3]);
    expect(queue.clear(({ piece }) => piece === 3)).toEqual([ask(1, 0), ask(2, 0)]);
    expect(queue.takeRun()).toEqual([ask(3, 0)]);
  });
});

describe("BanList", () => {
  const id = (name: string): PeerId => PeerId.fromBytes(Buffer.from(name.padEnd(20)));
  const at = (ip: string, port = 1): PeerAddress => ipPeer({ ip, port });

  it("bans a public address as a whole", () => {
    const bans = new BanList();
    bans.ban({ address: at("8.8.8.8"), peerId: id("a") });
    expect([bans.isBanned(at("8.8.8.8", 99), id("b")), bans.isBanned(at("8.8.4.4"), id("a"))]).toEqual([true, false]);
  });

  it.each(["127.0.0.1", "192.168.1.7", "10.1.2.3"])(
    "bans only the port and the peer id at the private address %s",
    (ip) => {
      const bans = new BanList();
      bans.ban({ address: at(ip), peerId: id("a") });
      expect([
        bans.isBanned(at(ip), id("b")),
        bans.isBanned(at(ip, 2), id("a")),
        bans.isBanned(at(ip, 2), id("b")),
      ]).toEqual([true, true, false]);
    },
  );

  it("bans for offences only when they are too many", () => {
    const bans = new BanList();
    const said = Array.from({ length: MAX_OFFENCES }, () => bans.offend(at("8.8.8.8")));
    expect(said).toEqual([...Array.from({ length: MAX_OFFENCES - 1 }, () => false), true]);
    expect(bans.isBanned(at("8.8.8.8"))).toBe(true);
  });

  it("forgets the oldest of more than 10,000", () => {
    const bans = new BanList();
    for (let n = 0; n <= 10_000; n++)
      bans.ban({ address: at(`8.${n >> 16}.${(n >> 8) & 255}.${n & 255}`), peerId: id("a") });
    expect([bans.size, bans.isBanned(at("8.0.0.0")), bans.isBanned(at("8.0.39.16"))]).toEqual([10_000, false, true]);
  });
});
