import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfoHash } from "../base/index.ts";
import { MAX_MAGNET_LENGTH, MAX_MAGNET_PARAMETERS, MAX_URLS } from "./limits.ts";
import { formatMagnet, magnetLink, parseMagnet, selectsFile } from "./magnet.ts";

const hex = "c334138ef5bfc2d568ea7324e0e2a3a7ec229bdd";
const hexV2 = "ab".repeat(32);
const link = `magnet:?xt=urn:btih:${hex}`;
const code = (expected: string): unknown => expect.objectContaining({ name: "InputError", code: expected });

describe("parseMagnet", () => {
  it("reads every parameter", () => {
    const magnet = parseMagnet(
      `${link}&xt=urn:btmh:1220${hexV2}&dn=A+name%20%26%20more&xl=1234&tr=udp%3A%2F%2Ft.example%3A6969&tr=http://b/a?x=1` +
        `&ws=http%3A%2F%2Fw%2F&x.pe=10.0.0.1:6881&x.pe=[2001:DB8::1]:1&x.pe=peer.example:99&so=0,2,4,6-8&unknown=1`,
    );
    expect(magnet.infoHash?.hex).toBe(hex);
    expect(magnet.infoHashV2?.hex).toBe(hexV2);
    expect(magnet).toMatchObject({
      name: "A name & more",
      length: 1234,
      trackers: ["udp://t.example:6969", "http://b/a?x=1"],
      webSeeds: ["http://w/"],
      peers: [
        { host: "10.0.0.1", port: 6881 },
        { host: "2001:db8::1", port: 1 },
        { host: "peer.example", port: 99 },
      ],
      selectOnly: [
        { first: 0, last: 0 },
        { first: 2, last: 2 },
        { first: 4, last: 4 },
        { first: 6, last: 8 },
      ],
    });
  });

  it("reads base32, upper case, numbered parameters and spaces around", () => {
    expect(parseMagnet("  MAGNET:?XT=URN:BTIH:YM2BHDXVX7BNK2HKOMSOBYVDU7WCFG65\n").infoHash?.hex).toBe(hex);
    expect(parseMagnet(`magnet:?xt.1=urn:btih:${hex.toUpperCase()}&tr.1=udp://a:1&tr.2=udp://b:1`)).toMatchObject({
      trackers: ["udp://a:1", "udp://b:1"],
    });
  });

  it("decodes each value once: an escaped plus sign or percent sign stays", () => {
    const magnet = parseMagnet(`${link}&dn=C%2B%2B+100%25+%252B&tr=http%3A%2F%2Ft%2Fa+b%2Bc%252B&ws=http://w/a+b`);
    expect(magnet).toMatchObject({ name: "C++ 100% %2B", trackers: ["http://t/a+b+c%2B"], webSeeds: ["http://w/a+b"] });
  });

  it("has a topic of v2 alone", () => {
    const magnet = parseMagnet(`magnet:?xt=urn:btmh:1220${hexV2}`);
    expect([magnet.infoHash, magnet.infoHashV2?.hex]).toEqual([undefined, hexV2]);
  });

  it("leaves out what is malformed beside the topic", () => {
    const magnet = parseMagnet(
      `${link}&xl=many&tr=nonsense&tr=&x.pe=10.0.0.1:0&x.pe=1.2.3.4&x.pe=:5&so=a,-1,5-2,7&dn=%zz%ff&&=&flag`,
    );
    expect(magnet).toMatchObject({
      length: undefined,
      trackers: [],
      peers: [],
      selectOnly: [{ first: 7, last: 7 }],
      name: "%zz\ufffd",
    });
  });

  it.each([
    ["", "magnet.syntax"],
    ["http://example/", "magnet.syntax"],
    ["magnet:", "magnet.syntax"],
    ["magnet:?", "magnet.topic"],
    ["magnet:?dn=name", "magnet.topic"],
    ["magnet:?xt=urn:tree:tiger:ABC", "magnet.topic"],
    ["magnet:?xt=urn:btih:123", "magnet.topic"],
    [`magnet:?xt=urn:btih:${"z".repeat(40)}`, "magnet.topic"],
    [`magnet:?xt=urn:btih:${"a".repeat(64)}`, "magnet.topic"],
    [`magnet:?xt=urn:btmh:${hexV2}`, "magnet.topic"],
    [`magnet:?xt=urn:btmh:1220${hexV2}00`, "magnet.topic"],
    [`${link}&dn=${"x".repeat(MAX_MAGNET_LENGTH)}`, "magnet.too-long"],
  ])("refuses %.60s", (text, expected) => {
    expect(() => parseMagnet(text)).toThrow(code(expected));
  });

  it("keeps a bounded number of everything", () => {
    const trackers = parseMagnet(
      link + Array.from({ length: MAX_URLS + 5 }, (_, i) => `&tr=udp://t${i}`).join(""),
    ).trackers;
    expect(trackers).toHaveLength(MAX_URLS);
    const peers = parseMagnet(link + Array.from({ length: MAX_URLS + 5 }, (_, i) => `&x.pe=h${i}:1`).join("")).peers;
    expect(peers).toHaveLength(MAX_URLS);
    expect(parseMagnet(`${link}${"&a=1".repeat(MAX_MAGNET_PARAMETERS)}&dn=late`).name).toBeUndefined();
  });
});

describe("magnetLink", () => {
  it.each([
    [` ${link}\n`, link],
    [`MAGNET:?xt=urn:btih:${hex}`, `MAGNET:?xt=urn:btih:${hex}`],
    [hex, link],
    ["\tYM2BHDXVX7BNK2HKOMSOBYVDU7WCFG65 ", "magnet:?xt=urn:btih:YM2BHDXVX7BNK2HKOMSOBYVDU7WCFG65"],
    [hexV2, `magnet:?xt=urn:btmh:1220${hexV2}`],
  ])("takes %j", (text, expected) => {
    expect(magnetLink(text)).toBe(expected);
    expect(() => parseMagnet(expected)).not.toThrow();
  });

  it.each(["", "a.torrent", "http://a/", hex.slice(1), `${hex}0`, `./${hex}`, `${hex} ${hex}`])(
    "leaves %j alone",
    (text) => {
      expect(magnetLink(text)).toBeUndefined();
    },
  );
});

describe("formatMagnet", () => {
  it("is undone by parseMagnet", () => {
    const url = fc.webUrl();
    const magnets = fc.record({
      infoHash: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => InfoHash.fromBytes(bytes)),
      infoHashV2: fc.option(
        fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => InfoHash.fromBytes(bytes)),
        { nil: undefined },
      ),
      name: fc.option(fc.string({ unit: "grapheme", minLength: 1 }), { nil: undefined }),
      length: fc.option(fc.maxSafeNat(), { nil: undefined }),
      trackers: fc.uniqueArray(url, { maxLength: 3 }),
      webSeeds: fc.uniqueArray(url, { maxLength: 3 }),
      peers: fc.uniqueArray(
        fc.record({
          host: fc.constantFrom("1.2.3.4", "2001:db8::1", "a.example"),
          port: fc.integer({ min: 1, max: 65_535 }),
        }),
        { maxLength: 3, selector: (peer) => `${peer.host} ${peer.port}` },
      ),
      selectOnly: fc.array(
        fc.tuple(fc.nat(1000), fc.nat(5)).map(([first, more]) => ({ first, last: first + more })),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(magnets, (magnet) => {
        expect(parseMagnet(formatMagnet(magnet))).toEqual(magnet);
      }),
    );
  });

  it.each([
    ["C++ course", "C%2B%2B%20course"],
    ["100%", "100%25"],
    ["%2B", "%252B"],
    ["a+b&c=d", "a%2Bb%26c%3Dd"],
  ])("writes the name %s so that it is read back", (name, escaped) => {
    const written = formatMagnet({ infoHash: InfoHash.parse(hex), name });
    expect(written).toBe(`${link}&dn=${escaped}`);
    expect(parseMagnet(written).name).toBe(name);
  });

  it("survives half a surrogate pair", () => {
    expect(parseMagnet(formatMagnet({ infoHash: InfoHash.parse(hex), name: "a\ud800" })).name).toBe("a\ufffd");
  });

  it("refuses to write a link without an info-hash", () => {
    expect(() => formatMagnet({ name: "x" })).toThrow(code("magnet.topic"));
  });
});

describe("selectsFile", () => {
  it("selects all without so, else only what is in a range, however long", () => {
    expect(selectsFile(parseMagnet(link), 5)).toBe(true);
    const magnet = parseMagnet(`${link}&so=2,1000-4294967295`);
    expect([0, 2, 999, 1000, 4_000_000_000].map((index) => selectsFile(magnet, index))).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
  });
});
