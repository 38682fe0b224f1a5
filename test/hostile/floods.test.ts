import { describe, expect, it } from "vitest";
import {
  encodeExtended,
  encodeExtendedHandshake,
  encodeInterested,
  encodeHaveNone,
  encodeRequest,
  utMetadata,
} from "../../src/wire/index.ts";
import type { BadPeer } from "../support/bad-peer.ts";
import { eventually } from "../support/process.ts";
import { ClientUnderTest } from "../support/client-under-test.ts";

const MIB = 1024 * 1024;

/**
 * Writes `message` as often as the other side takes it, and does not read. Returns how many were taken when the other
 * side stopped, or `most`.
 */
async function pour(peer: BadPeer, message: Uint8Array, most: number): Promise<number> {
  const batch = Buffer.concat(Array.from({ length: 1000 }, () => message));
  let taken = 0;
  peer.socket.pause();
  for (let last = -1; taken < most && taken !== last;) {
    last = taken;
    const drained = new Promise<boolean>((resolve) => {
      peer.socket.write(batch, () => resolve(true));
      setTimeout(() => resolve(false), 3_000).unref();
    });
    if (await drained) taken += 1000;
  }
  return taken;
}

describe("holds back a peer that never reads, and buffers nothing for it, when it sends", () => {
  it.each<readonly [string, boolean, () => Uint8Array, boolean]>([
    ["requests", false, () => encodeRequest(0, 0, 16_384), true],
    ["requests, with rejects", true, () => encodeRequest(0, 0, 16_384), true],
    ["requests while it is choked, with rejects", true, () => encodeRequest(9, 0, 16_384), false],
    ["requests for metadata", true, () => encodeExtended(1, utMetadata.encode({ type: "request", piece: 0 })), false],
  ])("%s", async (_what, fast, message, isInterested) => {
    const tested = await ClientUnderTest.open({ seeding: true });
    const torrent = await tested.addTorrent();
    const peer = await tested.dial({ fast, extended: true });
    if (fast) peer.send(encodeHaveNone());
    peer.send(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["ut_metadata", 3]]) })));
    if (isInterested) {
      peer.send(encodeInterested());
      await peer.until(() => peer.heardOf("unchoke").length === 1);
    }
    const before = process.memoryUsage().arrayBuffers;
    const taken = await pour(peer, message(), 3_000_000);
    expect(taken).toBeLessThan(3_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MIB);
    // Other peers are served meanwhile.
    const other = await tested.dial();
    other.send(encodeInterested());
    await other.until(() => other.heardOf("unchoke").length === 1);
    other.send(encodeRequest(1, 0, 16_384));
    await other.until(() => other.heardOf("piece").length === 1);
    await eventually("both are here", () => torrent.peers().length === 2);
  });
});
