import { describe, expect, it } from "vitest";
import { formatMagnet } from "../../src/metainfo/index.ts";
import {
  decodeExtendedHandshake,
  encodeBitfield,
  encodeExtended,
  encodeExtendedHandshake,
  encodeUnchoke,
  metadataReply,
  utMetadata,
  type MetadataMessage,
} from "../../src/wire/index.ts";
import type { BadPeer } from "../support/bad-peer.ts";
import type { Behaviour } from "../support/bad-seed.ts";
import { fullBits } from "../support/bad-seed.ts";
import { eventually } from "../support/process.ts";
import { ClientUnderTest } from "../support/client-under-test.ts";

/** Our side's number for `ut_metadata` messages to it; the peer's own is 7. */
const THEIR_ID = 7;

interface MetadataPart {
  /** The size of the info dictionary that it claims. */
  readonly size: number | undefined;
  /** Replies to a request; `undefined`: no reply. */
  readonly answer: (
    piece: number,
    peer: BadPeer,
    reply: (message: MetadataMessage) => void,
  ) => MetadataMessage | undefined;
}

/** A seed that sends metadata as `part` sets. */
function metadataSeed({ size, answer }: MetadataPart): Behaviour {
  let ourId = 0;
  return {
    reserved: { extended: true },
    greet: (peer, seed) => {
      peer.send(
        encodeExtended(
          0,
          encodeExtendedHandshake({ extensions: new Map([["ut_metadata", THEIR_ID]]), metadataSize: size }),
        ),
      );
      peer.send(encodeBitfield(fullBits(seed.pieceCount)), encodeUnchoke());
    },
    onMessage: (peer, message) => {
      if (message.type !== "extended") return;
      if (message.id === 0) ourId = decodeExtendedHandshake(message.payload).extensions.get("ut_metadata") ?? ourId;
      if (message.id !== THEIR_ID) return;
      const asked = utMetadata.decode(message.payload);
      const say = (reply: MetadataMessage): void => peer.send(encodeExtended(ourId, utMetadata.encode(reply)));
      const reply = asked.type === "request" ? answer(asked.piece, peer, say) : undefined;
      if (reply !== undefined) say(reply);
    },
  };
}

const lies: readonly { readonly what: string; readonly lie: (info: Uint8Array) => MetadataPart }[] = [
  {
    what: "sends wrong bytes",
    lie: (info) => ({
      size: info.length,
      answer: (piece) =>
        metadataReply(
          info.map((byte) => byte ^ 1),
          { piece },
        ),
    }),
  },
  {
    what: "claims a smaller size",
    lie: (info) => ({
      size: info.length - 10,
      answer: (piece) => metadataReply(info.subarray(0, info.length - 10), { piece }),
    }),
  },
  {
    what: "claims 32 MiB, and sends zeros",
    lie: () => ({
      size: 32 * 1024 * 1024,
      answer: (piece) => ({ type: "data", piece, totalSize: 32 * 1024 * 1024, data: new Uint8Array(16_384) }),
    }),
  },
  { what: "claims 4 GiB", lie: () => ({ size: 2 ** 32, answer: () => undefined }) },
  { what: "claims minus one byte", lie: () => ({ size: -1, answer: () => undefined }) },
  {
    what: "rejects everything",
    lie: (info) => ({ size: info.length, answer: (piece) => ({ type: "reject", piece }) }),
  },
  { what: "never replies", lie: (info) => ({ size: info.length, answer: () => undefined }) },
  {
    what: "sends pieces that were not requested",
    lie: (info) => ({
      size: info.length,
      answer: (piece) => metadataReply(info, { piece: piece + 1 }) ?? { type: "reject", piece },
    }),
  },
  {
    what: "changes the size",
    lie: (info) => ({
      size: info.length,
      answer: (piece) => ({
        type: "data",
        piece,
        totalSize: info.length + 5,
        data: info.slice(piece * 16_384, (piece + 1) * 16_384),
      }),
    }),
  },
];

describe("fetches metadata for a magnet link, from an honest peer and one that", () => {
  it.each(lies)("$what", async ({ lie }) => {
    // Over 1,000 pieces: an info dictionary of two pieces.
    const tested = await ClientUnderTest.open({ length: 1_100 * 16_384, pieceLength: 16_384 });
    const info = tested.metainfo.infoBytes;
    const liar = await tested.seed(metadataSeed(lie(info)));
    const honest = await tested.seed(
      metadataSeed({ size: info.length, answer: (piece) => metadataReply(info, { piece }) }),
    );
    const link = formatMagnet({ infoHash: tested.metainfo.infoHash });
    const torrent = await tested.client.add(link, { peers: [liar.address] });
    await eventually("the liar has shaken hands", () =>
      liar.connections.some(({ handshake }) => handshake !== undefined),
    );
    await torrent.addPeers([honest.address]);
    await eventually("the metadata is there", () => torrent.metainfo !== undefined);
    expect(torrent.metainfo?.infoHash?.hex).toBe(tested.metainfo.infoHash?.hex);
    expect(await tested.completes(torrent)).toBe(true);
    expect(tested.banned()).not.toContain(honest.port);
  });

  it("is the only one, and hangs when a request arrives while it sends a reply, as rtorrent does", async () => {
    const tested = await ClientUnderTest.open({ length: 4_100 * 16_384, pieceLength: 16_384 });
    const info = tested.metainfo.infoBytes;
    expect(info.length).toBeGreaterThan(4 * 16_384);
    const sending = new Map<BadPeer, "an answer" | "nothing any more">();
    const stuck = await tested.seed(
      metadataSeed({
        size: info.length,
        answer: (piece, peer, reply) => {
          if (sending.has(peer)) sending.set(peer, "nothing any more");
          else {
            sending.set(peer, "an answer");
            setImmediate(() => {
              if (sending.get(peer) !== "an answer") return;
              sending.delete(peer);
              reply(metadataReply(info, { piece }));
            });
          }
          return undefined;
        },
      }),
    );
    const torrent = await tested.client.add(formatMagnet({ infoHash: tested.metainfo.infoHash }), {
      peers: [stuck.address],
    });
    await eventually("the metadata is there", () => torrent.metainfo !== undefined);
    expect(stuck.accepted).toBe(1);
  });

  it("lies, without an honest one: it waits, with little memory", async () => {
    const tested = await ClientUnderTest.open({ length: 1_100 * 16_384, pieceLength: 16_384 });
    const huge = 32 * 1024 * 1024;
    const liars = await Promise.all(
      Array.from({ length: 8 }, (_, at) => tested.seed(metadataSeed({ size: huge - at, answer: () => undefined }))),
    );
    const before = process.memoryUsage().arrayBuffers;
    const torrent = await tested.client.add(formatMagnet({ infoHash: tested.metainfo.infoHash }), {
      peers: liars.map(({ address }) => address),
    });
    await eventually("all have been met", () => torrent.peers().length === liars.length);
    // Memory is allocated for received data, never for a claimed size.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    expect(torrent.state.kind).toBe("fetching-metadata");
  });
});
