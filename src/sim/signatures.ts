import { concatBytes, copyBytes, equalBytes } from "../base/index.ts";
import type { Signatures } from "../runtime/index.ts";
import type { Digest } from "./hasher.ts";

/** Signatures in name only: a digest of public key and message. They catch what was changed, and no forger. */
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
