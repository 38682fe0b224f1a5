import { expect, it } from "vitest";
import { PeerError } from "../../base/index.ts";
import { ltDontHave } from "./dont-have.ts";

it("ltDontHave is four bytes, a piece's index (BEP 54)", () => {
  expect(ltDontHave.encode(0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(ltDontHave.decode(Uint8Array.of(0, 0, 1, 0))).toBe(256);
  for (const length of [0, 3, 5]) expect(() => ltDontHave.decode(new Uint8Array(length))).toThrow(PeerError);
});
