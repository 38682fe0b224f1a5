import { describe, expect, it } from "vitest";
import { InfoHash, ipPeer, type PeerAddress } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";
import type { DiscoveryTarget, PeerSource } from "./peer-source.ts";
import { PeerSources } from "./peer-sources.ts";

const infoHash = InfoHash.fromBytes(new Uint8Array(20).fill(7));
const peer = ipPeer({ ip: "20.0.0.1", port: 1 });

class FakeSource implements PeerSource {
  target: DiscoveryTarget | undefined;
  starts = 0;
  stops = 0;
  readonly name: CandidateSource;
  readonly allowsPrivate: boolean;

  constructor(name: CandidateSource, allowsPrivate: boolean) {
    this.name = name;
    this.allowsPrivate = allowsPrivate;
  }

  start(target: DiscoveryTarget): void {
    this.starts++;
    this.target = target;
  }

  async stop(): Promise<void> {
    this.stops++;
    await Promise.resolve();
  }
}

function start(isPrivate: () => boolean, isAllowed?: (source: PeerSource) => boolean) {
  const found: [CandidateSource, readonly PeerAddress[]][] = [];
  const tracker = new FakeSource("tracker", true);
  const exchange = new FakeSource("exchange", false);
  const sources = new PeerSources({
    infoHash,
    sources: [tracker, exchange],
    isPrivate,
    ...(isAllowed === undefined ? {} : { isAllowed }),
    found: (peers, name) => void found.push([name, peers]),
  });
  sources.start();
  return { found, tracker, exchange, sources };
}

describe("PeerSources", () => {
  it("starts every source once, and reports peers with the source's name", () => {
    const { found, tracker, exchange, sources } = start(() => false);
    sources.start();
    expect([tracker.starts, exchange.starts]).toEqual([1, 1]);
    exchange.target?.found([peer]);
    tracker.target?.found([]);
    expect(found).toEqual([
      ["exchange", [peer]],
      ["tracker", []],
    ]);
    expect(tracker.target?.infoHash).toBe(infoHash);
  });

  it("does not start sources that a private torrent must not use", () => {
    const { tracker, exchange } = start(() => true);
    expect([tracker.starts, exchange.starts]).toEqual([1, 0]);
  });

  it("stops the forbidden sources of a torrent that turns out to be private, and ignores their peers", async () => {
    let isPrivate = false;
    const { found, tracker, exchange, sources } = start(() => isPrivate);
    isPrivate = true;
    sources.reconsider();
    exchange.target?.found([peer]);
    expect([tracker.stops, exchange.stops, found]).toEqual([0, 1, []]);
    await sources.stop();
    expect([tracker.stops, exchange.stops]).toEqual([1, 1]);
    sources.start();
    expect([tracker.starts, exchange.starts]).toEqual([2, 1]);
  });

  it("stops a source that the user forbids, and starts it again once it is allowed and has stopped", async () => {
    let isAllowed = false;
    const { tracker, exchange, sources } = start(
      () => false,
      ({ name }) => name !== "exchange" || isAllowed,
    );
    const allow = (allowed: boolean): number[] => {
      isAllowed = allowed;
      sources.reconsider();
      return [exchange.starts, exchange.stops];
    };
    expect([allow(false), allow(true), allow(false), allow(true)]).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
    // Not before the source has stopped.
    await new Promise((resolve) => setImmediate(resolve));
    expect([exchange.starts, tracker.starts, tracker.stops]).toEqual([2, 1, 0]);
    await sources.stop();
    allow(false);
    allow(true);
    expect([exchange.starts, exchange.stops]).toEqual([2, 2]);
  });
});
