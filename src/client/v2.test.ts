import { afterEach, describe, expect, it } from "vitest";
import { ScriptedPeer } from "../../test/support/scripted-peer.ts";
import { digest, makePlay, Stage, type Actor } from "../../test/support/stage.ts";
import { asDict, decode, encode, keyFromBytes } from "../bencode/index.ts";
import { metainfoFromInfo, parseMetainfo } from "../metainfo/index.ts";
import { Client, type TorrentSource } from "./index.ts";
import { encodeHashes, encodeHashReject, encodeHaveAll, encodePiece, encodeUnchoke } from "../wire/index.ts";

const hasher = { digestSync: digest };
const KIB = 1_024;
let stage: Stage;
afterEach(() => stage.close());

/** A client on a new host that adds the source. */
async function adding(ip: string, source: TorrentSource, peers: readonly string[] = [], hasData = false) {
  const host = stage.world.host(ip);
  if (hasData) for (const [path, bytes] of stage.play.files) host.disk.put(`/data/${path}`, bytes);
  const client = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
  const torrent = await stage.world.settled(client.add(source, { peers }), 1_000);
  return { host, client, torrent, address: `${ip}:${client.port}` };
}

/** A peer with all pieces, which sends `answer`'s blocks and replies to hash requests with `hashes`. */
async function scripted(
  ip: string,
  leecher: Actor,
  block: (length: number) => Uint8Array,
  hashes: "rejects" | "lies",
): Promise<{ peer: ScriptedPeer; sent: () => number }> {
  const peer = new ScriptedPeer(stage.world.host(ip).runtime, stage.play);
  let sent = 0;
  peer.onMessage = (message) => {
    if (message.type === "hash-request") {
      const { root, baseLayer, index, length, proofLayers } = message;
      const range = { root, baseLayer, index, length, proofLayers };
      peer.send(hashes === "lies" ? encodeHashes(range, new Uint8Array(32 * length)) : encodeHashReject(range));
    }
    if (message.type !== "request") return;
    sent++;
    peer.send(encodePiece(message.piece, message.begin, block(message.length)));
  };
  await stage.world.settled(peer.dial(leecher.host.ip, { fast: true }), 1_000);
  peer.send(encodeHaveAll(), encodeUnchoke());
  return { peer, sent: () => sent };
}

const zeros = (length: number): Uint8Array => new Uint8Array(length);

describe.each(["v2", "hybrid"] as const)("a %s torrent", (version) => {
  it("is downloaded with and without piece layers, of files around the length of a block and of a piece", async () => {
    const play = await makePlay(
      { a: 0, b: 1, c: 16 * KIB - 1, d: 16 * KIB, e: 16 * KIB + 1, f: 64 * KIB, g: 700 * KIB + 5, h: 64 * KIB + 1 },
      64 * KIB,
      version,
    );
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    for (const [ip, source] of [
      ["10.0.0.2", play.metainfo],
      ["10.0.0.3", metainfoFromInfo(play.metainfo.infoBytes, {}, hasher)],
    ] as const) {
      const { host, torrent } = await adding(ip, source, [seeder.address]);
      await stage.world.settled(torrent.done, 60_000);
      expect(stage.isWhole(host)).toBe(true);
      expect(torrent.status().wasted).toBe(0);
    }
  });

  it("gets its piece layers from peers, more than one request has, and keeps them in the torrent file", async () => {
    const play = await makePlay({ "a.bin": 600 * 16 * KIB }, 16 * KIB, version);
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    const hash = play.metainfo.infoHashV2?.hex ?? "";
    const { host, torrent } = await adding("10.0.0.2", hash, [seeder.address]);
    let layers = 0;
    torrent.on("layers", () => layers++);
    await stage.world.settled(torrent.done, 60_000);
    expect(stage.isWhole(host)).toBe(true);
    expect(layers).toBe(1);
    const kept = parseMetainfo(torrent.torrentBytes() ?? encode({}), hasher);
    expect(kept.pieceLayer(0)).toEqual(play.metainfo.pieceLayer(0));
  });
});

describe("a magnet link of a v2 torrent", () => {
  it("finds the data that is there, once the piece layers are known, and downloads nothing", async () => {
    const play = await makePlay({ "a.bin": 300 * KIB, "b.bin": 5 }, 64 * KIB, "v2");
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    const { torrent } = await adding("10.0.0.2", play.metainfo.id.hex, [], true);
    await stage.world.run(5_000);
    expect(torrent.state.kind).toBe("fetching-metadata");
    await stage.world.settled(torrent.addPeers([seeder.address]), 1_000);
    await stage.world.settled(torrent.done, 60_000);
    expect(torrent.status().downloaded).toBe(0);
  });

  it("stops at once while its piece layers are missing", async () => {
    const play = await makePlay({ "a.bin": 300 * KIB }, 64 * KIB, "v2");
    stage = new Stage(play);
    const source = metainfoFromInfo(play.metainfo.infoBytes, {}, hasher);
    const { host, client, torrent } = await adding("10.0.0.2", source);
    await stage.world.run(5_000);
    expect(torrent.state.kind).toBe("fetching-metadata");
    await stage.world.settled(torrent.pause(), 1_000);
    torrent.resume();
    await stage.world.settled(client.close(), 1_000);
    expect(host.timers).toBe(0);
  });
});

describe.each(["v2", "hybrid"] as const)("a reader of a %s torrent", (version) => {
  it("gets the first block long before its piece is complete, and right bytes only", async () => {
    const play = await makePlay({ "a.bin": 8 * KIB * KIB }, 4 * KIB * KIB, version);
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    const [bytes] = play.files.values();
    const start = 5 * KIB * KIB + 7;
    const begun = stage.world.now;
    const reading = leecher.torrent.read(0, start, start + 100_000);
    const first = await stage.world.settled(reading.next(), 10_000);
    expect(stage.world.now - begun).toBeLessThan(2_000);
    const got = [first.value ?? new Uint8Array()];
    for (;;) {
      const next = await stage.world.settled(reading.next(), 60_000);
      if (next.done === true) break;
      got.push(next.value);
    }
    expect(Buffer.compare(Buffer.concat(got), bytes?.subarray(start, start + 100_000) ?? zeros(1))).toBe(0);
    expect(leecher.torrent.status().progress).toBeLessThan(1);
  });
});

describe("a v2 torrent with liars", () => {
  it("bans each by its first blocks, and downloads only bad blocks again", async () => {
    const play = await makePlay({ "a.bin": 40 * KIB * KIB }, 256 * KIB, "v2");
    stage = new Stage(play);
    const honest: Actor[] = [];
    for (let at = 0; at < 5; at++) honest.push(await stage.seeder(`10.0.1.${at}`, { up: 4_000_000 }));
    const leecher = await stage.leecher("10.0.0.1", { peers: honest.map(({ address }) => address) });
    await stage.world.until(() => leecher.torrent.status().peers === 5, 5_000);
    const liars = [];
    for (let at = 0; at < 5; at++)
      liars.push(await scripted(`10.0.2.${at}`, leecher, zeros, at % 2 === 0 ? "rejects" : "lies"));
    await stage.world.settled(leecher.torrent.done, 120_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(liars.map(({ peer }) => peer.isClosed)).toEqual([true, true, true, true, true]);
    for (const { sent } of liars) expect(sent()).toBeLessThanOrEqual(3);
    // What was requested twice at the end is wasted, too, but not bad.
    const { swarm, metainfo } = leecher.torrent;
    expect(swarm?.downloader?.invalid).toBeLessThanOrEqual(0.005 * (metainfo?.totalSize ?? 0));
  });

  it("finds a liar by the hash of the piece when no peer sends hashes of blocks", async () => {
    const play = await makePlay({ "a.bin": 512 * KIB }, 128 * KIB, "v2");
    stage = new Stage(play);
    const leecher = await stage.leecher("10.0.0.1");
    const liar = await scripted("10.0.0.2", leecher, zeros, "rejects");
    expect(await stage.world.until(() => liar.peer.isClosed, 30_000)).toBe(true);
    const seeder = await stage.seeder("10.0.0.3");
    await stage.world.settled(leecher.torrent.addPeers([seeder.address]), 5_000);
    await stage.world.settled(leecher.torrent.done, 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });
});

describe("a hybrid torrent", () => {
  it("has both info-hashes in the client, and one only once", async () => {
    const play = await makePlay({ "a.bin": 100 * KIB }, 64 * KIB, "hybrid");
    stage = new Stage(play);
    const { client, torrent } = await stage.seeder("10.0.0.1");
    const [v1, v2] = [play.metainfo.infoHash?.hex ?? "", play.metainfo.infoHashV2?.hex ?? ""];
    expect([client.get(v1), client.get(v2)]).toEqual([torrent, torrent]);
    await expect(stage.world.settled(client.add(v2), 1_000)).rejects.toMatchObject({ code: "client.duplicate" });
  });

  it("fails when its halves contradict each other", async () => {
    const play = await makePlay({ "a.bin": 100 * KIB }, 64 * KIB, "hybrid");
    const info = asDict(decode(play.metainfo.infoBytes));
    const broken = new Map([...(info ?? []), ["pieces", new Uint8Array(40)] as const]);
    const layers = new Map([
      [keyFromBytes(play.metainfo.files[0]?.piecesRoot ?? zeros(32)), play.metainfo.pieceLayer(0)],
    ]);
    const metainfo = parseMetainfo(encode({ info: broken, "piece layers": layers }), hasher);
    stage = new Stage({ ...play, metainfo });
    const seeder = await stage.seeder("10.0.0.1", {}, {}, { skipCheck: true });
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await expect(stage.world.settled(leecher.torrent.done, 60_000)).rejects.toMatchObject({ code: "torrent.hybrid" });
    expect(leecher.torrent.state.kind).toBe("failed");
  });

  it("meets peers that know one of its info-hashes only", async () => {
    const play = await makePlay({ "a.bin": 100 * KIB, "b.bin": 3 }, 64 * KIB, "hybrid");
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    for (const [ip, hash] of [
      ["10.0.0.2", play.metainfo.infoHash],
      ["10.0.0.3", play.metainfo.infoHashV2],
    ] as const) {
      const { host, torrent, address } = await adding(ip, hash?.hex ?? "");
      await stage.world.settled(seeder.torrent.addPeers([address]), 1_000);
      await stage.world.settled(torrent.done, 60_000);
      expect(stage.isWhole(host)).toBe(true);
    }
  });
});
