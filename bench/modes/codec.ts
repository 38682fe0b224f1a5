import { Child } from "../lib/child.ts";
import { NPM_PACKAGES } from "../lib/tools.ts";
import type { BenchMode } from "./mode.ts";

export const codec: BenchMode = {
  about: "bencode, torrent files and the wire against the npm packages, in one process",
  metrics: [
    { key: "perSecond", title: "operations/s", better: "more" },
    { key: "megabytes", title: "MB/s" },
  ],
  run: async (bench) => {
    bench.say("\ncodec: all in one process, in turns");
    const seconds = bench.isQuick ? 0.1 : 1;
    const npm = Object.keys(NPM_PACKAGES).filter((name) => bench.has(name));
    const child = new Child("codec", [
      process.execPath,
      bench.driver("codec.js"),
      JSON.stringify({ root: bench.root, rounds: bench.runs(5, 2), seconds, npm }),
    ]);
    try {
      await child.waitFor("complete", bench.options.timeout);
      for (const { fields } of child.events("rate")) {
        const { what, client, round, perSecond, megabytes } = fields;
        bench.keep({
          mode: "codec",
          what: String(what),
          client: String(client),
          round: Number(round),
          figures: { perSecond: Number(perSecond), megabytes: Number(megabytes) },
        });
      }
    } finally {
      await child.stop();
    }
  },
};
