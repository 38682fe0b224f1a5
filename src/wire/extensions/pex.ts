import { ipFamily, packEndpoints, PeerError, unpackEndpoints, type Endpoint, type IpFamily } from "../../base/index.ts";
import { asBytes, asDict, decode, encode, type BDict } from "../../bencode/index.ts";
import { MAX_EXTENSION_DEPTH, MAX_EXTENSION_TOKENS, MAX_PEX_PEERS } from "../limits.ts";
import { defineExtension } from "./extension.ts";

/** The flags of an added peer in a `ut_pex` message (BEP 11). */
export interface PexFlags {
  /** The flag 0x01: the peer prefers encrypted connections. */
  readonly prefersEncryption: boolean;
  /** The flag 0x02: the peer has all the pieces that it wants. */
  readonly isSeed: boolean;
  /** The flag 0x04: the peer supports uTP. */
  readonly supportsUtp: boolean;
  /** The flag 0x08: the peer supports `ut_holepunch` (BEP 55). */
  readonly supportsHolepunch: boolean;
  /** The flag 0x10: the sender has dialed the peer at this address. */
  readonly isReachable: boolean;
}

/** The flags of a peer about which nothing is known: all `false`. */
export const NO_PEX_FLAGS: PexFlags = {
  prefersEncryption: false,
  isSeed: false,
  supportsUtp: false,
  supportsHolepunch: false,
  isReachable: false,
};

/** A peer that a `ut_pex` message adds. */
export interface PexPeer extends Endpoint {
  readonly flags: PexFlags;
}

/**
 * A `ut_pex` message (BEP 11): the peers that the sender has connected to, or disconnected from, since its previous
 * `ut_pex` message.
 */
export interface PexMessage {
  readonly added: readonly PexPeer[];
  readonly dropped: readonly Endpoint[];
}

const PREFERS_ENCRYPTION = 0x01;
const IS_SEED = 0x02;
const SUPPORTS_UTP = 0x04;
const SUPPORTS_HOLEPUNCH = 0x08;
const IS_REACHABLE = 0x10;

const FAMILIES = [
  { family: 4, size: 6, added: "added", flags: "added.f", dropped: "dropped" },
  { family: 6, size: 18, added: "added6", flags: "added6.f", dropped: "dropped6" },
] as const;

/**
 * The extension `ut_pex`: peer exchange (BEP 11). Decoding reads up to {@link MAX_PEX_PEERS} added and {@link
 * MAX_PEX_PEERS} dropped peers of each IP family, and ignores further ones. It throws {@link PeerError} `wire.pex`.
 */
export const utPex = defineExtension<PexMessage>({
  name: "ut_pex",
  encode: encodePex,
  decode: (payload) => decodePex(payload, MAX_PEX_PEERS),
});

function encodePex({ added, dropped }: PexMessage): Uint8Array {
  const fields: Record<string, Uint8Array> = {};
  for (const names of FAMILIES) {
    const { family } = names;
    const isOne = ({ ip }: Endpoint): boolean => ipFamily(ip) === family;
    const peers = added.filter(isOne);
    // At least one field is required.
    if (peers.length > 0 || family === 4) {
      fields[names.added] = packEndpoints(peers, family);
      fields[names.flags] = Uint8Array.from(peers, ({ flags }) => flagByte(flags));
    }
    if (dropped.some(isOne)) fields[names.dropped] = packEndpoints(dropped, family);
  }
  return encode(fields);
}

/**
 * Decodes a `ut_pex` message; reads at most `maxPeers` added and `maxPeers` dropped peers of each IP family. Throws
 * {@link PeerError} `wire.pex` when the payload is no bencoded dictionary, or a list has an incomplete peer at its end.
 */
export function decodePex(payload: Uint8Array, maxPeers: number): PexMessage {
  const dict = readDict(payload);
  const added: PexPeer[] = [];
  const dropped: Endpoint[] = [];
  for (const { family, size, ...names } of FAMILIES) {
    const read = (name: string): Endpoint[] => readEndpoints(dict, name, { family, size, maxPeers });
    const flags = asBytes(dict.get(names.flags));
    for (const [index, { ip, port }] of read(names.added).entries())
      added.push({ ip, port, flags: readFlags(flags?.[index] ?? 0) });
    dropped.push(...read(names.dropped));
  }
  return { added, dropped };
}

function readDict(payload: Uint8Array): BDict {
  let dict: BDict | undefined;
  try {
    dict = asDict(decode(payload, { maxDepth: MAX_EXTENSION_DEPTH, maxTokens: MAX_EXTENSION_TOKENS }));
  } catch (error) {
    throw malformed("it is not bencoded", error);
  }
  if (dict === undefined) throw malformed("it is no dictionary");
  return dict;
}

function readEndpoints(
  dict: BDict,
  name: string,
  { family, size, maxPeers }: { readonly family: IpFamily; readonly size: number; readonly maxPeers: number },
): Endpoint[] {
  const bytes = asBytes(dict.get(name));
  if (bytes === undefined) return [];
  if (bytes.length % size !== 0) throw malformed(`${name} has ${bytes.length} bytes, which is no multiple of ${size}`);
  return unpackEndpoints(bytes.subarray(0, maxPeers * size), family);
}

function readFlags(byte: number): PexFlags {
  return {
    prefersEncryption: (byte & PREFERS_ENCRYPTION) !== 0,
    isSeed: (byte & IS_SEED) !== 0,
    supportsUtp: (byte & SUPPORTS_UTP) !== 0,
    supportsHolepunch: (byte & SUPPORTS_HOLEPUNCH) !== 0,
    isReachable: (byte & IS_REACHABLE) !== 0,
  };
}

function flagByte(flags: PexFlags): number {
  return (
    (flags.prefersEncryption ? PREFERS_ENCRYPTION : 0) |
    (flags.isSeed ? IS_SEED : 0) |
    (flags.supportsUtp ? SUPPORTS_UTP : 0) |
    (flags.supportsHolepunch ? SUPPORTS_HOLEPUNCH : 0) |
    (flags.isReachable ? IS_REACHABLE : 0)
  );
}

function malformed(why: string, cause?: unknown): PeerError {
  return new PeerError("wire.pex", `malformed ut_pex message: ${why}`, { cause });
}
