import { describe, expect, it } from "vitest";
import { whyNoPeers } from "./no-peers.ts";
import { withTrackers } from "./peer-sources.ts";

const torrent = {
  state: "downloading",
  peers: 0,
  private: false,
  knownPeers: 0,
  blockedPeers: 0,
  bottleneck: null,
} as const;
const tracker = { url: "http://one/announce", state: "idle", message: "" };

describe("withTrackers", () => {
  it("adds a tier for each new URL and keeps the existing tiers", () => {
    const trackers = [
      { tier: 1, url: "http://c/announce" },
      { tier: 0, url: "http://a/announce" },
      { tier: 0, url: "http://b/announce" },
    ];
    expect(withTrackers(trackers, ["http://d/announce", "http://a/announce", "http://d/announce"])).toEqual([
      ["http://a/announce", "http://b/announce"],
      ["http://c/announce"],
      ["http://d/announce"],
    ]);
    expect(withTrackers([], ["udp://e:1"])).toEqual([["udp://e:1"]]);
  });
});

describe("whyNoPeers", () => {
  it("has no reason for a torrent with peers, and for one that does not run", () => {
    expect(whyNoPeers({ ...torrent, peers: 1 }, [])).toBeUndefined();
    expect(whyNoPeers({ ...torrent, state: "paused" }, [])).toBeUndefined();
  });

  it.each([
    ["without trackers", torrent, [], /has no trackers; use/],
    ["private without trackers", { ...torrent, private: true }, [], /is private and has no trackers/],
    ["with unreachable peers", { ...torrent, knownPeers: 2 }, [tracker], /^no connection to the 2 known peers yet$/],
    ["with blocked peers", { ...torrent, blockedPeers: 2 }, [tracker], /^the IP filter blocks the 2 known peers$/],
    ["with a tracker that works", torrent, [{ ...tracker, state: "working" }], /know no other peers/],
    ["before a reply", torrent, [{ ...tracker, state: "announcing" }], /not replied yet/],
    [
      "with a tracker that fails",
      torrent,
      [tracker, { ...tracker, state: "failed", message: "not \u001b[31mallowed" }],
      /^no tracker works; http:\/\/one\/announce: not \\x1b\[31mallowed$/,
    ],
    [
      "with a tracker that cannot be reached",
      torrent,
      [{ ...tracker, state: "failed", message: "http://one/announce: refused" }],
      /^no tracker works; http:\/\/one\/announce: refused$/,
    ],
  ])("has a reason for a torrent %s", (_, facts, trackers, expected) => {
    expect(whyNoPeers(facts, trackers)).toMatch(expected);
  });

  it("has what the DHT knows, unless the torrent is private", () => {
    const dht = { isEnabled: true, nodes: 0 };
    expect(whyNoPeers(torrent, [], dht)).toMatch(/; no DHT nodes reached$/);
    expect(whyNoPeers(torrent, [], { ...dht, nodes: 9 })).toMatch(/; the DHT knows no peers yet$/);
    expect(whyNoPeers({ ...torrent, private: true }, [], dht)).not.toContain("DHT");
    expect(whyNoPeers(torrent, [], { ...dht, isEnabled: false })).not.toContain("DHT");
  });
});
