import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Client, type Torrent } from "../../src/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { MAX_HALF_OPEN } from "../../src/transport/index.ts";
import {
  encodeBitfield,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeInterested,
  encodeNotInterested,
  encodePiece,
  encodeRaw,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from "../../src/wire/index.ts";
import { BadPeer, someId } from "../support/bad-peer.ts";
import { makePlay, type Play } from "../support/stage.ts";

const PIECE = 65_536;
const BLOCK = 16_384;

let play: Play;
let data: Uint8Array;
/** Seeds the torrent. */
let seeder: Client;
/** Has nothing of it. */
let leecher: Client;
let torrent: Torrent;
const peers: (BadPeer | net.Server)[] = [];

async function seedingClient(which: Play): Promise<Client> {
  const client = new Client({ port: 0, listenIp: "127.0.0.1", trackers: false });
  const [bytes] = which.files.values();
  const added = await client.add(which.metainfo, {
    skipCheck: true,
    storage: (layout) => {
      const storage = new MemoryStorage(layout);
      void storage.write(0, [bytes ?? new Uint8Array()]);
      return storage;
    },
  });
  await added.done;
  return client;
}

beforeAll(async () => {
  play = await makePlay({ "a.bin": 40 * PIECE - 5_000 }, PIECE);
  [data] = play.files.values() as unknown as [Uint8Array];
});

beforeEach(async () => {
  seeder = await seedingClient(play);
  leecher = new Client({ port: 0, listenIp: "127.0.0.1", trackers: false });
  torrent = await leecher.add(play.metainfo, { storage: "memory" });
  for (let i = 0; i < 200 && torrent.state.kind !== "downloading"; i++) await sleep(20);
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await Promise.all([seeder.close(), leecher.close()]);
});

async function meet(client: Client, options: Parameters<typeof BadPeer.meet>[2] = {}): Promise<BadPeer> {
  const peer = await BadPeer.meet(client.port, play.metainfo, options);
  peers.push(peer);
  return peer;
}

const allBits = (): Uint8Array => {
  const bits = new Uint8Array(5).fill(0xff);
  return bits;
};

/** Replies to requests; `spoil` may change a block. */
function serve(
  peer: BadPeer,
  spoil: (block: Uint8Array, piece: number, begin: number) => Uint8Array = (block) => block,
): void {
  peer.onMessage = (message) => {
    if (message.type !== "request") return;
    const at = message.piece * PIECE + message.begin;
    peer.send(
      encodePiece(
        message.piece,
        message.begin,
        spoil(data.slice(at, at + message.length), message.piece, message.begin),
      ),
    );
  };
  peer.send(encodeBitfield(allBits()), encodeUnchoke());
}

const flip = (block: Uint8Array): Uint8Array => block.map((byte) => byte ^ 0xff);

describe("a handshake", () => {
  it.each([
    ["of another protocol", () => Buffer.from("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".padEnd(100))],
    ["that is garbage", () => Buffer.alloc(68, 0xa7)],
    [
      "for an unknown torrent",
      () =>
        Buffer.concat([Buffer.from([19]), Buffer.from("BitTorrent protocol"), Buffer.alloc(8), Buffer.alloc(40, 7)]),
    ],
  ])("%s is hung up on", async (_, bytes) => {
    const peer = await BadPeer.dial(seeder.port);
    peers.push(peer);
    peer.send(bytes());
    await peer.dropped();
    expect(peer.heard).toEqual([]);
  });

  it("with our own peer id closes the connection", async () => {
    const peer = await meet(seeder, { peerId: seeder.peerId.bytes });
    await peer.dropped();
    expect(peer.heardOf("have-all")).toEqual([]);
  });

  it("that never ends closes the connection after the time limit, and does not keep other peers out", async () => {
    const slow = await BadPeer.dial(seeder.port);
    peers.push(slow);
    const hello = Buffer.concat([Buffer.from([19]), Buffer.from("BitTorrent protocol")]);
    const drip = setInterval(() => slow.send(hello.subarray(0, 1)), 2_000);
    slow.send(hello.subarray(0, 5));
    const begin = Date.now();
    const good = await meet(seeder);
    expect(good.handshake).toBeDefined();
    await slow.dropped(30_000);
    clearInterval(drip);
    // A wrong byte ends it at once, silence at the time limit: never later.
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  it("that is not sent on 300 connections of one address leaves the last of them open", async () => {
    const all = await Promise.all(Array.from({ length: 300 }, () => BadPeer.dial(seeder.port)));
    peers.push(...all);
    await all[0]?.until(() => all.filter(({ isClosed }) => isClosed).length >= 300 - MAX_HALF_OPEN);
    const good = await meet(seeder);
    expect(good.handshake).toBeDefined();
    expect(all.filter(({ isClosed }) => !isClosed).length).toBe(MAX_HALF_OPEN - 1);
  });
});

describe("closes the connection of a peer that breaks the protocol:", () => {
  const oversized = Buffer.alloc(12, 0xff);
  it.each<[string, boolean, () => Uint8Array[]]>([
    ["a length prefix of 4 GiB", false, () => [oversized]],
    ["a bitfield too short", false, () => [encodeBitfield(new Uint8Array(4))]],
    ["a bitfield too long", false, () => [encodeBitfield(new Uint8Array(6))]],
    ["have for a piece that does not exist", false, () => [encodeHave(40)]],
    ["have for piece 4294967295", false, () => [encodeHave(0xffffffff)]],
    ["a request beyond the last piece", false, () => [encodeInterested(), encodeRequest(40, 0, BLOCK)]],
    ["a request beyond the end of a piece", false, () => [encodeInterested(), encodeRequest(0, PIECE - 10, BLOCK)]],
    ["a request for more than a block may hold", false, () => [encodeInterested(), encodeRequest(0, 0, 200_000)]],
    ["a request for nothing", false, () => [encodeInterested(), encodeRequest(0, 0, 0)]],
    ["have-all without the fast bit", false, () => [encodeHaveAll()]],
    ["reject without the fast bit", false, () => [encodeReject(0, 0, BLOCK)]],
    ["an extended message without its bit", false, () => [encodeExtended(0, Buffer.from("de"))]],
    ["an extended handshake that is garbage", true, () => [encodeExtended(0, Buffer.from("d1:m"))]],
    ["a request of 3 bytes", false, () => [encodeRaw(6, new Uint8Array(3))]],
    ["a choke with a payload", false, () => [encodeRaw(0, new Uint8Array(3))]],
  ])("%s", async (_, isModern, say) => {
    const other = await meet(seeder);
    const peer = await meet(seeder, { fast: isModern, extended: isModern });
    peer.send(...say());
    await peer.dropped();
    other.send(encodeInterested());
    await other.until(() => other.heardOf("unchoke").length === 1);
    other.send(encodeRequest(3, 0, BLOCK));
    await other.until(() => other.heardOf("piece").length === 1);
    expect(other.heardOf("piece")[0]?.block).toEqual(data.slice(3 * PIECE, 3 * PIECE + BLOCK));
  });
});

describe("keeps the connection of a peer that sends unusual messages:", () => {
  it.each<[string, boolean, () => Uint8Array[]]>([
    ["an unknown message", false, () => [encodeRaw(99, new Uint8Array(1000))]],
    ["a cancel without a request", false, () => [encodeCancel(1, 0, BLOCK)]],
    ["a piece that was not requested", false, () => [encodePiece(1, 0, new Uint8Array(BLOCK))]],
    [
      "choke and unchoke 5,000 times",
      false,
      () => Array.from({ length: 5_000 }, (_, at) => (at % 2 === 0 ? encodeChoke() : encodeUnchoke())),
    ],
    [
      "interested and not interested 5,000 times",
      false,
      () => Array.from({ length: 5_001 }, (_, at) => (at % 2 === 0 ? encodeInterested() : encodeNotInterested())),
    ],
    ["an extended message of an id that was not negotiated", true, () => [encodeExtended(77, new Uint8Array(100))]],
  ])("%s", async (_, isModern, say) => {
    const peer = await meet(seeder, { fast: isModern, extended: isModern });
    peer.send(...(isModern ? [encodeHaveNone()] : []), ...say(), encodeInterested());
    await peer.until(() => peer.heardOf("unchoke").length > 0);
    await peer.until(() => {
      peer.send(encodeRequest(0, 0, BLOCK));
      return peer.heardOf("piece").length > 0;
    });
    expect(peer.isClosed).toBe(false);
  });

  it("sends nothing for a request while choked, or a reject with the fast extension", async () => {
    const [plain, fast] = [await meet(leecher), await meet(leecher, { fast: true })];
    plain.send(encodeRequest(0, 0, BLOCK));
    fast.send(encodeHaveNone(), encodeRequest(0, 0, BLOCK));
    await fast.until(() => fast.heardOf("reject").length === 1);
    await sleep(100);
    expect(plain.heardOf("piece")).toEqual([]);
    expect([plain.isClosed, fast.isClosed]).toEqual([false, false]);
  });

  it.each([false, true])(
    "replies to all of 5,000 requests at once that are read slowly (fast extension: %s)",
    async (fast) => {
      const peer = await meet(seeder, { fast });
      if (fast) peer.send(encodeHaveNone());
      peer.send(encodeInterested());
      await peer.until(() => peer.heardOf("unchoke").length === 1);
      const before = process.memoryUsage().arrayBuffers;
      peer.socket.pause();
      const asked = Array.from({ length: 5_000 }, (_, at) =>
        encodeRequest(at % 39, (Math.floor(at / 39) % 4) * BLOCK, BLOCK),
      );
      peer.send(...asked);
      await sleep(500);
      // Requests wait, not blocks.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
      let pieces = 0;
      let rejects = 0;
      peer.heard.length = 0;
      peer.onMessage = (message) => {
        if (message.type === "piece") pieces++;
        if (message.type === "reject") rejects++;
        peer.heard.length = 0;
      };
      peer.socket.resume();
      await peer.until(() => pieces + rejects >= 5_000, 60_000);
      await sleep(100);
      expect(pieces + rejects).toBe(5_000);
      // Only the fast extension has a reject.
      expect(pieces).toBeGreaterThanOrEqual(fast ? 1 : 5_000);
    },
  );
});

describe("downloads from an honest seed and a seed", () => {
  it.each<[string, (block: Uint8Array, piece: number, begin: number) => Uint8Array]>([
    ["that spoils every block", flip],
    ["that spoils one block of each piece", (block, _, begin) => (begin === BLOCK ? flip(block) : block)],
    ["that spoils some pieces", (block, piece) => (piece % 5 === 0 ? flip(block) : block)],
  ])(
    "%s is banned, the honest one is not, and the download completes",
    async (_, spoil) => {
      const [liarId, honestId] = [someId("the liar"), someId("the honest one")];
      const liar = await meet(leecher, { peerId: liarId });
      const honest = await meet(leecher, { peerId: honestId });
      serve(liar, spoil);
      await liar.until(() => liar.heardOf("request").length > 0);
      serve(honest);
      await torrent.done;
      expect(torrent.status().wasted).toBeGreaterThan(0);
      expect(torrent.status().wasted).toBeLessThan(data.length * 2);
      await liar.dropped();
      const again = await meet(leecher, { peerId: liarId });
      await again.dropped();
      const welcome = await meet(leecher, { peerId: honestId });
      welcome.send(encodeInterested());
      await welcome.until(() => welcome.heardOf("unchoke").length > 0);
    },
    60_000,
  );

  it("that spoils blocks, twice", async () => {
    const liars = [await meet(leecher), await meet(leecher)];
    const honest = await meet(leecher);
    for (const liar of liars) serve(liar, (block, piece) => (piece % 3 === 0 ? flip(block) : block));
    serve(honest);
    await torrent.done;
    expect(torrent.status().progress).toBe(1);
  }, 60_000);

  it("that leaves in the middle of each block", async () => {
    const cutter = await meet(leecher);
    cutter.onMessage = (message) => {
      if (message.type !== "request") return;
      const at = message.piece * PIECE + message.begin;
      cutter.send(
        encodePiece(message.piece, message.begin, flip(data.slice(at, at + message.length))).subarray(0, 9_000),
      );
      cutter.socket.end();
      cutter.onMessage = () => undefined;
    };
    cutter.send(encodeBitfield(allBits()), encodeUnchoke());
    await cutter.until(() => cutter.heardOf("request").length > 0);
    const honest = await meet(leecher);
    serve(honest);
    await torrent.done;
    expect(torrent.status().progress).toBe(1);
  }, 60_000);
});
