import { describe, expect, it } from "vitest";
import { fromHex, latin1, toHex } from "../../base/index.ts";
import { Rc4 } from "./rc4.ts";

describe("Rc4", () => {
  // RFC 6229: keystream from offset 1024 on.
  it.each([
    ["0102030405", "30abbcc7c20b01609f23ee2d5f6bb7df"],
    ["0102030405060708090a0b0c0d0e0f10", "bdf0324e6083dcc6d3cedd3ca8c53c16"],
  ])("has the keystream of RFC 6229 without its first 1024 bytes (key %s)", (key, expected) => {
    const cipher = new Rc4(fromHex(key) ?? new Uint8Array());
    const zeros = new Uint8Array(16);
    cipher.apply(zeros, zeros);
    expect(toHex(zeros)).toBe(expected);
  });

  it("has the same stream for every division into calls and every alignment", () => {
    const key = latin1("a key of 20 bytes...");
    const plain = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 31) & 255);
    const expected = new Uint8Array(plain.length);
    for (let at = 0, cipher = new Rc4(key); at < plain.length; at++)
      cipher.apply(plain.subarray(at, at + 1), expected.subarray(at, at + 1));
    for (const from of [0, 1, 2, 3])
      for (const to of [0, 1, 2, 3])
        for (const step of [5_000, 999, 64, 63]) {
          const source = new Uint8Array(plain.length + 4).subarray(from, from + plain.length);
          source.set(plain);
          const target = new Uint8Array(plain.length + 4).subarray(to, to + plain.length);
          const cipher = new Rc4(key);
          for (let at = 0; at < plain.length; at += step)
            cipher.apply(source.subarray(at, at + step), target.subarray(at, at + step));
          expect(toHex(target), `${from} ${to} ${step}`).toBe(toHex(expected));
          expect(toHex(source)).toBe(toHex(plain));
        }
  });

  it("decrypts in place what it has encrypted", () => {
    const bytes = latin1("to be read by one peer only, ".repeat(9));
    const sent = new Uint8Array(bytes.length);
    new Rc4(latin1("key")).apply(bytes, sent);
    expect(toHex(sent)).not.toBe(toHex(bytes));
    new Rc4(latin1("key")).apply(sent, sent);
    expect(toHex(sent)).toBe(toHex(bytes));
  });
});
