import { describe, expect, it } from "vitest";
import { toHex } from "../../base/index.ts";
import { NodeKeyExchange } from "./key-exchange.ts";

const PRIME = BigInt(
  "0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563",
);
const bytesOf = (number: bigint): Uint8Array => Buffer.from(number.toString(16).padStart(192, "0"), "hex");

describe("NodeKeyExchange", () => {
  it("gives both sides the same secret of 96 bytes, another one for each connection", () => {
    const secrets = Array.from({ length: 20 }, () => {
      const [one, other] = [new NodeKeyExchange().generate(), new NodeKeyExchange().generate()];
      expect([one.publicKey.length, other.publicKey.length]).toEqual([96, 96]);
      const secret = one.secret(other.publicKey) ?? new Uint8Array();
      expect(secret.length).toBe(96);
      expect(other.secret(one.publicKey)).toEqual(secret);
      return toHex(secret);
    });
    expect(new Set(secrets).size).toBe(20);
  });

  it("computes in the group of the specification: prime and generator 2", () => {
    const { publicKey, secret } = new NodeKeyExchange().generate();
    // With the other side's private key 1 its public key is the generator, and the secret is our public key.
    expect(secret(bytesOf(2n))).toEqual(publicKey);
    expect(BigInt(`0x${toHex(publicKey)}`)).toBeLessThan(PRIME);
  });

  it.each([
    ["0", 0n],
    ["1", 1n],
    ["the prime less 1", PRIME - 1n],
    ["the prime", PRIME],
    ["more than the prime", PRIME + 2n],
  ])("refuses the public key %s", (_, key) => {
    expect(new NodeKeyExchange().generate().secret(bytesOf(key))).toBeUndefined();
  });
});
