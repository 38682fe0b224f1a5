import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { digest, makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { UsageError } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { Client } from "./client.ts";

const WRONG_RATES = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const WRONG_COUNTS = [...WRONG_RATES, 1.5];
const RATES = ["maxDownloadRate", "maxUploadRate"] as const;
const COUNTS = ["maxConnections", "maxPeers", "uploadSlots"] as const;

let play: Play;
let stage: Stage | undefined;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 100_000 });
});
afterEach(() => stage?.close());

describe("invalid limits", () => {
  it.each(WRONG_RATES)("are refused by Client: a rate of %d", async (rate) => {
    const { runtime } = simWorld({ digest }).host("10.0.0.1");
    for (const name of RATES) {
      expect(() => new Client({ runtime, [name]: rate })).toThrow(UsageError);
      const client = new Client({ runtime, maxDownloadRate: 1_000, maxUploadRate: 1_000 });
      expect(() => client.setRates({ [name]: rate })).toThrow(expect.objectContaining({ code: "client.rate" }));
      await expect(client.add(play.metainfo, { [name]: rate })).rejects.toMatchObject({
        code: "client.rate",
        fields: { option: name },
      });
      expect(client.torrents).toEqual([]);
    }
  });

  it.each(WRONG_COUNTS)("are refused by Client: a number of %d", async (count) => {
    const { runtime } = simWorld({ digest }).host("10.0.0.1");
    for (const name of COUNTS) {
      expect(() => new Client({ runtime, [name]: count })).toThrow(UsageError);
      expect(() => new Client({ runtime }).setLimits({ [name]: count })).toThrow(
        expect.objectContaining({ code: "client.count" }),
      );
    }
    await expect(new Client({ runtime }).add(play.metainfo, { maxPeers: count })).rejects.toMatchObject({
      code: "client.count",
    });
  });

  it("are refused by Torrent, and the old limits stay", async () => {
    stage = new Stage(play);
    const { torrent } = await stage.leecher("10.0.0.1", { maxDownloadRate: 1_000, maxPeers: 5 });
    for (const rate of WRONG_RATES)
      expect(() => torrent.setRates({ maxDownloadRate: 5, maxUploadRate: rate })).toThrow(UsageError);
    for (const count of WRONG_COUNTS) expect(() => torrent.setMaxPeers(count)).toThrow(UsageError);
    expect(torrent.rates).toEqual({ maxDownloadRate: 1_000, maxUploadRate: undefined });
    torrent.setRates({ maxDownloadRate: 0 });
    expect(torrent.rates.maxDownloadRate).toBeUndefined();
    torrent.setMaxPeers(undefined);
  });
});
