import { describe, expect, it } from "vitest";
import { honestStage, oddities, packages, start } from "../support/honest-stage.ts";
import { because, missing } from "../support/programs.ts";

const magnetPairs = [
  ["transmission", "libtorrent"],
  ["aria2", "libtorrent"],
  ["millrace", "libtorrent"],
  ["libtorrent", "millrace"],
  ["transmission", "millrace"],
] as const;

describe.each(magnetPairs)("%s sends metadata and data to %s", (seed, leech) => {
  const lacking = missing(...packages[seed], ...packages[leech]);

  it.skipIf(lacking.length > 0).each(["known", "not known"])(
    `without faults, the torrent being %s to the listener${because(lacking)}`,
    async (known) => {
      const scene = await honestStage(known === "known");
      const giver = await start(seed, scene, { seed: true, dials: false });
      scene.target = giver.port;
      const taker = await start(leech, scene, { seed: false, dials: true, magnet: true });
      await taker.complete();
      await Promise.all([taker.stop(), giver.stop()]);
      expect(oddities(scene.pipe, seed, leech)).toEqual([]);
    },
  );
});
