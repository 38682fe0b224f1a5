import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { selfSigned, writeNginxConfig } from "../../test/support/nginx.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { measureProgram } from "./hashing.ts";
import type { BenchMode } from "./mode.ts";
import { torrentOf } from "./transfer.ts";

const NGINX = "/usr/sbin/nginx";

/** Both programs are measured from their start to their end, so that the start of Node counts, too. */
export const webseed: BenchMode = {
  about: "one large file from nginx, by HTTP and HTTPS: the web seed of a torrent, and curl",
  metrics: [
    { key: "rate", title: "MB/s", better: "more" },
    { key: "wall", title: "wall s" },
    { key: "cpu", title: "CPU s", better: "less" },
  ],
  run: async (bench) => {
    if (!existsSync(NGINX)) throw new Error("this needs nginx: apt-get install nginx-light");
    const size = bench.options.size ?? (bench.isQuick ? 256 * MIB : GIB);
    const torrent = await torrentOf(bench, size, MIB, [MIB]);
    const { folder } = torrent.source;
    const home = await bench.workspace.folder("nginx");
    const [port, securePort] = [await bench.port(), await bench.port()];
    const secure = { port: securePort, ...selfSigned(home) };
    const config = await writeNginxConfig({ home, root: folder, port, secure });
    const nginx = new Child("nginx", [NGINX, "-p", home, "-c", config]);
    try {
      for (const [what, origin] of [
        ["HTTP", `http://127.0.0.1:${port}`],
        ["HTTPS", `https://127.0.0.1:${securePort}`],
      ] as const)
        await bench.compare({
          mode: "webseed",
          what: `${formatSize(size)} by ${what}`,
          contenders: contenders(bench, {
            size,
            origin,
            home,
            torrent: torrent.path,
            file: basename(torrent.source.path),
          }),
          runs: bench.runs(5),
        });
    } finally {
      await nginx.stop();
    }
  },
};

interface Work {
  readonly size: number;
  readonly origin: string;
  readonly home: string;
  readonly torrent: string;
  readonly file: string;
}

function contenders(bench: Bench, { size, origin, home, torrent, file }: Work): Contender[] {
  const contender = (name: string, argv: (out: string) => readonly string[]): Contender => ({
    name,
    run: async () => {
      const out = await bench.workspace.folder("out");
      const env = { NODE_EXTRA_CA_CERTS: join(home, "cert.pem") };
      const { wall, cpu } = await measureProgram(bench, name, argv(out), { env });
      await bench.workspace.drop(out);
      return { rate: size / wall / 1e6, wall, cpu };
    },
  });
  const url = `${origin}/${file}`;
  const alone = ["--no-dht", "--no-lsd", "--no-port-mapping", "--no-trackers", "--port", "0", "--quiet"];
  return [
    contender("curl", (out) => ["curl", "--silent", "--insecure", "--output", join(out, "file"), url]),
    ...bench
      .millraces()
      .map((millrace) =>
        contender(millrace.name, (out) =>
          millrace.command(["download", torrent, "--dir", out, "--web-seed", url, ...alone]),
        ),
      ),
  ];
}
