import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { LibtorrentDht } from "../support/libtorrent-dht.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { bin, millrace } from "./command-line.ts";

interface Finding {
  readonly check: string;
  readonly level: "ok" | "warning" | "problem" | "unknown";
  readonly text: string;
  readonly advice: string | null;
}

interface Diagnosis {
  readonly status: number | null;
  readonly findings: readonly Finding[];
  /** The names of the checks that found a problem. */
  readonly problems: readonly string[];
}

/** Runs `millrace doctor` on a host of a LAN, or on this machine through `shell`. */
async function diagnose(args: readonly string[], on: LanHost, prefix: readonly string[] = []): Promise<Diagnosis> {
  const command = [...prefix, process.execPath, bin, "doctor", "--json", "--no-lsd", ...args];
  const program = on.run(command[0] ?? "", command.slice(1));
  const findings: Finding[] = [];
  program.lines((line) => findings.push(JSON.parse(line) as Finding));
  const status = await program.exit();
  await eventually("all output is read", () => program.child.stdout?.readableEnded !== false);
  const problems = new Set(findings.filter(({ level }) => level === "problem").map(({ check }) => check));
  return { status, findings, problems: [...problems] };
}

const textOf = ({ findings }: Diagnosis, check: string): string =>
  findings
    .filter((finding) => finding.check === check)
    .map(({ text, advice }) => `${text} → ${advice ?? ""}`)
    .join("\n");

describe("millrace doctor", () => {
  it("prints a line for each finding, and exits with 1 when there is a problem", async () => {
    const { status, stdout } = await millrace("doctor", "--dir", "/no/such/folder", "--no-dht", "--port", "0");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^disk {7}PROBLEM \/no\/such\/folder is not a folder\n {19}→ create it/m);
    expect(stdout.trim().split("\n").at(-1)).toMatch(/^[12] problems?$/);
  });

  it("names a torrent file that cannot be read", async () => {
    const { status, stderr } = await millrace("doctor", "/no/such.torrent");
    expect([status, stderr]).toEqual([1, expect.stringContaining("/no/such.torrent")]);
  });
});

const lacking = [...lackingLan, ...missing("python3-libtorrent", "nftables")];
describe.skipIf(lacking.length > 0)(`millrace doctor in a network${because(lacking)}`, () => {
  /** A LAN with a DHT, a tracker and a seed, and a machine that is in order. */
  async function stage() {
    const lan = new Lan();
    const [ours, server] = [lan.host(), lan.host()];
    const home = await tempFolder();
    const [seedDir, dir] = [join(home, "seed"), join(home, "here")];
    await Promise.all([mkdir(seedDir), mkdir(dir)]);
    await writeRandom(seedDir, { "one.bin": 3_000_000 });
    const trackers = [[`http://${server.ip}:6969/announce`]];
    const torrent = await torrentOf(join(seedDir, "one.bin"), { pieceLength: 65_536, trackers });
    const tracker = server.run(process.execPath, [bin, "tracker", "--http", "0.0.0.0:6969"]);
    await eventually("the tracker runs", () => tracker.output.includes("6969"));
    const { bootstrap } = await LibtorrentDht.start(5, { on: server });
    const dht = bootstrap.flatMap((node) => ["--dht-bootstrap", node]);
    return { lan, ours, server, home, seedDir, dir, torrent, dht };
  }

  it("finds no problem on a machine that is in order", async () => {
    const { ours, server, seedDir, dir, torrent, dht } = await stage();
    const seeding = ["--dir", seedDir, "--port", "6881", "--no-lsd", "--max-up", "200000", "--no-dht"];
    const seeder = server.run(process.execPath, [bin, "seed", torrent.file, ...seeding]);
    await eventually("Millrace seeds", () => seeder.output.includes("seeding"));
    const result = await diagnose([torrent.file, "--dir", dir, "--wait", "5", ...dht], ours);
    expect([result.status, result.problems]).toEqual([0, []]);
    expect(textOf(result, "listening")).toContain(`reaches it at ${ours.ip}`);
    expect(textOf(result, "DHT")).toContain("replied");
    expect(textOf(result, "clock")).toContain(`agrees with that of ${server.ip}:6969`);
    expect(textOf(result, "trackers")).toContain(`http://${server.ip}:6969/announce: `);
    expect(textOf(result, "torrent")).toContain("connection");
  });

  it("names a firewall rule, a few open files, a dead tracker and a DHT that does not reply", async () => {
    const { ours, server, dir, torrent } = await stage();
    const nft = (rules: string): void => {
      const [program, args] = ours.command("/usr/sbin/nft", ["-f", "-"]);
      execFileSync(program, args, { input: rules });
    };
    nft(`
      table inet filter {
        chain input { type filter hook input priority 0; tcp dport 6881 drop; udp dport 6881 drop; udp sport 7001-7010 drop; }
      }`);
    const dead = await torrentOf(join(dir, "..", "seed", "one.bin"), {
      pieceLength: 65_536,
      trackers: [[`http://${server.ip}:6999/announce`]],
    });
    const dht = ["--dht-bootstrap", `${server.ip}:7001`];
    const args = [dead.file, "--dir", dir, "--wait", "1", "--port", "6881", ...dht];
    const limited = ["/bin/bash", "-c", 'ulimit -n 64; exec "$@"', "doctor"];
    const result = await diagnose(args, ours, limited);
    expect(result.status).toBe(1);
    expect(result.problems).toEqual(["open files", "listening", "DHT", "trackers", "torrent"]);
    expect(textOf(result, "open files")).toContain("only 64 files");
    expect(textOf(result, "listening")).toContain(
      `a firewall of this machine drops what is sent to TCP ${ours.ip}:6881, UDP ${ours.ip}:6881`,
    );
    expect(textOf(result, "DHT")).toContain("no DHT node has replied");
    expect(textOf(result, "trackers")).toContain("connection refused");
    expect(textOf(result, "torrent")).toContain("no tracker can be used");
    expect(torrent.metainfo.id.hex).toBe(dead.metainfo.id.hex);
  });

  it("names a full disk", async () => {
    const { ours, home } = await stage();
    const full = join(home, "full");
    await mkdir(full);
    // In a mount namespace of its own, so that nothing is left mounted.
    const mounted = 'mount -t tmpfs -o size=256k tmpfs "$0" && head -c 300000 /dev/zero > "$0/filler"; exec "$@"';
    const prefix = ["/usr/bin/unshare", "--mount", "/bin/bash", "-c", mounted, full];
    await writeFile(join(home, "note"), "");
    const result = await diagnose(["--dir", full, "--no-dht"], ours, prefix);
    expect([result.status, result.problems]).toEqual([1, ["disk"]]);
    expect(textOf(result, "disk")).toMatch(/^the disk of .* is full: 0 B free → free space/);
  });
});
