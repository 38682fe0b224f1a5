import type { Signatures } from "../signatures.ts";

/** The DER headers that precede the raw bytes of ed25519 keys (RFC 8410). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Signatures by `node:crypto`, loaded at first use. */
export class NodeSignatures implements Signatures {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const { createPublicKey, verify } = crypto();
    try {
      const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" });
      return verify(undefined, message, key, signature);
    } catch {
      return false;
    }
  }

  sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
    const { createPrivateKey, sign } = crypto();
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
    return new Uint8Array(sign(undefined, message, key));
  }

  publicKey(seed: Uint8Array): Uint8Array {
    const { createPrivateKey, createPublicKey } = crypto();
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
    const der = createPublicKey(key).export({ format: "der", type: "spki" });
    return new Uint8Array(der.subarray(SPKI.length));
  }
}

function crypto(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}
