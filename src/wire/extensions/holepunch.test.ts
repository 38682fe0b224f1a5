import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, PeerError } from "../../base/index.ts";
import { utHolepunch, type HolepunchMessage } from "./holepunch.ts";

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(" ", "")) ?? new Uint8Array();

describe("utHolepunch", () => {
  it.each<[string, HolepunchMessage]>([
    ["00 00 cb007109 1ae1 00000000", { type: "rendezvous", endpoint: { ip: "203.0.113.9", port: 6881 } }],
    [
      "01 01 20010db8000000000000000000000009 1ae1 00000000",
      { type: "connect", endpoint: { ip: "2001:db8::9", port: 6881 } },
    ],
    [
      "02 00 cb007109 1ae1 00000002",
      { type: "error", endpoint: { ip: "203.0.113.9", port: 6881 }, error: "not-connected" },
    ],
  ])("encodes and decodes %s", (bytes, message) => {
    expect(utHolepunch.encode(message)).toEqual(hex(bytes));
    expect(utHolepunch.decode(hex(bytes))).toEqual(message);
  });

  it("accepts a message without an error code, and unknown codes", () => {
    expect(utHolepunch.decode(hex("01 00 cb007109 1ae1"))).toMatchObject({ type: "connect" });
    expect(utHolepunch.decode(hex("02 00 cb007109 1ae1 00000063"))).toMatchObject({ type: "error", error: undefined });
  });

  it.each([
    "",
    "00",
    "03 00 cb007109 1ae1 00000000",
    "00 02 cb007109 1ae1 00000000",
    "00 00 cb0071",
    "02 00 cb007109 1ae1",
    "00 01 cb007109 1ae1 00000000",
  ])("refuses %j", (bytes) => {
    expect(() => utHolepunch.decode(hex(bytes))).toThrow(PeerError);
  });

  it("returns a message or throws PeerError for any bytes", () => {
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        return utHolepunch.decode(bytes);
      } catch (error) {
        return error;
      }
    };
    const isMessage = (value: unknown): value is HolepunchMessage => !(value instanceof Error);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const first = outcome(bytes);
        expect(isMessage(first) ? outcome(utHolepunch.encode(first)) : first instanceof PeerError).toEqual(
          isMessage(first) ? first : true,
        );
      }),
    );
  });
});
