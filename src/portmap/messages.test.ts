import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../base/index.ts";
import { decodePcp, encodeAddressRequest, encodeNatPmp, encodePcp } from "./pcp-messages.ts";
import { parseDescription, parseSearchResponse } from "./upnp-messages.ts";

const wanted = { protocol: "tcp", internalPort: 6_881, externalPort: 6_881, lifetimeS: 7_200 } as const;
const nonce = new Uint8Array(12).fill(7);
const hex = (text: string): Uint8Array => fromHex(text.replaceAll(" ", "")) ?? new Uint8Array();

describe("NAT-PMP and PCP", () => {
  it("encodes requests as RFC 6886 and 6887 have them", () => {
    expect(toHex(encodeAddressRequest())).toBe("0000");
    expect(toHex(encodeNatPmp(wanted))).toBe("000200001ae11ae100001c20");
    expect(toHex(encodePcp(wanted, "192.168.0.7", nonce))).toBe(
      `0201000000001c20${"00".repeat(10)}ffffc0a80007${"07".repeat(12)}060000001ae11ae1${"00".repeat(10)}ffff00000000`,
    );
  });

  it("decodes the responses", () => {
    const natPmp = encodeNatPmp(wanted);
    expect(decodePcp(hex("00820000 00000001 1ae1 1ae2 00000e10"), natPmp)).toEqual({
      kind: "mapped",
      internalPort: 6_881,
      externalPort: 6_882,
      lifetimeS: 3_600,
      externalIp: undefined,
    });
    expect(decodePcp(hex("00800000 00000001 09080706"), encodeAddressRequest())).toEqual({
      kind: "address",
      externalIp: "9.8.7.6",
    });
    expect(decodePcp(hex("00820002 00000001 1ae1 0000 00000000"), natPmp)).toEqual({ kind: "failed", code: 2 });
    const pcp = encodePcp(wanted, "192.168.0.7", nonce);
    expect(decodePcp(hex("00810001 00000001"), pcp)).toEqual({ kind: "version", version: 0 });
  });

  it("takes no response to another request", () => {
    const pcp = encodePcp(wanted, "192.168.0.7", nonce);
    const response = pcp.slice();
    response[1] = 0x81;
    response[3] = 0;
    expect(decodePcp(response, pcp)?.kind).toBe("mapped");
    for (const at of [24, 35, 36, 40, 41]) {
      const other = response.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect(decodePcp(other, pcp)).toBeUndefined();
    }
    expect(decodePcp(hex("00820000 00000001 1ae2 1ae2 00000e10"), encodeNatPmp(wanted))).toBeUndefined();
    expect(decodePcp(pcp, pcp)).toBeUndefined();
  });

  it("decodes any bytes to a value or nothing", () => {
    const requests = [encodeAddressRequest(), encodeNatPmp(wanted), encodePcp(wanted, "192.168.0.7", nonce)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...requests), (bytes, request) => {
        expect(["undefined", "object"]).toContain(typeof decodePcp(bytes, request));
      }),
    );
  });
});

describe("UPnP", () => {
  it("reads responses of gateways to a search, and no others", () => {
    const response = (st: string): string =>
      `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nst: ${st}\r\nLocation: http://192.168.0.1:5000/x.xml\r\n\r\n`;
    const gateway = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";
    expect(parseSearchResponse(response(gateway))).toBe("http://192.168.0.1:5000/x.xml");
    expect(parseSearchResponse(response("upnp:rootdevice"))).toBeUndefined();
    expect(parseSearchResponse("NOTIFY * HTTP/1.1\r\n\r\n")).toBeUndefined();
  });

  it("uses the newest service at the device itself", () => {
    const service = (type: string, url: string): string =>
      `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${url}</controlURL></service>`;
    const url = "http://192.168.0.1:5000/x.xml";
    const both = service("WANIPConnection:1", "/1") + service("WANIPConnection:2", "two");
    expect(parseDescription(both, url)).toEqual({
      service: "urn:schemas-upnp-org:service:WANIPConnection:2",
      url: "http://192.168.0.1:5000/two",
    });
    for (const bad of ["http://10.0.0.9/1", "https://192.168.0.1/1", "http://["])
      expect(parseDescription(service("WANIPConnection:1", bad), url)).toBeUndefined();
    expect(parseDescription("<root/>", url)).toBeUndefined();
  });

  it("reads any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseSearchResponse(text)).toBeUndefined();
        expect(parseDescription(text, "http://192.168.0.1/")).toBeUndefined();
      }),
    );
  });
});
