import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
    const nginx = new Child("nginx", [NGINX, "-p", home, "-c", await configure(home, folder, port, securePort)]);
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

/** Writes the configuration of nginx, and a certificate. Returns the path of the configuration. */
async function configure(home: string, root: string, port: number, securePort: number): Promise<string> {
  const [cert, key] = [join(home, "cert.pem"), join(home, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject],
    { stdio: "ignore" },
  );
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${home}/${name};`)
    .join(" ");
  const path = join(home, "nginx.conf");
  await writeFile(
    path,
    `daemon off; worker_processes 1; user root; pid ${home}/pid; error_log ${home}/error.log;
events {}
http { access_log off; sendfile on; ${temporary}
server { listen 127.0.0.1:${port}; root ${root}; }
server { listen 127.0.0.1:${securePort} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key}; root ${root}; } }
`,
  );
  return path;
}
