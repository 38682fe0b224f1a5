/** The messages of the hostile peers of each flood. Also used by the tests under test/hostile. */
import { randomBytes } from "node:crypto";
import {
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeExtendedHandshake,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeInterested,
  encodeMessages,
  encodeNotInterested,
  encodePiece,
  encodeRaw,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
  utMetadata,
} from "../../src/wire/index.ts";
import type { FloodName } from "./floods.ts";

const BLOCK = 16 * 1024;
const FRAME = 1024 * 1024;

/** The messages of a flood. */
export interface Script {
  /** Sent once, after the handshake. */
  readonly opening: Buffer;
  /** Whole messages, sent again and again. */
  readonly ring: Buffer;
  readonly isFast: boolean;
  /** Reads nothing after the handshake. */
  readonly isDeaf: boolean;
}

function many(count: number, make: (index: number) => Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
}

const any = (below: number): number => Math.floor(Math.random() * below);

/** Every piece once, in random order. */
function shuffledHaves(pieces: number): Buffer {
  const order = Uint32Array.from({ length: pieces }, (_, piece) => piece);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = any(at + 1);
    const [a = 0, b = 0] = [order[at], order[other]];
    order[at] = b;
    order[other] = a;
  }
  const ring = Buffer.alloc(9 * order.length);
  const one = Buffer.from(encodeHave(0));
  for (const [at, piece] of order.entries()) {
    one.copy(ring, 9 * at);
    ring.writeUInt32BE(piece, 9 * at + 5);
  }
  return ring;
}

/** 64 bitfields, each with more bits than the one before. */
function growingBitfields(pieces: number): Buffer {
  const bits = Buffer.alloc(Math.ceil(pieces / 8));
  return many(64, () => {
    for (let count = 0; count < pieces / 100; count += 1) {
      const piece = any(pieces);
      bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7));
    }
    return encodeRaw(5, bits);
  });
}

/** One extended handshake of 39 bytes: 5,000 of them are 194 KB. */
function withPort(port: number): Uint8Array {
  return encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["ut_metadata", 3]]), port }));
}

/** Creates the messages of a flood to a client with a torrent of so many pieces. */
export function scriptOf(
  name: FloodName,
  { pieces, pieceLength }: { readonly pieces: number; readonly pieceLength: number },
): Script {
  const someRequest = (): Parameters<typeof encodeRequest> => [
    any(pieces),
    any(Math.max(1, pieceLength / BLOCK)) * BLOCK,
    BLOCK,
  ];
  const none = { opening: Buffer.alloc(0), ring: Buffer.alloc(0), isFast: true, isDeaf: false };
  const haveAll = Buffer.from(encodeHaveAll());
  const haveNone = Buffer.from(encodeHaveNone());
  const interested = Buffer.from(encodeInterested());
  switch (name) {
    case "have-all":
      return { ...none, opening: haveAll, ring: many(13_107, encodeHaveAll) };
    case "have":
      return { ...none, opening: haveNone, ring: shuffledHaves(pieces) };
    case "bitfield":
      return { ...none, ring: growingBitfields(pieces) };
    case "interest":
      return {
        ...none,
        opening: haveNone,
        ring: many(13_106, (at) => (at % 2 === 0 ? encodeInterested() : encodeNotInterested())),
      };
    case "choke":
      return {
        ...none,
        opening: haveAll,
        ring: many(13_106, (at) => (at % 2 === 0 ? encodeUnchoke() : encodeChoke())),
      };
    case "extended":
      return { ...none, opening: haveNone, ring: many(50_000, (at) => withPort(1024 + at)) };
    case "unknown":
      return {
        ...none,
        opening: haveNone,
        ring: many(20_000, (at) => encodeRaw(30 + (at % 100), new Uint8Array(at % 3))),
      };
    case "silent-one":
    case "silent-many":
      return none;
    case "reconnect":
    case "idle":
      return { ...none, opening: haveNone };
    case "unfinished":
      return {
        ...none,
        opening: Buffer.concat([haveNone, encodeRaw(20, new Uint8Array(FRAME - 1)).subarray(0, FRAME + 3)]),
      };
    case "metadata": {
      const infoPieces = Math.ceil((20 * pieces) / BLOCK);
      return {
        ...none,
        opening: Buffer.concat([haveNone, withPort(6881)]),
        ring: many(infoPieces, (piece) => encodeExtended(1, utMetadata.encode({ type: "request", piece }))),
      };
    }
    case "blocks":
      return { ...none, opening: haveAll, ring: many(64, () => encodePiece(any(pieces), 0, randomBytes(BLOCK))) };
    case "requests":
      return {
        ...none,
        opening: Buffer.concat([haveNone, interested]),
        ring: many(20_000, () => {
          const block = someRequest();
          return Buffer.concat([encodeRequest(...block), encodeCancel(...block)]);
        }),
      };
    case "fast":
      return {
        ...none,
        opening: haveAll,
        ring: Buffer.from(
          encodeMessages(
            Array.from({ length: 50_000 }, (_, at) => ({
              type: at % 2 === 0 ? "allowed-fast" : "suggest",
              piece: any(pieces),
            })),
          ),
        ),
      };
    case "reject":
      return { ...none, opening: haveAll, ring: many(50_000, () => encodeReject(...someRequest())) };
    case "unread":
      return {
        ...none,
        opening: interested,
        ring: many(50_000, () => encodeRequest(...someRequest())),
        isFast: false,
        isDeaf: true,
      };
    default:
      throw new Error(`there is no flood ${String(name)}`);
  }
}
