import { concatBytes, copyBytes, PeerError, readUint32, UsageError, viewBytes, writeUint16 } from "../../base/index.ts";
import { beginsWithHandshake } from "../handshake.ts";
import { MSE_KEY_LENGTH, MSE_PLAINTEXT, MSE_RC4, VC_LENGTH } from "./constants.ts";
import { readPadLength, sharedSecret, type MseSideOptions, type MseStep } from "./handshake-parts.ts";
import { MseInbox, type MseSearch } from "./inbox.ts";
import { MAX_MSE_INITIAL_PAYLOAD_LENGTH, MAX_MSE_PAD_LENGTH } from "./limits.ts";
import { makeCiphers, mseTorrentHash, syncHash, torrentMask, xorBytes, type MseCiphers } from "./secrets.ts";

/** crypto_select (4 bytes) and the length of PadD (2 bytes). */
const HEADER_LENGTH = 6;

const MAX_REPLY_LENGTH = MSE_KEY_LENGTH + MAX_MSE_PAD_LENGTH + VC_LENGTH + HEADER_LENGTH + MAX_MSE_PAD_LENGTH;

/** Options of {@link MseInitiator}. */
export interface MseInitiatorOptions extends MseSideOptions {
  /** The 20-byte info-hash of the torrent. */
  readonly infoHash: Uint8Array;
  /** The methods offered: `MSE_PLAINTEXT`, `MSE_RC4`, or both (their sum). */
  readonly provide: number;
  /** Bytes to send within the handshake, always encrypted: this client's BitTorrent handshake. At most 65,535. */
  readonly initialPayload: Uint8Array;
}

type State =
  | { readonly kind: "key" }
  | { readonly kind: "sync"; readonly search: MseSearch; readonly pattern: Uint8Array; readonly ciphers: MseCiphers }
  | { readonly kind: "header"; readonly ciphers: MseCiphers }
  | { readonly kind: "padding"; readonly length: number; readonly select: number; readonly ciphers: MseCiphers }
  | { readonly kind: "over" };

/**
 * The dialing side of the handshake of Message Stream Encryption, without I/O: bytes in, bytes and a result out. At
 * most 1,134 bytes of the peer are kept.
 *
 *     key ──(the peer's public key)──> sync ──(VC found)──> header ──> padding ──> over
 */
export class MseInitiator {
  readonly #options: MseInitiatorOptions;
  readonly #inbox = new MseInbox(MAX_REPLY_LENGTH);
  #state: State = { kind: "key" };

  /** Throws UsageError `mse.payload` when the initial payload is too long. */
  constructor(options: MseInitiatorOptions) {
    if (options.initialPayload.length > MAX_MSE_INITIAL_PAYLOAD_LENGTH)
      throw new UsageError("mse.payload", `an initial payload has at most ${MAX_MSE_INITIAL_PAYLOAD_LENGTH} bytes`);
    this.#options = options;
  }

  /** The first bytes to send: the public key and padding. */
  get opening(): Uint8Array {
    return concatBytes([this.#options.keys.publicKey, this.#options.pads[0]]);
  }

  /**
   * Takes bytes of the peer. Do not call this again after a step with a result. Throws PeerError `mse.plain` when the
   * peer sends a plain handshake; `mse.key`, `mse.sync`, `mse.method` or `mse.padding` when it breaks the protocol.
   */
  push(chunk: Uint8Array): MseStep {
    const beyond = this.#inbox.append(chunk);
    let send: Uint8Array | undefined;
    if (this.#state.kind === "key") {
      const key = this.#inbox.take(MSE_KEY_LENGTH);
      if (beginsWithHandshake(key ?? this.#inbox.peek()) === true)
        throw new PeerError("mse.plain", "the peer does not encrypt");
      if (key === undefined) return {};
      send = this.#onKey(key);
    }
    if (this.#state.kind === "sync" && this.#inbox.skipPast(this.#state.pattern, this.#state.search))
      this.#state = { kind: "header", ciphers: this.#state.ciphers };
    if (this.#state.kind === "header") this.#onHeader(this.#state.ciphers);
    if (this.#state.kind !== "padding") return { send };
    const { length, select, ciphers } = this.#state;
    const padding = this.#inbox.take(length);
    if (padding === undefined) return { send };
    ciphers.decrypt.apply(padding, padding);
    this.#state = { kind: "over" };
    return {
      send,
      result: {
        ciphers: select === MSE_RC4 ? ciphers : undefined,
        infoHash: this.#options.infoHash,
        initialPayload: new Uint8Array(0),
        rest: concatBytes([this.#inbox.takeAll(), beyond]),
      },
    };
  }

  #onKey(key: Uint8Array): Uint8Array {
    const { hasher, keys, infoHash, provide, initialPayload, pads } = this.#options;
    const secret = sharedSecret(keys, key);
    const ciphers = makeCiphers(hasher, "initiator", secret, infoHash);
    const pattern = new Uint8Array(VC_LENGTH);
    ciphers.decrypt.apply(pattern, pattern);
    this.#state = { kind: "sync", search: { at: 0, within: MAX_MSE_PAD_LENGTH }, pattern, ciphers };
    const [, padding] = pads;
    const encrypted = new Uint8Array(VC_LENGTH + 4 + 2 + padding.length + 2 + initialPayload.length);
    encrypted[VC_LENGTH + 3] = provide;
    writeUint16(encrypted, VC_LENGTH + 4, padding.length);
    encrypted.set(padding, VC_LENGTH + 6);
    writeUint16(encrypted, VC_LENGTH + 6 + padding.length, initialPayload.length);
    encrypted.set(initialPayload, VC_LENGTH + 8 + padding.length);
    ciphers.encrypt.apply(encrypted, encrypted);
    return concatBytes([
      syncHash(hasher, secret),
      xorBytes(mseTorrentHash(hasher, infoHash), torrentMask(hasher, secret)),
      encrypted,
    ]);
  }

  #onHeader(ciphers: MseCiphers): void {
    const taken = this.#inbox.take(HEADER_LENGTH);
    if (taken === undefined) return;
    const header = copyBytes(taken);
    ciphers.decrypt.apply(header, header);
    const select = readUint32(viewBytes(header, 0, 4), 0);
    const isOffered = (select & this.#options.provide) === select;
    if (!isOffered || (select !== MSE_PLAINTEXT && select !== MSE_RC4))
      throw new PeerError("mse.method", `the peer selected a method that was not offered (${select})`);
    this.#state = { kind: "padding", length: readPadLength(header, 4), select, ciphers };
  }
}
