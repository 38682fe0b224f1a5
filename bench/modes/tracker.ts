import { spawnSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Bench } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { poll } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";

const TORRENTS = 1000;
const IN_FLIGHT = 64;
/**
 * Announces before the measured ones: every server has the same swarms then, of about 60 peers, and returns 50.
 */
const FILL = 60_000;
const FILL_SECONDS = 60;
const SECONDS = 4;

interface Server {
  readonly name: string;
  command(port: number, home: string): Promise<readonly string[]>;
}

export const tracker: BenchMode = {
  about: "announces a second of the tracker servers, over HTTP (a connection each) and UDP",
  metrics: [
    { key: "perSecond", title: "announces/s", better: "more" },
    { key: "microseconds", title: "server's CPU µs each", better: "less" },
    { key: "core", title: "server's % of a core" },
    { key: "resident", title: "resident MB" },
  ],
  run: async (bench) => {
    if (!bench.tools.has("cc"))
      throw new Error("the load generator is C, and there is no compiler: npm run bench -- setup");
    const load = join(await bench.workspace.folder("load"), "tracker_load");
    const { status, stderr } = spawnSync("cc", ["-O2", "-o", load, bench.driver("tracker_load.c")], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`cc: ${stderr}`);
    for (const protocol of ["http", "udp"] as const) {
      const contenders = servers(bench).map((server) => ({
        name: server.name,
        run: () => measure(bench, server, protocol, load),
      }));
      await bench.compare({
        mode: "tracker",
        what: `${protocol === "http" ? "HTTP, a connection for each announce" : "UDP"}, ${TORRENTS} torrents, ${IN_FLIGHT} in flight`,
        contenders,
        runs: bench.runs(5),
      });
    }
  },
};

function servers(bench: Bench): Server[] {
  const list: Server[] = [];
  if (bench.has("opentracker")) list.push({ name: "opentracker", command: opentrackerCommand });
  if (bench.has("bittorrent-tracker"))
    list.push({
      name: "bittorrent-tracker",
      command: async (port) => [process.execPath, bench.driver("npm-tracker.js"), String(port)],
    });
  for (const millrace of bench.millraces()) {
    list.push({
      name: millrace.name,
      command: async (port) =>
        millrace.command(["tracker", "--http", `127.0.0.1:${port}`, "--udp", `127.0.0.1:${port}`, "--json"]),
    });
  }
  return list;
}

/** Debian's opentracker serves only the torrents of a list. Started as root it changes to the user of `-u`. */
async function opentrackerCommand(port: number, home: string): Promise<readonly string[]> {
  const list = join(home, "torrents");
  const hashes = Array.from({ length: TORRENTS }, (_, index) =>
    Buffer.from(`bench-torrent-${String(index).padStart(6, "0")}`).toString("hex"),
  );
  await writeFile(list, `${hashes.join("\n")}\n`);
  await chmod(home, 0o755);
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  return ["opentracker", "-i", "127.0.0.1", "-p", String(port), "-P", String(port), ...user, "-w", list];
}

async function measure(bench: Bench, server: Server, protocol: string, load: string): Promise<Figures> {
  const home = await bench.workspace.folder("home");
  const port = await bench.port();
  const child = new Child(server.name, await server.command(port, home), { cwd: home });
  const announce = async (how: string, seconds: number, count: number) => {
    const run = new Child("tracker_load", [load, how, ...[port, IN_FLIGHT, seconds, TORRENTS, count].map(String)]);
    try {
      const { fields } = await run.waitFor("complete", seconds + 10);
      return {
        answered: Number(fields["answered"]),
        failed: Number(fields["failed"]),
        seconds: Number(fields["seconds"]),
        failure: String(fields["failure"]),
      };
    } finally {
      await run.stop();
    }
  };
  try {
    await poll(10, 0.05, async () => ((await isOpen(port)) ? true : undefined), `${server.name} listens`);
    await announce("udp", FILL_SECONDS, FILL);
    // The fill is always over UDP: this warms up HTTP, too.
    await announce(protocol, 1, 0);
    const before = child.cpu();
    const { answered, failed, seconds, failure } = await announce(protocol, bench.isQuick ? 1 : SECONDS, 0);
    const cpu = child.cpu() - before;
    if (answered === 0 || failed > answered / 100)
      throw new Error(`${failed} announces failed, ${answered} did not: ${failure}`);
    return {
      perSecond: answered / seconds,
      microseconds: (cpu / answered) * 1e6,
      core: (cpu / seconds) * 100,
      resident: (memoryOf(child.pid)?.resident ?? Number.NaN) / 1e6,
    };
  } finally {
    await child.stop();
    await bench.workspace.drop(home);
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
