import { concatBytes, PeerError } from "../../base/index.ts";
import { beginsWithHandshake, MSE_PLAINTEXT, MSE_RC4, MseResponder } from "../../wire/index.ts";
import { makeMseSide, type MseRuntime, type MseStream } from "./mse-session.ts";
import type { EncryptionPolicy } from "./policy.ts";

const NOTHING = new Uint8Array(0);

/** Options of {@link AcceptingSide}. */
export interface AcceptingOptions {
  /** `"required"` refuses connections that are not encrypted with RC4. */
  readonly policy: Exclude<EncryptionPolicy, "disabled">;
  /** Returns the 20-byte info-hash of the torrent with this `mseTorrentHash`; `undefined` when there is none. */
  readonly findTorrent: (hash: Uint8Array) => Uint8Array | undefined;
}

/**
 * The side that accepts a connection: it tells a plain handshake from an encrypted one by the first 20 bytes. Keys are
 * made for encrypted ones only.
 */
export class AcceptingSide {
  readonly #runtime: MseRuntime;
  readonly #options: AcceptingOptions;
  #first: Uint8Array = NOTHING;
  #responder: MseResponder | undefined;

  constructor(runtime: MseRuntime, options: AcceptingOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** As `MseResponder.push`. Throws PeerError `mse.required` for a plain handshake that is refused. */
  push(chunk: Uint8Array): { readonly send?: Uint8Array | undefined; readonly result?: MseStream | undefined } {
    if (this.#responder !== undefined) return this.#responder.push(chunk);
    this.#first = concatBytes([this.#first, chunk]);
    const isPlain = beginsWithHandshake(this.#first);
    if (isPlain === undefined) return {};
    const { policy, findTorrent } = this.#options;
    if (isPlain && policy === "required") throw new PeerError("mse.required", "the connection is not encrypted");
    if (isPlain) return { result: { ciphers: undefined, initialPayload: this.#first, rest: NOTHING, isPlain: true } };
    const accept = policy === "required" ? MSE_RC4 : MSE_RC4 | MSE_PLAINTEXT;
    this.#responder = new MseResponder({ ...makeMseSide(this.#runtime), findTorrent, accept });
    return this.#responder.push(this.#first);
  }
}
