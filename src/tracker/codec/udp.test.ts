import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfoHash, packEndpoints, toHex } from "../../base/index.ts";
import { INFO_HASH, PEER_ID } from "../../../test/support/tracker-fakes.ts";
import { MAX_UDP_SCRAPE_HASHES } from "../limits.ts";
import { MAX_URL_DATA_BYTES } from "./udp-constants.ts";
import {
  decodeUdpAnnounce,
  decodeUdpConnect,
  decodeUdpError,
  decodeUdpScrape,
  encodeUdpAnnounceReply,
  encodeUdpConnectReply,
  encodeUdpErrorReply,
  encodeUdpScrapeReply,
  readUdpHeader,
} from "./udp-reply.ts";
import {
  decodeUdpRequest,
  encodeUdpAnnounce,
  encodeUdpConnect,
  encodeUdpScrape,
  readUdpUrlData,
} from "./udp-request.ts";

const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const FIELDS = {
  infoHash: INFO_HASH,
  peerId: PEER_ID,
  port: 6881,
  uploaded: 2 ** 40 + 1,
  downloaded: 2,
  left: 2 ** 33,
};

describe("encodeUdpConnect", () => {
  it("has the layout of BEP 15", () => {
    expect(toHex(encodeUdpConnect(0xdeadbeef))).toBe("000004172710198000000000deadbeef");
  });
});

describe("encodeUdpAnnounce", () => {
  it("has the layout of BEP 15", () => {
    const bytes = encodeUdpAnnounce(ID, 0xdeadbeef, { ...FIELDS, event: "started", key: 0xcafef00d });
    expect(toHex(bytes)).toBe(
      `0102030405060708 00000001 deadbeef ${INFO_HASH.hex} ${PEER_ID.hex} 0000000000000002 0000000200000000 0000010000000001 00000002 00000000 cafef00d ffffffff 1ae1`.replaceAll(
        " ",
        "",
      ),
    );
  });

  it("is decoded by the server", () => {
    const request = decodeUdpRequest(encodeUdpAnnounce(ID, 7, { ...FIELDS, left: 0, event: "stopped", numWant: 0 }));
    expect(request).toMatchObject({
      kind: "announce",
      transactionId: 7,
      isSeeder: true,
      event: "stopped",
      numWant: 0,
      port: 6881,
      connectionId: ID,
    });
    expect(decodeUdpRequest(encodeUdpAnnounce(ID, 7, FIELDS))).toMatchObject({
      isSeeder: false,
      event: undefined,
      numWant: undefined,
    });
  });

  it("carries path and query of the URL as options (BEP 41), cut in parts of 255", () => {
    const urlData = `/a?${"k".repeat(600)}`;
    const bytes = encodeUdpAnnounce(ID, 7, FIELDS, urlData);
    expect([bytes[98], bytes[99]]).toEqual([2, 255]);
    expect(readUdpUrlData(bytes)).toBe(urlData);
    expect(readUdpUrlData(encodeUdpAnnounce(ID, 7, FIELDS, "/".repeat(5_000)))).toHaveLength(MAX_URL_DATA_BYTES);
    expect(encodeUdpAnnounce(ID, 7, FIELDS)).toHaveLength(98);
  });
});

describe("readUdpUrlData", () => {
  it("skips NOPs and unknown options, stops at the end option and at a truncated one", () => {
    const options = (...bytes: number[]): Uint8Array => Uint8Array.from([...new Uint8Array(98), ...bytes]);
    expect(readUdpUrlData(options(1, 1, 9, 2, 0xff, 0xff, 2, 1, 0x61, 2, 1, 0x62, 0, 2, 1, 0x63))).toBe("ab");
    expect(readUdpUrlData(options(2, 200, 0x61))).toBe("");
    expect(readUdpUrlData(options(2))).toBe("");
  });
});

describe("encodeUdpScrape", () => {
  it("encodes 1 to 74 torrents", () => {
    const many = Array.from({ length: MAX_UDP_SCRAPE_HASHES + 1 }, (_, i) =>
      InfoHash.fromBytes(new Uint8Array(20).fill(i)),
    );
    expect(() => encodeUdpScrape(ID, 1, many)).toThrow(
      expect.objectContaining({ code: "tracker.scrape-count" }) as Error,
    );
    expect(() => encodeUdpScrape(ID, 1, [])).toThrow(
      expect.objectContaining({ code: "tracker.scrape-count" }) as Error,
    );
    const bytes = encodeUdpScrape(ID, 1, many.slice(1));
    expect(bytes).toHaveLength(16 + 74 * 20);
    expect(decodeUdpRequest(bytes)).toMatchObject({ kind: "scrape" });
  });
});

describe("decodeUdpRequest", () => {
  it("returns undefined for a short datagram, an unknown action, or a connect without the magic number", () => {
    expect(decodeUdpRequest(new Uint8Array(15))).toBeUndefined();
    expect(decodeUdpRequest(encodeUdpAnnounce(ID, 1, FIELDS).subarray(0, 97))).toBeUndefined();
    expect(decodeUdpRequest(new Uint8Array(16))).toBeUndefined();
    expect(decodeUdpRequest(Uint8Array.from([...ID, 0, 0, 0, 9, 0, 0, 0, 0]))).toBeUndefined();
    expect(decodeUdpRequest(Uint8Array.from([...ID, 0, 0, 0, 2, 0, 0, 0, 0]))).toBeUndefined();
  });
});

describe("UDP replies", () => {
  it("are decoded to the encoded values", () => {
    expect(decodeUdpConnect(encodeUdpConnectReply(5, ID))).toEqual(ID);
    expect(readUdpHeader(encodeUdpConnectReply(5, ID))).toEqual({ action: 0, transactionId: 5 });
    const entries = [{ seeders: 1, completed: 2, leechers: 3 }];
    expect(decodeUdpScrape(encodeUdpScrapeReply(5, entries), 2)).toEqual([...entries, undefined]);
    expect(decodeUdpError(encodeUdpErrorReply(5, "no\nway"))).toMatchObject({
      code: "tracker.failure",
      message: "the tracker refuses: no way",
    });
  });

  it.each([4, 6] as const)("carry IPv%i peers packed for that family", (family) => {
    const endpoint = fc.record({
      ip: family === 4 ? fc.ipV4() : fc.integer({ min: 1, max: 0xffff }).map((n) => `2001:db8::${n.toString(16)}`),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 100 }), (peers) => {
        const bytes = encodeUdpAnnounceReply(9, {
          interval: 1800,
          leechers: 4,
          seeders: 5,
          peers: packEndpoints(peers, family),
        });
        expect(decodeUdpAnnounce(bytes, family)).toEqual({ peers, interval: 1800, leechers: 4, seeders: 5 });
      }),
      { numRuns: 50 },
    );
  });

  it("that are too short are rejected; a truncated last peer is dropped; negative numbers are 0", () => {
    const bytes = encodeUdpAnnounceReply(9, {
      interval: 0xffffffff,
      leechers: 0x80000000,
      seeders: 1,
      peers: Uint8Array.of(1, 2, 3, 4, 0, 5, 6, 7),
    });
    expect(decodeUdpAnnounce(bytes, 4)).toEqual({
      peers: [{ ip: "1.2.3.4", port: 5 }],
      interval: 0,
      leechers: 0,
      seeders: 1,
    });
    for (const read of [
      decodeUdpConnect,
      (b: Uint8Array) => decodeUdpAnnounce(b, 4),
      (b: Uint8Array) => decodeUdpScrape(b, 1),
    ]) {
      expect(() => read(new Uint8Array(11))).toThrow(expect.objectContaining({ code: "tracker.malformed" }) as Error);
    }
    expect(readUdpHeader(new Uint8Array(7))).toBeUndefined();
  });
});
