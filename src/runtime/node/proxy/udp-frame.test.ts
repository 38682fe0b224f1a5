import { describe, expect, it } from "vitest";
import { utf8 } from "../../../base/index.ts";
import { parseUdpFrame, udpHeader } from "./udp-frame.ts";

const frame = (header: Uint8Array, payload = utf8("data")): Uint8Array => Buffer.concat([header, payload]);

describe("parseUdpFrame", () => {
  it("parses what udpHeader writes, over IPv4 and IPv6", () => {
    for (const ip of ["203.0.113.9", "2001:db8::9"]) {
      expect(parseUdpFrame(frame(udpHeader({ ip }, 6881)))).toEqual({
        from: { ip, port: 6881 },
        port: 6881,
        payload: Buffer.from("data"),
      });
    }
  });

  it("returns no source for a host name", () => {
    expect(parseUdpFrame(frame(udpHeader({ name: "tracker.example" }, 6969)))).toEqual({
      from: undefined,
      port: 6969,
      payload: Buffer.from("data"),
    });
  });

  it("returns undefined for fragments, unknown types and short datagrams", () => {
    const good = frame(udpHeader({ ip: "203.0.113.9" }, 6881), new Uint8Array(0));
    expect(parseUdpFrame(good)?.payload.length).toBe(0);
    for (let length = 0; length < good.length; length++)
      expect(parseUdpFrame(good.subarray(0, length))).toBeUndefined();
    expect(parseUdpFrame(Uint8Array.from(good, (byte, at) => (at === 2 ? 1 : byte)))).toBeUndefined();
    expect(parseUdpFrame(Uint8Array.from(good, (byte, at) => (at === 3 ? 9 : byte)))).toBeUndefined();
    expect(
      parseUdpFrame(frame(udpHeader({ name: "x".repeat(255) }, 1), new Uint8Array(0)).subarray(0, 200)),
    ).toBeUndefined();
  });
});
