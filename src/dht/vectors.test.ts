import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromHex, ipFromBytes, toHex, utf8 } from "../base/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { idFromBytes, idToBytes } from "./node-id.ts";
import { isSecureId, secureId } from "./secure-id.ts";
import { BLOOM_LENGTH, bloomAdd, bloomCount } from "./store/bloom.ts";
import { isSigned, itemTarget, signedBytes } from "./store/item-store.ts";

const { hasher, signatures, random } = nodeRuntime();
const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();

describe("BEP 42", () => {
  it.each([
    ["124.31.75.21", "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401"],
    ["21.75.31.124", "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256"],
    ["65.23.51.170", "a5d43220bc8f112a3d426c84764f8c2a1150e616"],
    ["84.124.73.14", "1b0321dd1bb1fe518101ceef99462b947a01ff41"],
    ["43.213.53.83", "e56f6cbf5b7c4be0237986d5243b87aa6d51305a"],
  ])("%s may have the id %s", (ip, id) => {
    expect(isSecureId(idFromBytes(hex(id)), ip)).toBe(true);
    expect(isSecureId(idFromBytes(hex(id)), "8.8.8.8")).toBe(false);
  });

  it.each(["8.8.8.8", "2001:4860:4860::8888"])("ids made for %s fit it, and differ", (ip) => {
    const ids = Array.from({ length: 20 }, () => secureId(ip, random));
    expect(ids.every((id) => isSecureId(id, ip))).toBe(true);
    expect(new Set(ids).size).toBe(20);
  });

  it("exempts local networks", () => {
    expect(isSecureId(idFromBytes(new Uint8Array(20)), "192.168.1.1")).toBe(true);
    expect(isSecureId(idFromBytes(new Uint8Array(20)), "127.0.0.1")).toBe(true);
  });
});

describe("BEP 44", () => {
  const key = hex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
  const value = utf8("12:Hello World!");
  const none = new Uint8Array();

  it.each([
    [
      "without salt",
      none,
      "4a533d47ec9c7d95b1ad75f576cffc641853b750",
      "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01",
    ],
    [
      "with salt",
      utf8("foobar"),
      "411eba73b6f087ca51a3795d9c8c938d365e32c1",
      "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08",
    ],
  ])("the mutable item %s has the target and signature of the vector", (_, salt, target, signature) => {
    const item = { kind: "mutable", value, key, salt, seq: 1, signature: hex(signature) } as const;
    expect(toHex(idToBytes(itemTarget(item, hasher)))).toBe(target);
    expect(isSigned(item, signatures)).toBe(true);
    expect(isSigned({ ...item, seq: 2 }, signatures)).toBe(false);
    expect(isSigned({ ...item, salt: utf8("other") }, signatures)).toBe(false);
  });

  it("the immutable item has the target of the vector", () => {
    expect(toHex(idToBytes(itemTarget({ kind: "immutable", value }, hasher)))).toBe(
      "e5f96f6f38320f0f33959cb4d3d656452117aadb",
    );
  });

  it("signs what it verifies", () => {
    const seed = random.bytes(32);
    const message = signedBytes(value, 7, none);
    const publicKey = signatures.publicKey(seed);
    expect(publicKey.length).toBe(32);
    expect(signatures.verify(publicKey, message, signatures.sign(seed, message))).toBe(true);
    expect(signatures.verify(random.bytes(32), message, signatures.sign(seed, message))).toBe(false);
    expect(signatures.verify(new Uint8Array(32).fill(0xff), message, new Uint8Array(64))).toBe(false);
  });
});

describe("BEP 33", () => {
  it("makes the filter of the vector, and estimates 1224.9308", () => {
    const filter = new Uint8Array(BLOOM_LENGTH);
    for (let last = 0; last < 256; last++) bloomAdd(filter, `192.0.2.${last}`, hasher);
    const base = hex("20010db8000000000000000000000000");
    for (let last = 0; last <= 0x3e7; last++) {
      const bytes = base.slice();
      bytes[14] = last >> 8;
      bytes[15] = last & 0xff;
      bloomAdd(filter, ipFromBytes(bytes), hasher);
    }
    expect(toHex(filter.subarray(0, 20)).toUpperCase()).toBe("F6C3F5EAA07FFD91BDE89F777F26FB2BFF37BDB8");
    expect(toHex(filter.subarray(252)).toUpperCase()).toBe("FD8F72EF");
    expect(createHash("sha1").update(filter).digest("hex")).toHaveLength(40);
    expect(bloomCount(filter)).toBeCloseTo(1224.9308, 3);
  });
});
