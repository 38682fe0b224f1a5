import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1, UsageError, VERSION } from "../../base/index.ts";
import { AZUREUS_CLIENTS, MAINLINE_CLIENTS, SHADOW_CLIENTS } from "./clients.ts";
import { SPECIAL_CLIENTS } from "./special.ts";
import { formatClient, generatePeerId, recogniseClient } from "./peer-id.ts";
import type { PeerIdRandom } from "./peer-id.ts";

const id = (start: string): Uint8Array => latin1(start.padEnd(20, "x").slice(0, 20));

const countingRandom = (): PeerIdRandom => {
  let next = 0;
  return { below: (limit) => next++ % limit };
};

const table: readonly (readonly [start: string, expected: string, style: string])[] = [
  ["-qB4520-", "qBittorrent 4.5.2", "azureus"],
  ["-qB4630-", "qBittorrent 4.6.3", "azureus"],
  ["-qB33G0-", "qBittorrent 3.3.16", "azureus"],
  ["-TR0006-", "Transmission 0.6", "azureus"],
  ["-TR0072-", "Transmission 0.72", "azureus"],
  ["-TR2940-", "Transmission 2.94", "azureus"],
  ["-TR3000-", "Transmission 3.00", "azureus"],
  ["-TR300Z-", "Transmission 3.00+", "azureus"],
  ["-TR400Z-", "Transmission 4.0.0+", "azureus"],
  ["-TR400B-", "Transmission 4.0.0 beta", "azureus"],
  ["-TR4060-", "Transmission 4.0.6", "azureus"],
  ["-DE13F0-", "Deluge 1.3.15", "azureus"],
  ["-DE211s-", "Deluge 2.1.1", "azureus"],
  ["-LT2080-", "libtorrent 2.0.8", "azureus"],
  ["-LT12I1-", "libtorrent 1.2.18.1", "azureus"],
  ["-lt0D80-", "libTorrent (rTorrent) 0.13.8", "azureus"],
  ["-UT355W-", "µTorrent 3.5.5", "azureus"],
  ["-UT360B-", "µTorrent 3.6.0 beta", "azureus"],
  ["-UT35112", "µTorrent 3.5.1", "azureus"],
  ["-UM1870-", "µTorrent Mac 1.8.7", "azureus"],
  ["-BT7a5W-", "BitTorrent 7.10.5", "azureus"],
  ["-WW0102-", "WebTorrent 1.2", "azureus"],
  ["-WW0208-", "WebTorrent 2.8", "azureus"],
  ["-WD0024-", "WebTorrent Desktop 0.24", "azureus"],
  ["-AZ5760-", "Vuze 5.7.6.0", "azureus"],
  ["-BI3400-", "BiglyBT 3.4.0.0", "azureus"],
  ["-BC0189-", "BitComet 1.89", "azureus"],
  ["-KT22B1-", "KTorrent 2.2 beta 1", "azureus"],
  ["-KT30R1-", "KTorrent 3.0 RC 1", "azureus"],
  ["-KT5110-", "KTorrent 5.1.1", "azureus"],
  ["-PI0250-", "PicoTorrent 0.25.0", "azureus"],
  ["-FD51R-", "Free Download Manager 5.1.27", "azureus"],
  ["-XL0012-", "Xunlei 0.0.1.2", "azureus"],
  ["-AX0234-", "BitPump 2.34", "azureus"],
  ["-MI0100-", "Millrace 0.1.0", "azureus"],
  ["-??0100-", "unknown (-??0100-)", "none"],
  ["-Zz0100-", "Zz", "azureus"],
  ["A2-1-36-0-", "aria2 1.36.0", "special"],
  ["M4-3-6--", "BitTorrent (Mainline) 4.3.6", "mainline"],
  ["M4-20-8-", "BitTorrent (Mainline) 4.20.8", "mainline"],
  ["M7-10-5-", "BitTorrent (Mainline) 7.10.5", "mainline"],
  ["Q1-0-0--", "Queen Bee 1.0.0", "mainline"],
  ["Q1-10-0-", "Queen Bee 1.10.0", "mainline"],
  ["S58B-----", "Shadow's client 5.8.11", "shadow"],
  ["T03A0----", "BitTornado 0.3.10.0", "shadow"],
  ["T03I--008", "BitTornado 0.3.18", "shadow"],
  ["A310--001", "ABC 3.1.0", "shadow"],
  ["XBT054d-", "XBT Client 0.5.4 debug", "special"],
  ["XBT054--", "XBT Client 0.5.4", "special"],
  ["OP7685", "Opera build 7685", "special"],
  ["exbc\x00\x3b", "BitComet 0.59", "special"],
  ["exbc\x01\x00LORD", "BitLord 1.00", "special"],
  ["\0\x03BS", "BitSpirit 3", "special"],
  ["eXuser", "eXeem", "special"],
  ["-ML2.7.2-kgjjfkd", "MLDonkey 2.7.2", "special"],
  ["-BOWA0C-", "Bits on Wheels 1.0.6", "special"],
  ["-FG0180", "FlashGet 1.80", "special"],
  ["AZ2500BT", "BitTyrant 1.1", "special"],
  ["346------", "TorrenTopia 1.90", "special"],
  ["07RSnick", "Rufus 0.7", "special"],
  ["-G3nick", "G3 Torrent", "special"],
  ["TIX0193-", "Tixati 1.93", "special"],
  ["S3-1-0-0--", "Amazon S3 1.0.0", "special"],
  ["Mbrst1-1-3", "burst! 1.1.3", "special"],
  ["DNA010203", "BitTorrent DNA 1.2.3", "special"],
  ["xxxxxAzureus", "Azureus 2.0.3.2", "special"],
];

describe("recogniseClient", () => {
  it.each(table)("reads %j as %s", (start, expected, style) => {
    expect(formatClient(id(start))).toBe(expected);
    expect(recogniseClient(id(start))?.style ?? "none").toBe(style);
  });

  it("recognises at least 80 clients, 75 of them in Azureus style", () => {
    const azureus = new Set(Array.from(AZUREUS_CLIENTS.values(), ({ client }) => client));
    const all = new Set([
      ...azureus,
      ...SHADOW_CLIENTS.values(),
      ...MAINLINE_CLIENTS.values(),
      ...SPECIAL_CLIENTS.map(({ client }) => client),
    ]);
    expect(azureus.size).toBeGreaterThanOrEqual(75);
    expect(all.size).toBeGreaterThanOrEqual(120);
  });

  it("recognises every client of the Azureus table by its letters, unless they have another style", () => {
    for (const [code, { client }] of AZUREUS_CLIENTS) expect(recogniseClient(id(`-${code}1234-`))?.client).toBe(client);
  });

  it("does not recognise random ids", () => {
    for (const start of ["", "\0\0\0\0", "abcdefgh", "-------", "-A", "M4x3x6", "Txxxxxxxxx", "\xff\xff\xff\xff"]) {
      expect(recogniseClient(id(start))).toBeUndefined();
    }
  });

  it("accepts any 20 bytes without throwing, and returns no control characters", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        expect(formatClient(bytes)).toMatch(/^[\x20-\x7eµ]+$/);
      }),
    );
  });

  it("returns undefined for other lengths than 20 bytes", () => {
    expect(recogniseClient(latin1("-qB4520-"))).toBeUndefined();
  });
});

describe("generatePeerId", () => {
  it("returns the prefix and random letters and digits", () => {
    expect(generatePeerId(countingRandom()).toString()).toBe("-MI0100-0123456789AB");
    expect(generatePeerId(countingRandom(), "-XX-").toString()).toBe("-XX-0123456789ABCDEF");
  });

  it("writes the version of Millrace into its own prefix", () => {
    const id = generatePeerId(countingRandom()).bytes;
    expect(recogniseClient(id)).toEqual({ client: "Millrace", version: VERSION, style: "azureus" });
  });

  it("rejects a prefix that leaves too few random characters or is not printable", () => {
    expect(() => generatePeerId(countingRandom(), "-MI0100-abcde")).toThrow(UsageError);
    expect(() => generatePeerId(countingRandom(), "-MI\n")).toThrow(expect.objectContaining({ code: "wire.peer-id" }));
  });
});
