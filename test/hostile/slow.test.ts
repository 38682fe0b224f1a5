import { describe, expect, it } from "vitest";
import { encodeChoke, encodePiece, encodeUnchoke } from "../../src/wire/index.ts";
import { eventually } from "../support/process.ts";
import { Theatre } from "../support/theatre.ts";

describe("a seed that takes requests and", () => {
  it("never answers does not hold up the end: others are asked for its blocks", async () => {
    const theatre = await Theatre.open();
    const miser = await theatre.seed({ onRequest: () => undefined });
    const torrent = await theatre.play([miser]);
    await eventually("the miser is asked", () => miser.requests.length > 0);
    await torrent.addPeers([(await theatre.seed()).address]);
    expect(await theatre.completes(torrent)).toBe(true);
    expect(theatre.banned()).toEqual([]);
  });

  it("sends half of a block and no more does not hold up the end", async () => {
    const theatre = await Theatre.open();
    const stuck = await theatre.seed({
      onRequest: (peer, request, seed) => {
        if (seed.requests.length === 1)
          peer.send(encodePiece(request.piece, request.begin, seed.block(request)).subarray(0, 9_000));
      },
    });
    const torrent = await theatre.play([stuck]);
    await eventually("half a block is there", () => stuck.requests.length > 0);
    await torrent.addPeers([(await theatre.seed()).address]);
    expect(await theatre.completes(torrent)).toBe(true);
  });

  it("leaves in the middle of each block is outlived", async () => {
    const theatre = await Theatre.open();
    const quitter = await theatre.seed({
      onRequest: (peer, request, seed) => {
        peer.send(encodePiece(request.piece, request.begin, seed.block(request)).subarray(0, 5_000));
        peer.socket.end();
      },
    });
    const torrent = await theatre.play([quitter]);
    await eventually("it has left", () => quitter.isDropped);
    await torrent.addPeers([(await theatre.seed()).address]);
    expect(await theatre.completes(torrent)).toBe(true);
    expect(theatre.banned()).toEqual([]);
  });

  it("chokes after every block is still a source", async () => {
    const theatre = await Theatre.open({ length: 300_000 });
    const moody = await theatre.seed({
      onRequest: (peer, request, seed) => {
        // Everything outstanding is void with a choke (BEP 3): only the first of each batch is answered.
        if (peer.socket.bytesWritten % 2 === 0) peer.send(encodeUnchoke());
        seed.serve(peer, request);
        peer.send(encodeChoke(), encodeUnchoke());
      },
    });
    expect(await theatre.completes(await theatre.play([moody]))).toBe(true);
  });

  it("answers in the wrong order, and twice, is still a source", async () => {
    const theatre = await Theatre.open();
    const untidy = await theatre.seed({
      onRequest: (peer, _request, seed) => {
        const last = seed.requests.length;
        if (last % 4 !== 0 && last < 60) return;
        for (const request of seed.requests.slice(-4).reverse()) {
          seed.serve(peer, request);
          seed.serve(peer, request);
        }
      },
    });
    expect(await theatre.completes(await theatre.play([untidy]))).toBe(true);
  });
});

describe("liars among the seeds that we dial", () => {
  const flip = (block: Uint8Array): Uint8Array => block.map((byte) => byte ^ 0x55);

  it.each([
    { what: "one that spoils everything", spoils: [() => true] },
    { what: "one that spoils one block in ten", spoils: [(count: number) => count % 10 === 3] },
    {
      what: "two that spoil one block in four",
      spoils: [(count: number) => count % 4 === 1, (count: number) => count % 4 === 2],
    },
  ])("$what: found out, and never dialed again; the honest ones are not", async ({ spoils }) => {
    const theatre = await Theatre.open({ length: 3_000_000 });
    const liars = await Promise.all(
      spoils.map((isSpoiled) => {
        let count = 0;
        return theatre.seed({
          onRequest: (peer, request, seed) => seed.serve(peer, request, isSpoiled(count++) ? flip : undefined),
        });
      }),
    );
    const honest = [await theatre.seed(), await theatre.seed()];
    const torrent = await theatre.play(liars);
    await eventually("the liars were asked", () => liars.every(({ requests }) => requests.length > 4));
    await torrent.addPeers(honest.map(({ address }) => address));
    expect(await theatre.completes(torrent)).toBe(true);
    expect(new Set(theatre.banned())).toEqual(new Set(liars.map(({ port }) => port)));
    const { accepted } = liars[0] ?? { accepted: 0 };
    await torrent.addPeers(liars.map(({ address }) => address));
    await torrent.pause();
    torrent.resume();
    await eventually("it seeds again", () => torrent.state.kind === "seeding");
    expect(liars[0]?.accepted).toBe(accepted);
    expect(theatre.banned()).toHaveLength(liars.length);
  });
});
