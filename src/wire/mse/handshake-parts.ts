import { PeerError, readUint16, type KeyPair, type SyncHasher } from "../../base/index.ts";
import { MAX_MSE_PAD_LENGTH } from "./limits.ts";
import type { MseCiphers } from "./secrets.ts";

/** What both sides of the encryption handshake need. */
export interface MseSideOptions {
  readonly hasher: SyncHasher;
  /** This side's keys (768 bits), for this connection only. */
  readonly keys: KeyPair;
  /**
   * Random bytes to send as padding, 0 to 512 each: after the public key, and in the encrypted part of the handshake.
   * Their lengths should be random, too.
   */
  readonly pads: readonly [Uint8Array, Uint8Array];
}

/** The outcome of a complete encryption handshake. */
export interface MseResult {
  /** The ciphers for the bytes that follow; `undefined` when the peers agreed on plaintext. */
  readonly ciphers: MseCiphers | undefined;
  /** The info-hash of the torrent, 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The initial payload that the initiator sent within its handshake, decrypted; empty on the initiator's side. */
  readonly initialPayload: Uint8Array;
  /** Bytes that arrived after the handshake, as received: still encrypted when there are ciphers. A copy. */
  readonly rest: Uint8Array;
}

/** One step of the encryption handshake: bytes to send to the peer, and the result when it is complete. */
export interface MseStep {
  readonly send?: Uint8Array | undefined;
  readonly result?: MseResult | undefined;
}

/** Returns the secret shared with the peer. Throws PeerError `mse.key` for an invalid public key. */
export function sharedSecret(keys: KeyPair, publicKey: Uint8Array): Uint8Array {
  const secret = keys.secret(publicKey);
  if (secret === undefined) throw new PeerError("mse.key", "the peer sent an invalid public key");
  return secret;
}

/** Reads the 16-bit length of a padding. Throws PeerError `mse.padding` when it is above the maximum. */
export function readPadLength(bytes: Uint8Array, offset: number): number {
  const length = readUint16(bytes, offset);
  if (length > MAX_MSE_PAD_LENGTH) throw new PeerError("mse.padding", `a padding of ${length} bytes`);
  return length;
}
