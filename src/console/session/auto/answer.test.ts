import { describe, expect, it } from "vitest";
import { BLOCK, ConsoleStage, HOME, PIECES } from "../../../../test/support/console-stage.ts";
import { Client } from "../../../client/index.ts";
import { formatMagnet, magnetOf } from "../../../metainfo/index.ts";
import { encodeInterested, encodeRequest } from "../../../wire/index.ts";

describe("auto: answer", () => {
  it("replies to pending and new requests by the engine's rules, and leaves choking to the user", async () => {
    const s = await ConsoleStage.begin({ seeding: true, line: { up: 50_000 } });
    const { far, near } = await s.meet("10.0.0.2", { fast: true });
    near.haveAll();
    near.unchoke();
    far.send(encodeInterested(), encodeRequest(1, 0, BLOCK), encodeRequest(1, BLOCK, BLOCK));
    await s.run(2_000);
    expect(far.of("piece").length).toBe(0);
    near.auto({ answer: true });
    await s.until(() => far.of("piece").length === 2, 10_000);
    far.send(...Array.from({ length: 40 }, (_, at) => encodeRequest(2 + (at >> 2), (at & 3) * BLOCK, BLOCK)));
    await s.until(() => far.of("piece").length > 5, 10_000);
    near.choke();
    await s.run(20_000);
    expect(far.of("choke").length).toBe(1);
    expect(far.of("reject").length).toBeGreaterThan(1);
    expect(far.of("piece").length + far.of("reject").length).toBe(42);
    expect(near.requests).toEqual([]);
    far.send(encodeRequest(0, 0, BLOCK));
    await s.run(1_000);
    expect(far.of("reject").at(-1)?.message).toMatchObject({ piece: 0, begin: 0 });
    expect(far.of("unchoke").length).toBe(1);
    expect(near.findings.filter(({ way }) => way === "out")).toEqual([]);
  });

  it("unchokes no peer, sends nothing unrequested, and ignores a choked peer without the fast extension", async () => {
    const s = await ConsoleStage.begin({ seeding: true });
    const { far, near } = await s.meet("10.0.0.2");
    near.auto({ answer: true });
    far.send(encodeInterested(), encodeRequest(1, 0, BLOCK));
    await s.run(30_000);
    expect(far.heard).toEqual([]);
  });

  it("closes the connection of a peer that requests a piece that does not exist", async () => {
    const s = await ConsoleStage.begin({ seeding: true });
    const { far, near } = await s.meet("10.0.0.2");
    near.bitfield();
    near.unchoke();
    near.auto({ answer: true });
    far.send(encodeRequest(PIECES, 0, BLOCK));
    await s.run(1_000);
    expect([near.isClosed, far.isClosed]).toEqual([true, true]);
    expect(s.logged("the engine closes the connection with peer 1")).toBe(true);
  });

  it("does not reply twice to a request that the user has replied to", async () => {
    const s = await ConsoleStage.begin({ seeding: true, line: { up: 20_000 } });
    const { far, near } = await s.meet("10.0.0.2");
    near.bitfield();
    near.unchoke();
    near.auto({ answer: true });
    far.send(...Array.from({ length: 20 }, (_, at) => encodeRequest(at >> 2, (at & 3) * BLOCK, BLOCK)));
    await s.until(() => near.messages.filter(({ type }) => type === "request").length === 20, 10_000);
    await s.wait(near.piece(4, 3 * BLOCK));
    await s.run(60_000);
    expect(far.of("piece").length).toBe(20);
  });

  it("holds back a peer that requests and does not read, and closes it in the end", async () => {
    const s = await ConsoleStage.begin({ seeding: true });
    const { far, near } = await s.meet("10.0.0.2");
    near.bitfield();
    near.unchoke();
    near.auto();
    far.stopReading();
    for (let at = 0; at < 5_000; at++) far.send(encodeRequest(at % (PIECES - 1), 0, BLOCK));
    await s.run(10_000);
    expect(near.messages.filter(({ type }) => type === "request").length).toBeLessThan(4_500);
    near.auto(false);
    await s.run(10_000);
    expect(near.messages.filter(({ type }) => type === "request").length).toBe(5_000);
  });
});

describe("ConsoleSession.upload", () => {
  it("seeds to a client, metadata included on request", async () => {
    const s = await ConsoleStage.begin({ seeding: true });
    s.session.peers.watch((peer) => {
      // It comes when our handshake has gone.
      void peer.next("extended-handshake").then(() => {
        peer.auto({ metadata: true });
        s.session.upload(peer);
      });
    });
    const away = s.stage.world.host("10.0.0.2");
    const client = new Client({ runtime: away.runtime, downloadDir: "/data", port: 6881 });
    const torrent = await s.wait(client.add(formatMagnet(magnetOf(s.play.metainfo)), { peers: [`${HOME}:6881`] }));
    await s.wait(torrent.done);
    await s.wait(client.close());
    expect(Buffer.compare(away.disk.get("/data/a.bin") ?? new Uint8Array(), s.data)).toBe(0);
    expect(s.session.transferred.uploaded).toBe(s.data.length);
  });

  it("announces its pieces in one message, once, and replies to requests", async () => {
    const s = await ConsoleStage.begin({ seeding: true });
    const { far, near } = await s.meet("10.0.0.2", { fast: true });
    expect(s.session.upload(near)).toEqual({ keepAlive: true, answer: true, download: false, metadata: false });
    s.session.upload(near);
    await s.run(1_000);
    expect(far.heard.map(({ message }) => message.type)).toEqual(["have-all", "unchoke"]);
    const other = await s.meet("10.0.0.3");
    other.near.have(3);
    s.session.upload(other.near);
    await s.run(1_000);
    expect(other.far.of("have").length).toBe(PIECES);
    expect(() => s.session.upload(Object(5))).toThrow(expect.objectContaining({ code: "console.argument" }));
  });
});
