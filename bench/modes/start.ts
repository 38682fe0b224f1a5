import { writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { encode } from "../../src/bencode/index.ts";
import { measureProgram } from "./hashing.ts";
import type { BenchMode } from "./mode.ts";

export const start: BenchMode = {
  about: "Node itself, `millrace --version` and `millrace info`, from start to end",
  metrics: [
    { key: "wall", title: "wall ms", better: "less" },
    { key: "cpu", title: "CPU ms" },
  ],
  run: async (bench) => {
    const folder = await bench.workspace.folder("start");
    const torrent = join(folder, "small.torrent");
    await writeFile(
      torrent,
      encode({
        announce: "http://127.0.0.1/announce",
        info: { length: 10 * 2 ** 20, name: "small.bin", "piece length": 2 ** 18, pieces: randomBytes(40 * 20) },
      }),
    );
    const runs = bench.runs(20, 5);
    for (const [what, args] of [
      ["--version", ["--version"]],
      ["info of a small torrent", ["info", torrent]],
    ] as const) {
      const commands = [
        ["node -e 0", [process.execPath, "-e", "0"]] as const,
        ...bench.millraces().map((millrace) => [millrace.name, millrace.command(args)] as const),
      ];
      const contenders = commands.map(([name, argv]) => ({
        name,
        run: async () => {
          const { wall, cpu } = await measureProgram(bench, name, argv);
          return { wall: wall * 1000, cpu: cpu * 1000 };
        },
      }));
      await bench.compare({ mode: "start", what, contenders, runs });
    }
    await bench.workspace.drop(folder);
  },
};
