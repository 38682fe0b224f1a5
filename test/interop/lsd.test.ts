import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { startOnLan, type LanClientName } from "../support/lan-clients.ts";
import { eventually, type Program } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("python3-libtorrent", "transmission-daemon")];

interface Scene {
  readonly lan: Lan;
  readonly file: string;
  readonly magnet: string;
  readonly seedDir: string;
  readonly dir: string;
  readonly home: string;
  /** The sum of the data, for {@link sums}. */
  readonly sum: string | undefined;
}

async function scene(): Promise<Scene> {
  const home = await tempFolder();
  const [seedDir, dir] = [join(home, "seed"), join(home, "data")];
  await Promise.all([mkdir(seedDir), mkdir(dir)]);
  await writeRandom(seedDir, { "river.bin": 3_000_000 });
  const { file, metainfo } = await torrentOf(join(seedDir, "river.bin"), { pieceLength: 65_536 });
  const magnet = `magnet:?xt=urn:btih:${metainfo.id.hex}`;
  return { lan: new Lan(), file, magnet, seedDir, dir, home, sum: (await sums(seedDir))["river.bin"] };
}

/** Runs a command of Millrace that finds peers in the local network alone. */
function millrace(host: LanHost, args: readonly string[], interfaces = "*"): Program {
  const only = ["--no-dht", "--no-pex", "--no-trackers", "--port", "6881", "--json"];
  return host.run(process.execPath, [bin, ...args, ...only], { MILLRACE_LSD_INTERFACES: interfaces });
}

describe.skipIf(lacking.length > 0)(`local service discovery alone${because(lacking)}`, () => {
  it.each<LanClientName>(["libtorrent", "Transmission"])("brings %s to a seed of Millrace's", async (name) => {
    const { lan, file, magnet, seedDir, dir, home, sum } = await scene();
    const seeder = millrace(lan.host(), ["seed", file, "--dir", seedDir]);
    await eventually("Millrace seeds", () => seeder.output.includes('"ready"'));
    const client = await startOnLan(name, lan.host(), { source: magnet, dir, home: join(home, "client"), lsd: true });
    await client.complete();
    expect((await sums(dir))["river.bin"]).toBe(sum);
  });

  it.each<LanClientName>(["libtorrent", "Transmission"])("brings Millrace to a seed of %s's", async (name) => {
    const { lan, file, magnet, seedDir, dir, home, sum } = await scene();
    const task = { source: file, dir: seedDir, home: join(home, "client"), seed: true, lsd: true };
    await startOnLan(name, lan.host(), task);
    await download(lan.host(), magnet, dir);
    expect((await sums(dir))["river.bin"]).toBe(sum);
  });

  it("brings two clients of Millrace's together, over IPv4 and over IPv6", async () => {
    for (const family of ["ip", "ip6"] as const) {
      const { lan, file, magnet, seedDir, dir, sum } = await scene();
      const [there, here] = [lan.host(), lan.host()];
      const seeder = millrace(there, ["seed", file, "--dir", seedDir], there[family]);
      await eventually("Millrace seeds", () => seeder.output.includes('"ready"'));
      await download(here, magnet, dir, here[family]);
      expect((await sums(dir))["river.bin"]).toBe(sum);
    }
  });

  it("uses a network that this host joins later", async () => {
    const { lan, file, magnet, seedDir, dir, home, sum } = await scene();
    const task = { source: file, dir: seedDir, home: join(home, "client"), seed: true, lsd: true };
    await startOnLan("libtorrent", lan.host(), task);
    const here = lan.host();
    await here.run("/usr/sbin/ip", ["addr", "flush", "dev", "eth0"]).exit();
    const program = millrace(here, ["download", magnet, "--dir", dir]);
    await eventually("Millrace runs", () => program.output.includes('"ready"'));
    await here.run("/usr/sbin/ip", ["addr", "add", `${here.ip}/24`, "dev", "eth0"]).exit();
    expect(await program.exit()).toBe(0);
    expect((await sums(dir))["river.bin"]).toBe(sum);
  });

  it("brings Millrace and libtorrent together over IPv6", async () => {
    const { lan, file, magnet, seedDir, dir, home, sum } = await scene();
    const task = { source: file, dir: seedDir, home: join(home, "client"), seed: true, lsd: true };
    await startOnLan("libtorrent", lan.host(), task);
    const here = lan.host();
    await download(here, magnet, dir, here.ip6);
    expect((await sums(dir))["river.bin"]).toBe(sum);
  });
});

async function download(host: LanHost, magnet: string, dir: string, interfaces = "*"): Promise<void> {
  const program = millrace(host, ["download", magnet, "--dir", dir], interfaces);
  const code = await program.exit();
  if (code !== 0) throw program.failure(`ended with ${code}`);
}
