import { describe, expect, it } from "vitest";
import { makePlay, Stage } from "../../test/support/stage.ts";

const SIZES = { "one.bin": 4_000_000 };

describe("Torrent.bottleneck", () => {
  it("is a limit of the torrent, or of the client, that holds the download back", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const seeder = await stage.seeder("10.0.0.1");
    const one = await stage.leecher("10.0.0.2", { peers: [seeder.address], maxDownloadRate: 100_000 });
    const other = await stage.leecher("10.0.0.3", { peers: [seeder.address] }, {}, { maxDownloadRate: 100_000 });
    await stage.world.run(10_000);
    expect([one, other].map(({ torrent }) => torrent.bottleneck()?.kind)).toEqual(["rate-limit", "rate-limit"]);
    await stage.close();
  });

  it("is that no peers are there, then the peers themselves, and nothing when the download is complete", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    const { torrent } = await stage.leecher("10.0.0.2");
    await stage.world.run(5_000);
    expect(torrent.bottleneck()?.kind).toBe("no-peers");
    await torrent.addPeers(["10.0.0.77:6881"]);
    const message = (): string | undefined => torrent.bottleneck()?.message;
    await stage.world.until(() => message() === "the only known peer cannot be reached", 60_000);
    expect(message()).toBe("the only known peer cannot be reached");
    await torrent.addPeers([seeder.address]);
    await stage.world.run(10_000);
    expect(torrent.bottleneck()?.kind).toBe("peers");
    await stage.world.settled(torrent.done, 120_000);
    expect(torrent.bottleneck()).toBeUndefined();
    await stage.close();
  });

  it("is that every peer chokes, and that no peer has the missing pieces", async () => {
    const stage = new Stage(await makePlay(SIZES));
    // Both slots are taken by the first two.
    const seeder = await stage.seeder("10.0.0.1", { up: 50_000 }, { uploadSlots: 1 });
    const others = await Promise.all(
      ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map((ip) => stage.leecher(ip, { peers: [seeder.address] })),
    );
    await stage.world.until(() => others.some(({ torrent }) => torrent.bottleneck()?.kind === "choked"), 120_000);
    expect(others.map(({ torrent }) => torrent.bottleneck()?.kind)).toContain("choked");
    const [one, two] = [await stage.leecher("10.0.0.5"), await stage.leecher("10.0.0.6")];
    await one.torrent.addPeers([two.address]);
    await stage.world.run(5_000);
    expect(one.torrent.bottleneck()?.kind).toBe("missing-pieces");
    await stage.close();
  });

  it("is the maximum number of connections when more peers are known", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const seeders = await Promise.all(
      ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((ip) => stage.seeder(ip, { up: 30_000 })),
    );
    const peers = seeders.map(({ address }) => address);
    const { torrent } = await stage.leecher("10.0.0.9", { peers, maxPeers: 2 });
    await stage.world.run(10_000);
    expect(torrent.bottleneck()?.kind).toBe("connections");
    await stage.close();
  });
});
