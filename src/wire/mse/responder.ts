import { concatBytes, copyBytes, PeerError, readUint16, readUint32, writeUint16 } from "../../base/index.ts";
import { HASH_LENGTH, MSE_KEY_LENGTH, MSE_PLAINTEXT, MSE_RC4, VC_LENGTH } from "./constants.ts";
import { readPadLength, sharedSecret, type MseSideOptions, type MseStep } from "./handshake-parts.ts";
import { MseInbox, type MseSearch } from "./inbox.ts";
import { MAX_MSE_INITIAL_PAYLOAD_LENGTH, MAX_MSE_PAD_LENGTH } from "./limits.ts";
import { makeCiphers, syncHash, torrentMask, xorBytes, type MseCiphers } from "./secrets.ts";

/** VC, crypto_provide (4 bytes) and the length of PadC (2 bytes). */
const HEADER_LENGTH = VC_LENGTH + 6;

const MAX_REQUEST_LENGTH =
  MSE_KEY_LENGTH +
  MAX_MSE_PAD_LENGTH +
  2 * HASH_LENGTH +
  HEADER_LENGTH +
  MAX_MSE_PAD_LENGTH +
  2 +
  MAX_MSE_INITIAL_PAYLOAD_LENGTH;

/** Options of {@link MseResponder}. */
export interface MseResponderOptions extends MseSideOptions {
  /** Returns the 20-byte info-hash of the torrent with this `mseTorrentHash`; `undefined` when there is none. */
  readonly findTorrent: (hash: Uint8Array) => Uint8Array | undefined;
  /**
   * The methods accepted, the sum of `MSE_PLAINTEXT` and `MSE_RC4`. Plaintext is selected where both sides allow it.
   */
  readonly accept: number;
}

interface Found {
  readonly ciphers: MseCiphers;
  readonly infoHash: Uint8Array;
  readonly secret: Uint8Array;
}

type State =
  | { readonly kind: "key" }
  | { readonly kind: "sync"; readonly search: MseSearch; readonly pattern: Uint8Array; readonly secret: Uint8Array }
  | { readonly kind: "torrent"; readonly secret: Uint8Array }
  | ({ readonly kind: "header" } & Found)
  | ({ readonly kind: "padding"; readonly length: number; readonly select: number } & Found)
  | ({ readonly kind: "payload"; readonly length: number; readonly select: number } & Found)
  | { readonly kind: "over" };

/**
 * The accepting side of the handshake of Message Stream Encryption, without I/O: bytes in, bytes and a result out. At
 * most 1,178 bytes of the peer and its initial payload are kept.
 *
 *     key ──(public key)──> sync ──(req1 found)──> torrent ──> header ──> padding ──> payload ──> over
 */
export class MseResponder {
  readonly #options: MseResponderOptions;
  readonly #inbox = new MseInbox(MAX_REQUEST_LENGTH);
  #state: State = { kind: "key" };
  #beyond: Uint8Array = new Uint8Array(0);

  constructor(options: MseResponderOptions) {
    this.#options = options;
  }

  /**
   * Takes bytes of the peer. Do not call this again after a step with a result. Throws PeerError `mse.key`, `mse.sync`,
   * `mse.unknown-torrent`, `mse.verification`, `mse.method` or `mse.padding`.
   */
  push(chunk: Uint8Array): MseStep {
    this.#beyond = this.#inbox.append(chunk);
    const sent: Uint8Array[] = [];
    for (;;) {
      const step = this.#next();
      if (step?.send !== undefined) sent.push(step.send);
      if (step !== undefined && step.result === undefined) continue;
      return { send: sent.length === 0 ? undefined : concatBytes(sent), result: step?.result };
    }
  }

  /** Makes one transition; returns `undefined` when it takes more bytes. */
  #next(): MseStep | undefined {
    const state = this.#state;
    switch (state.kind) {
      case "key":
        return this.#onKey();
      case "sync":
        if (!this.#inbox.skipPast(state.pattern, state.search)) return undefined;
        this.#state = { kind: "torrent", secret: state.secret };
        return {};
      case "torrent":
        return this.#onTorrent(state.secret);
      case "header":
        return this.#onHeader(state);
      case "padding":
        return this.#onPadding(state);
      case "payload":
        return this.#onPayload(state);
      default:
        return undefined;
    }
  }

  #onKey(): MseStep | undefined {
    const key = this.#inbox.take(MSE_KEY_LENGTH);
    if (key === undefined) return undefined;
    const { hasher, keys, pads } = this.#options;
    const secret = sharedSecret(keys, key);
    const search = { at: 0, within: MAX_MSE_PAD_LENGTH };
    this.#state = { kind: "sync", search, pattern: syncHash(hasher, secret), secret };
    return { send: concatBytes([keys.publicKey, pads[0]]) };
  }

  #onTorrent(secret: Uint8Array): MseStep | undefined {
    const masked = this.#inbox.take(HASH_LENGTH);
    if (masked === undefined) return undefined;
    const { hasher, findTorrent } = this.#options;
    const infoHash = findTorrent(xorBytes(masked, torrentMask(hasher, secret)));
    if (infoHash === undefined)
      throw new PeerError("mse.unknown-torrent", "the peer requested a torrent that this client does not have");
    const ciphers = makeCiphers(hasher, "responder", secret, infoHash);
    this.#state = { kind: "header", ciphers, infoHash, secret };
    return {};
  }

  #onHeader(found: Found): MseStep | undefined {
    const header = this.#decrypted(HEADER_LENGTH, found);
    if (header === undefined) return undefined;
    if (header.subarray(0, VC_LENGTH).some((byte) => byte !== 0))
      throw new PeerError("mse.verification", "the peer's verification constant is not zero");
    const both = readUint32(header, VC_LENGTH) & this.#options.accept;
    const select = (both & MSE_PLAINTEXT) !== 0 ? MSE_PLAINTEXT : both & MSE_RC4;
    if (select === 0) throw new PeerError("mse.method", "the peer offers no method that this client accepts");
    this.#state = { ...found, kind: "padding", length: readPadLength(header, VC_LENGTH + 4), select };
    return {};
  }

  #onPadding(state: State & { readonly kind: "padding" }): MseStep | undefined {
    const { ciphers, infoHash, secret, select } = state;
    const padding = this.#decrypted(state.length + 2, state);
    if (padding === undefined) return undefined;
    const length = readUint16(padding, state.length);
    this.#state = { kind: "payload", length, select, ciphers, infoHash, secret };
    const [, ours] = this.#options.pads;
    const reply = new Uint8Array(VC_LENGTH + 6 + ours.length);
    reply[VC_LENGTH + 3] = select;
    writeUint16(reply, VC_LENGTH + 4, ours.length);
    reply.set(ours, VC_LENGTH + 6);
    ciphers.encrypt.apply(reply, reply);
    return { send: reply };
  }

  #onPayload({ length, select, ciphers, infoHash }: State & { readonly kind: "payload" }): MseStep | undefined {
    const payload = this.#inbox.take(length);
    if (payload === undefined) return undefined;
    const initialPayload = copyBytes(payload);
    ciphers.decrypt.apply(initialPayload, initialPayload);
    this.#state = { kind: "over" };
    return {
      result: {
        ciphers: select === MSE_RC4 ? ciphers : undefined,
        infoHash,
        initialPayload,
        rest: concatBytes([this.#inbox.takeAll(), this.#beyond]),
      },
    };
  }

  #decrypted(length: number, { ciphers }: Found): Uint8Array | undefined {
    const bytes = this.#inbox.take(length);
    if (bytes === undefined) return undefined;
    const plain = copyBytes(bytes);
    ciphers.decrypt.apply(plain, plain);
    return plain;
  }
}
