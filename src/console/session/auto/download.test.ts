import { describe, expect, it } from "vitest";
import { asked, BLOCK, BLOCKS, ConsoleStage, PIECE, PIECES, serve } from "../../../../test/support/console-stage.ts";
import {
  encodeBitfield,
  encodeChoke,
  encodeHaveAll,
  encodePiece,
  encodeReject,
  encodeUnchoke,
} from "../../../wire/index.ts";

describe("auto: download", () => {
  it("downloads the rest of a piece that the user began, and nothing twice", async () => {
    const s = await ConsoleStage.begin();
    const peer = await s.seed("10.0.0.2");
    peer.haveNone();
    peer.interested();
    await s.wait(peer.next("unchoke"));
    peer.request(3, 0);
    peer.request(3, BLOCK);
    await s.wait(peer.next("piece"));
    await s.wait(peer.next("piece"));
    expect(s.session.content.pieces?.received(3)).toBe(2 * BLOCK);
    peer.auto();
    expect(await s.completes()).toBe(true);
    expect(asked(peer).length).toBe(BLOCKS);
    expect(new Set(asked(peer)).size).toBe(asked(peer).length);
    expect(
      peer.timeline
        .filter((entry) => entry.way === "out")
        .map(({ type }) => type)
        .filter((type) => type.endsWith("interested")),
    ).toEqual(["interested", "not-interested"]);
    expect(peer.messages.filter(({ type }) => type === "piece").length).toBe(asked(peer).length);
    // And nothing that no duty needs: no haves, no unchoke.
    expect(new Set(peer.timeline.filter(({ way }) => way === "out").map(({ type }) => type))).toEqual(
      new Set(["handshake", "have-none", "interested", "request", "extended-handshake", "not-interested"]),
    );
  });

  it("takes over pending requests of the user", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    far.send(encodeBitfield(new Uint8Array([0xff, 0xff])), encodeUnchoke());
    await s.run(100);
    near.interested();
    near.request(0, 0);
    near.request(15, BLOCK, 1_000);
    near.request(5, 100, 200);
    near.auto({ download: true });
    await s.run(1_000);
    expect(new Set(asked(near)).size).toBe(asked(near).length);
    serve(far);
    far.deliver(0, 0, BLOCK);
    far.deliver(15, BLOCK, 1_000);
    for (const { piece, begin: from, length } of near.asked)
      if (!(piece === 0 && from === 0) && !(piece === 15 && from === BLOCK)) far.deliver(piece, from, length);
    expect(await s.completes()).toBe(true);
    // The two that the engine took over, the one that it could not use, and its own.
    expect(asked(near).length).toBe(BLOCKS + 1);
  });

  it("is one download for all peers: they share the work", async () => {
    const s = await ConsoleStage.begin();
    const peers = [await s.seed("10.0.0.2", { up: 200_000 }), await s.seed("10.0.0.3", { up: 200_000 })];
    for (const peer of peers) peer.auto({ download: true });
    expect(await s.completes()).toBe(true);
    const [a = [], b = []] = peers.map((peer) => asked(peer));
    expect(Math.min(a.length, b.length)).toBeGreaterThan(15);
    // Only what end game asks twice is asked twice.
    expect(new Set([...a, ...b]).size).toBe(BLOCKS);
    expect(s.session.transferred.downloaded).toBeLessThan(1.25 * s.data.length);
  });

  it("downloads in order with sequential", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    far.send(encodeBitfield(new Uint8Array([0xff, 0xff])), encodeUnchoke());
    serve(far);
    near.auto({ download: { sequential: true } });
    expect(await s.completes()).toBe(true);
    expect(asked(near).map((block) => Number(block.split(":")[0]))).toEqual(
      asked(near).map((_, at) => Math.floor(at / 4)),
    );
  });

  it("counts requests of the user during the download as its own", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    far.send(encodeBitfield(new Uint8Array([0xff, 0xff])), encodeUnchoke());
    near.auto({ download: { sequential: true } });
    await s.until(() => near.asked.length > 0);
    near.request(12, BLOCK);
    near.request(12, BLOCK);
    serve(far);
    for (const { piece, begin: from, length } of near.asked) far.deliver(piece, from, length);
    expect(await s.completes()).toBe(true);
    expect(asked(near).filter((block) => block === `12:${BLOCK}`).length).toBe(2);
    expect(asked(near).length).toBe(BLOCKS + 1);
  });

  it("waits for space on a full disk, reports it once, and can be ended there", async () => {
    const s = await ConsoleStage.begin({ folder: "/data" });
    s.host.disk.capacity = s.host.disk.used + 5 * PIECE;
    const peer = await s.seed("10.0.0.2");
    peer.auto();
    await s.run(60_000);
    const warnings = s.session.log.filter(({ level }) => level === "warning");
    expect(warnings.map(({ text }) => text)).toEqual([expect.stringContaining("pieces cannot be stored: ")]);
    peer.auto(false);
    await s.run(1_000);
    expect(s.host.timers).toBe(0);
    s.host.disk.capacity = Infinity;
    peer.auto();
    expect(await s.completes()).toBe(true);
  });

  it.each([{ download: false }, false])(
    "switched off by %j, cancels its requests; the user continues, and then the engine again",
    async (off) => {
      const s = await ConsoleStage.begin();
      const { far, near } = await s.meet("10.0.0.2", { fast: true });
      far.send(encodeHaveAll(), encodeUnchoke());
      let delivered = 0;
      serve(far, () => delivered++ < 6);
      near.auto();
      await s.until(() => delivered >= 6, 10_000);
      await s.run(1_000);
      const open = near.asked.length;
      expect(open).toBeGreaterThan(5);
      expect(near.auto(off)).toMatchObject({ download: false, keepAlive: off !== false });
      await s.run(1_000);
      expect(far.of("cancel").length).toBe(open);
      for (const { message } of far.of("cancel")) far.send(encodeReject(message.piece, message.begin, message.length));
      await s.run(1_000);
      expect(near.asked).toEqual([]);
      const { pieces } = s.session.content;
      const kept = s.received;
      expect(kept).toBe(6 * BLOCK);
      // By hand: the next block of a piece that is half here.
      const half =
        Array.from({ length: PIECES }, (_, piece) => piece).find(
          (piece) => (pieces?.received(piece) ?? 0) % PIECE !== 0,
        ) ?? 0;
      const at = pieces?.received(half) ?? 0;
      near.request(half, at);
      far.deliver(half, at, BLOCK);
      await s.run(1_000);
      expect(pieces?.received(half)).toBe(at + BLOCK);
      const before = asked(near).length;
      serve(far);
      near.auto({ download: true });
      expect(await s.completes()).toBe(true);
      expect(asked(near).length - before).toBe(BLOCKS - 7);
    },
  );

  it.each([true, false])("waits while it is choked, and requests the dropped blocks again (fast: %s)", async (fast) => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2", { fast });
    far.send(fast ? encodeHaveAll() : encodeBitfield(new Uint8Array([0xff, 0xff])), encodeUnchoke());
    let delivered = 0;
    far.onMessage = (message) => {
      if (message.type !== "request") return;
      if (++delivered === 10) far.send(encodeChoke());
      if (delivered < 10 || delivered > 1_000) far.deliver(message.piece, message.begin, message.length);
      else if (fast) far.send(encodeReject(message.piece, message.begin, message.length));
    };
    near.auto();
    await s.run(5_000);
    expect(near.peerChoking).toBe(true);
    expect(near.asked).toEqual([]);
    const before = asked(near).length;
    await s.run(20_000);
    expect(asked(near).length).toBe(before);
    delivered = 1_000;
    far.send(encodeUnchoke());
    expect(await s.completes()).toBe(true);
  });

  it("drops a peer that sends wrong blocks, and gets the pieces from another", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    far.send(encodeBitfield(new Uint8Array([0xff, 0xff])), encodeUnchoke());
    far.onMessage = (message) => {
      if (message.type === "request")
        far.send(encodePiece(message.piece, message.begin, new Uint8Array(message.length).fill(7)));
    };
    near.auto();
    await s.until(() => near.isClosed, 60_000);
    expect(s.session.log.filter(({ level }) => level === "warning").map(({ text }) => text)).toEqual([
      `the engine closes the connection with peer 1 (${near.address}): it sent bad data`,
    ]);
    await s.run(1_000);
    expect(far.isClosed).toBe(true);
    const honest = await s.seed("10.0.0.3");
    honest.auto();
    expect(await s.completes()).toBe(true);
  });

  it("downloads again the blocks that the user had written wrong", async () => {
    const s = await ConsoleStage.begin();
    await s.wait(s.session.content.pieces?.write(2, 0, new Uint8Array(BLOCK).fill(1)));
    const peer = await s.seed("10.0.0.2");
    peer.auto();
    expect(await s.completes()).toBe(true);
    expect(asked(peer).filter((block) => block === "2:0").length).toBe(1);
    expect(asked(peer).filter((block) => block === `2:${BLOCK}`).length).toBe(2);
    expect(peer.isClosed).toBe(false);
  });

  it("keeps its blocks when the last peer closes the connection, and continues with the next", async () => {
    const s = await ConsoleStage.begin();
    const first = await s.seed("10.0.0.2", { up: 100_000 });
    const [seeder] = s.stage.actors;
    first.auto();
    await s.until(() => first.conversation.sides.in.blockBytes > 300_000, 60_000);
    await s.wait(seeder?.client.close());
    await s.until(() => first.isClosed);
    await s.run(2_000);
    const kept = s.received;
    expect(kept).toBeGreaterThan(280_000);
    const second = await s.seed("10.0.0.3");
    second.auto();
    expect(await s.completes()).toBe(true);
    expect(second.conversation.sides.in.blockBytes).toBe(s.data.length - kept);
  });

  it("rejects writes of the user to its open pieces, and counts pieces that the user completes", async () => {
    const s = await ConsoleStage.begin();
    const { pieces } = s.session.content;
    const { far, near } = await s.meet("10.0.0.2");
    far.send(encodeBitfield(new Uint8Array([0x80, 0x00])), encodeUnchoke());
    near.auto();
    await s.run(1_000);
    expect(near.asked.length).toBe(4);
    await expect(s.wait(pieces?.write(0, 0, new Uint8Array(5)))).rejects.toMatchObject({ code: "console.busy" });
    for (let piece = 1; piece < PIECES; piece++) {
      await s.wait(pieces?.write(piece, 0, s.data.slice(piece * PIECE, (piece + 1) * PIECE)));
      expect(await s.wait(pieces?.verify(piece))).toBe(true);
    }
    serve(far);
    for (const { piece, begin: from, length } of near.asked) far.deliver(piece, from, length);
    expect(await s.completes()).toBe(true);
    expect(near.amInterested).toBe(false);
  });

  it("downloads the metadata of a magnet link first", async () => {
    const s = await ConsoleStage.begin({ magnet: true });
    const peer = await s.seed("10.0.0.2");
    peer.auto();
    expect(await s.completes()).toBe(true);
    expect(s.session.content.metainfo?.name).toBe("a.bin");
  });

  it("reports a peer that cannot send the metadata", async () => {
    const s = await ConsoleStage.begin({ magnet: true });
    const { near } = await s.meet("10.0.0.2");
    near.auto();
    expect(s.logged("peer 1 cannot send the metadata")).toBe(true);
  });
});
