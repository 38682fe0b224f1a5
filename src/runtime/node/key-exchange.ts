import type { DiffieHellman } from "node:crypto";
import { compareBytes, type KeyPair } from "../../base/index.ts";
import type { KeyExchange } from "../key-exchange.ts";
import { nodeRandom } from "./random.ts";

/** The prime of Message Stream Encryption, 768 bits. Its generator is 2. */
const PRIME =
  "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
  "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563";
const PRIME_BYTES: Uint8Array = Buffer.from(PRIME, "hex");
const KEY_LENGTH = PRIME_BYTES.length;

/**
 * The length in bytes of private keys. The specification asks for 128 to 180 bits; OpenSSL computes with words of 64
 * bits, so that 160 bits take as long as 192, half as long again as 128.
 */
const PRIVATE_LENGTH = 16;

/** The group, made once for the process: OpenSSL tests the prime for 20 ms, and an exchange takes 0.06 ms. */
let group: DiffieHellman | undefined;

/** The exchange of keys by `node:crypto`, loaded at first use. */
export class NodeKeyExchange implements KeyExchange {
  generate(): KeyPair {
    const { createDiffieHellman } = process.getBuiltinModule("node:crypto");
    const dh = (group ??= createDiffieHellman(PRIME, "hex", 2));
    const privateKey = nodeRandom.bytes(PRIVATE_LENGTH);
    dh.setPrivateKey(privateKey);
    return {
      publicKey: padded(dh.generateKeys()),
      secret: (publicKey) => {
        // OpenSSL refuses 0, 1, the prime less 1 and the prime, but not all larger numbers.
        if (compareBytes(publicKey, PRIME_BYTES) >= 0) return undefined;
        try {
          dh.setPrivateKey(privateKey);
          return padded(dh.computeSecret(publicKey));
        } catch {
          return undefined;
        }
      },
    };
  }
}

function padded(number: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(KEY_LENGTH);
  bytes.set(number, KEY_LENGTH - number.length);
  return bytes;
}
