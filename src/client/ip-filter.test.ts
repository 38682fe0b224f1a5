import { describe, expect, it } from "vitest";
import { makePlay, Stage } from "../../test/support/stage.ts";
import { utf8 } from "../base/index.ts";
import { CHECK_MS } from "../ipfilter/index.ts";
import { encodePacket, PacketType } from "../utp/index.ts";

const PATH = "/lists/filter.txt";
const SIZES = { "one.bin": 400_000 };

describe("the IP filter of a client", () => {
  it("prevents connections in both directions, and counts them", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const filtering = stage.world.host("10.0.0.1");
    filtering.disk.put(PATH, utf8("10.0.0.2\n"));
    const blocked = await stage.seeder("10.0.0.2");
    const { client, torrent } = await stage.enter(filtering, { ipFilter: PATH }, { peers: [blocked.address] });
    await stage.world.until(() => client.ipFilter?.blocked === 1, 60_000);
    await blocked.torrent.addPeers([`10.0.0.1:${client.port}`]);
    await stage.world.until(() => (client.ipFilter?.blocked ?? 0) > 1, 60_000);
    expect(torrent.status()).toMatchObject({ peers: 0, knownPeers: 0, blockedPeers: 1 });
    expect(torrent.bottleneck()).toMatchObject({
      kind: "blocked",
      message: "the IP filter blocks the only known peer",
    });
    expect(client.ipFilter).toMatchObject({ files: [PATH], ranges: 1, ignoredLines: 0, error: undefined });

    const allowed = await stage.seeder("10.0.0.3");
    await torrent.addPeers([allowed.address]);
    await stage.world.settled(torrent.done, 60_000);
    expect(stage.isWhole(filtering)).toBe(true);
    await stage.close();
  });

  it("prevents any reply over uTP", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const filtering = stage.world.host("10.0.0.1");
    filtering.disk.put(PATH, utf8("10.0.0.2\n"));
    const { client } = await stage.enter(filtering, { ipFilter: PATH });
    const replies: string[] = [];
    for (const ip of ["10.0.0.2", "10.0.0.3"]) {
      const socket = await stage.world.host(ip).runtime.datagrams.bind({
        ip: "0.0.0.0",
        port: 9,
        onDatagram: () => replies.push(ip),
      });
      const syn = { type: PacketType.syn, id: 1, timestamp: 1, delay: 0, window: 9_999, seq: 1, ack: 0 };
      for (let repeat = 0; repeat < 3; repeat++) {
        socket.send(encodePacket(syn), { ip: "10.0.0.1", port: client.port });
        await stage.world.run(1_000);
      }
    }
    expect([[...new Set(replies)], client.ipFilter?.blocked]).toEqual([["10.0.0.3"], 1]);
    await stage.close();
  });

  it("disconnects peers that a changed filter blocks, and dials them again when it allows them", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const filtering = stage.world.host("10.0.0.1");
    filtering.disk.put(PATH, utf8("10.0.0.9\n"));
    const seeder = await stage.seeder("10.0.0.2", {}, { maxUploadRate: 2_000 });
    const { client, torrent } = await stage.enter(filtering, { ipFilter: [PATH] }, { peers: [seeder.address] });
    await stage.world.until(() => torrent.status().peers === 1, 60_000);

    filtering.disk.put(PATH, utf8("10.0.0.0/29\n"));
    await stage.world.until(() => torrent.status().peers === 0, 3 * CHECK_MS);
    await stage.world.run(120_000);
    expect(torrent.status().peers).toBe(0);
    expect(client.ipFilter?.blocked).toBeGreaterThan(0);

    seeder.client.setRates({ maxUploadRate: 0 });
    await stage.world.settled(client.setIpFilter([]), 1_000);
    expect(client.ipFilter).toBeUndefined();
    // At once, not when the wait after a lost connection is over.
    await stage.world.until(() => torrent.status().peers === 1 || torrent.state.kind === "seeding", 1_000);
    await stage.world.settled(torrent.done, 120_000);
    await stage.close();
  });

  it("does not start with a filter that cannot be read", async () => {
    const stage = new Stage(await makePlay(SIZES));
    await expect(stage.leecher("10.0.0.1", {}, {}, { ipFilter: PATH })).rejects.toMatchObject({
      code: "storage.not-found",
    });
    await stage.close();
  });

  it("keeps the earlier filter when another one cannot be read; without an earlier one, blocks every peer", async () => {
    const stage = new Stage(await makePlay(SIZES));
    const filtering = stage.world.host("10.0.0.1");
    filtering.disk.put(PATH, utf8("10.0.0.9\n"));
    const { client, torrent } = await stage.enter(filtering, { ipFilter: PATH });
    await expect(stage.world.settled(client.setIpFilter("/missing"), 1_000)).rejects.toMatchObject({
      code: "storage.not-found",
    });
    expect(client.ipFilter?.files).toEqual([PATH]);
    await stage.world.settled(client.setIpFilter([]), 1_000);
    await expect(stage.world.settled(client.setIpFilter("/missing"), 1_000)).rejects.toMatchObject({
      code: "storage.not-found",
    });
    const seeder = await stage.seeder("10.0.0.2");
    await torrent.addPeers([seeder.address]);
    await stage.world.until(() => client.ipFilter?.blocked === 1, 60_000);
    filtering.disk.put("/missing", utf8("10.0.0.9\n"));
    await stage.world.settled(torrent.done, 120_000);
    await stage.close();
  });
});
