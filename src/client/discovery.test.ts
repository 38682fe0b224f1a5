import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, privatePlay, Stage, type Play } from "../../test/support/stage.ts";
import { ipPeer, parseEndpoint, type InfoHash } from "../base/index.ts";
import type { DiscoveryService, DiscoveryTarget, PeerSource } from "../discovery/index.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 200_000 });
});
afterEach(() => stage.close());

/** Finds one peer for every torrent, and records its calls. */
class Oracle implements DiscoveryService {
  readonly log: string[] = [];
  readonly #peer: string;

  constructor(peer: string) {
    this.#peer = peer;
  }

  async open(port: number): Promise<void> {
    await Promise.resolve();
    this.log.push(`open ${port}`);
  }

  sourceFor(infoHash: InfoHash): PeerSource {
    return {
      name: "exchange",
      allowsPrivate: false,
      start: ({ found }: DiscoveryTarget) => {
        this.log.push(`start ${infoHash.hex.slice(0, 4)}`);
        found([ipPeer(parseEndpoint(this.#peer))]);
      },
      stop: async () => {
        await Promise.resolve();
        this.log.push("stop");
      },
    };
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.log.push("close");
  }
}

describe("Client with a discovery service", () => {
  it("opens it when it listens, gets a source for each torrent, and closes it last", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.2");
    const oracle = new Oracle(seeder.address);
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { discovery: [oracle] });
    await stage.world.settled(leecher.torrent.done, 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    await stage.world.settled(leecher.client.close(), 60_000);
    expect(oracle.log).toEqual(["open 6881", `start ${play.metainfo.id.hex.slice(0, 4)}`, "stop", "close"]);
  });

  it("does not use it for a private torrent (BEP 27)", async () => {
    stage = new Stage(privatePlay(play));
    const oracle = new Oracle("10.0.0.2:6881");
    const leecher = await stage.leecher("10.0.0.1", {}, {}, { discovery: [oracle] });
    expect(leecher.torrent.metainfo?.isPrivate).toBe(true);
    await stage.world.run(10_000);
    expect(oracle.log).toEqual(["open 6881"]);
  });
});
