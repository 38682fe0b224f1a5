import { describe, expect, it } from "vitest";
import { encodeHandshake, decodeHandshake } from "../../wire/index.ts";
import { MAX_NOTED_REQUESTS } from "../limits.ts";
import { OpenRequests, Side } from "./side.ts";

describe("OpenRequests", () => {
  it("keeps requests in order, by piece, begin and length", () => {
    const requests = new OpenRequests();
    const [a, b] = [
      { piece: 1, begin: 0, length: 10 },
      { piece: 0, begin: 5, length: 10 },
    ];
    requests.add(a);
    requests.add(b);
    requests.add(a);
    expect([...requests]).toEqual([a, b]);
    expect(requests.has({ ...a, length: 11 })).toBe(false);
    expect(requests.delete({ ...b, begin: 6 })).toBe(false);
    expect(requests.delete(b)).toBe(true);
    expect([...requests]).toEqual([a]);
  });

  it("is bounded", () => {
    const requests = new OpenRequests();
    for (let piece = 0; piece < MAX_NOTED_REQUESTS; piece++)
      expect(requests.add({ piece, begin: 0, length: 1 })).toBe(true);
    expect(requests.add({ piece: -1, begin: 0, length: 1 })).toBe(false);
    expect(requests.size).toBe(MAX_NOTED_REQUESTS);
    requests.clear();
    expect(requests.size).toBe(0);
  });
});

describe("Side", () => {
  it("uses the fast extension only when its handshake has the bit", () => {
    const side = new Side();
    const say = (fast: boolean): void => {
      side.handshake = decodeHandshake(
        encodeHandshake({ infoHash: new Uint8Array(20), peerId: new Uint8Array(20), reserved: { fast } }),
      );
    };
    expect(side.fast).toBe(false);
    say(false);
    expect(side.fast).toBe(false);
    say(true);
    expect(side.fast).toBe(true);
  });

  it("returns extensions by the ids that it assigned", () => {
    const side = new Side();
    side.extensions.set(7, "ut_pex");
    expect(side.extensionId("ut_pex")).toBe(7);
    expect(side.extensionId("ut_metadata")).toBeUndefined();
  });
});
