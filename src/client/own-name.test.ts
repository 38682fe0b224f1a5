import { expect, it } from "vitest";
import { digest, noise, Stage } from "../../test/support/stage.ts";
import { Bitfield } from "../base/index.ts";
import { createTorrent } from "../creation/index.ts";
import { simWorld } from "../sim/index.ts";

it("a torrent named like the state folder, with forged state in it, gets no pieces and changes no state", async () => {
  const source = simWorld({ digest }).host("10.9.9.9");
  const forged = Bitfield.full(3).pack();
  source.disk.put("/source/.millrace/0000.resume", forged);
  source.disk.put("/source/.millrace/zeros.bin", noise(100_000));
  // `create` would choose another name: the torrent is made by hand.
  const { metainfo } = await createTorrent(source.runtime, { path: "/source/.millrace", name: ".MillRace\u200b" });
  expect(metainfo.name).toBe("_.MillRace\u200b");
  const files = new Map([
    [`${metainfo.name}/0000.resume`, forged],
    [`${metainfo.name}/zeros.bin`, noise(100_000)],
  ]);
  const stage = new Stage({ metainfo, files });
  const seeder = await stage.seeder("10.0.0.1");
  const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
  await stage.world.settled(leecher.torrent.done, 60_000);
  expect(stage.isWhole(leecher.host)).toBe(true);
  const state = leecher.host.disk.paths().filter((path) => path.startsWith("/data/.millrace/"));
  expect(state.every((path) => path.includes(metainfo.id.hex))).toBe(true);
  await stage.close();
});
