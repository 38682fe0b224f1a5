import { describe, expect, it } from "vitest";
import { encodeChoke, encodePiece, encodeUnchoke } from "../../src/wire/index.ts";
import { eventually } from "../support/process.ts";
import { ClientUnderTest } from "../support/client-under-test.ts";

describe("completes beside a seed that receives requests and", () => {
  it("never replies: its blocks are requested from other peers", async () => {
    const tested = await ClientUnderTest.open();
    const miser = await tested.seed({ onRequest: () => undefined });
    const torrent = await tested.addTorrent([miser]);
    await eventually("the miser is asked", () => miser.requests.length > 0);
    await torrent.addPeers([(await tested.seed()).address]);
    expect(await tested.completes(torrent)).toBe(true);
    expect(tested.banned()).toEqual([]);
  });

  it("sends half of a block and no more", async () => {
    const tested = await ClientUnderTest.open();
    const stuck = await tested.seed({
      onRequest: (peer, request, seed) => {
        if (seed.requests.length === 1)
          peer.send(encodePiece(request.piece, request.begin, seed.block(request)).subarray(0, 9_000));
      },
    });
    const torrent = await tested.addTorrent([stuck]);
    await eventually("half a block is there", () => stuck.requests.length > 0);
    await torrent.addPeers([(await tested.seed()).address]);
    expect(await tested.completes(torrent)).toBe(true);
  });

  it("closes the connection in the middle of each block", async () => {
    const tested = await ClientUnderTest.open();
    const quitter = await tested.seed({
      onRequest: (peer, request, seed) => {
        peer.send(encodePiece(request.piece, request.begin, seed.block(request)).subarray(0, 5_000));
        peer.socket.end();
      },
    });
    const torrent = await tested.addTorrent([quitter]);
    await eventually("it has left", () => quitter.isDropped);
    await torrent.addPeers([(await tested.seed()).address]);
    expect(await tested.completes(torrent)).toBe(true);
    expect(tested.banned()).toEqual([]);
  });

  it("chokes after every block, and is still a source", async () => {
    const tested = await ClientUnderTest.open({ length: 300_000 });
    const moody = await tested.seed({
      onRequest: (peer, request, seed) => {
        // A choke drops all pending requests (BEP 3): only the first of each batch gets a block.
        if (peer.socket.bytesWritten % 2 === 0) peer.send(encodeUnchoke());
        seed.serve(peer, request);
        peer.send(encodeChoke(), encodeUnchoke());
      },
    });
    expect(await tested.completes(await tested.addTorrent([moody]))).toBe(true);
  });

  it("replies in the wrong order, and twice, and is still a source", async () => {
    const tested = await ClientUnderTest.open();
    const untidy = await tested.seed({
      onRequest: (peer, _request, seed) => {
        const last = seed.requests.length;
        if (last % 4 !== 0 && last < 60) return;
        for (const request of seed.requests.slice(-4).reverse()) {
          seed.serve(peer, request);
          seed.serve(peer, request);
        }
      },
    });
    expect(await tested.completes(await tested.addTorrent([untidy]))).toBe(true);
  });
});

describe("bans seeds that send wrong blocks:", () => {
  const flip = (block: Uint8Array): Uint8Array => block.map((byte) => byte ^ 0x55);

  it.each([
    { what: "one that spoils everything", spoils: [() => true] },
    { what: "one that spoils one block in ten", spoils: [(count: number) => count % 10 === 3] },
    {
      what: "two that spoil one block in four",
      spoils: [(count: number) => count % 4 === 1, (count: number) => count % 4 === 2],
    },
  ])("$what: found out, and never dialed again; the honest ones are not", async ({ spoils }) => {
    const tested = await ClientUnderTest.open({ length: 3_000_000 });
    const liars = await Promise.all(
      spoils.map((isSpoiled) => {
        let count = 0;
        return tested.seed({
          onRequest: (peer, request, seed) => seed.serve(peer, request, isSpoiled(count++) ? flip : undefined),
        });
      }),
    );
    const honest = [await tested.seed(), await tested.seed()];
    const torrent = await tested.addTorrent(liars);
    await eventually("the liars were asked", () => liars.every(({ requests }) => requests.length > 4));
    await torrent.addPeers(honest.map(({ address }) => address));
    expect(await tested.completes(torrent)).toBe(true);
    expect(new Set(tested.banned())).toEqual(new Set(liars.map(({ port }) => port)));
    const { accepted } = liars[0] ?? { accepted: 0 };
    await torrent.addPeers(liars.map(({ address }) => address));
    await torrent.pause();
    torrent.resume();
    await eventually("it seeds again", () => torrent.state.kind === "seeding");
    expect(liars[0]?.accepted).toBe(accepted);
    expect(tested.banned()).toHaveLength(liars.length);
  });
});
