import { Child } from "../lib/child.ts";
import type { BenchMode } from "./mode.ts";

const TORRENTS = [1, 1_000, 10_000];

export const handshake: BenchMode = {
  about: "the event loop's time for an encryption handshake, incoming and outgoing, with up to 10,000 torrents",
  metrics: [
    { key: "cost", title: "ms for the encryption", better: "less" },
    { key: "encrypted", title: "ms with it" },
    { key: "plain", title: "ms without" },
  ],
  run: async (bench) => {
    const handshakes = bench.isQuick ? 100 : 400;
    for (const torrents of bench.isQuick ? TORRENTS.slice(0, 2) : TORRENTS) {
      for (const { name, root } of bench.millraces()) {
        const dir = await bench.workspace.folder("handshake");
        const job = JSON.stringify({ root, torrents, handshakes, dir });
        const child = new Child(name, [process.execPath, bench.driver("handshake.js"), job]);
        try {
          await child.waitFor("complete", bench.options.timeout);
          for (const { fields } of child.events("figures")) {
            const { kind, cost, encrypted, plain } = fields;
            bench.keep({
              mode: "handshake",
              what: `${String(kind)}, ${torrents} torrents`,
              client: name,
              round: 0,
              figures: { cost: Number(cost), encrypted: Number(encrypted), plain: Number(plain) },
            });
          }
        } finally {
          await child.stop();
          await bench.workspace.drop(dir);
        }
      }
    }
  },
};
