import { concatBytes, copyBytes, equalBytes } from "../../base/index.ts";
import type { Signatures } from "../../runtime/index.ts";
import type { Digest } from "../hasher.ts";

/** Simulated signatures: a digest of public key and message. They detect changed messages, but not forged ones. */
export class SimSignatures implements Signatures {
  readonly #digest: Digest;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    return equalBytes(signature, this.#signature(publicKey, message));
  }

  sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
    return this.#signature(this.publicKey(seed), message);
  }

  publicKey(seed: Uint8Array): Uint8Array {
    return copyBytes(this.#digest("sha256", seed));
  }

  #signature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
    const half = this.#digest("sha256", concatBytes([publicKey, message]));
    return concatBytes([half, half]);
  }
}
