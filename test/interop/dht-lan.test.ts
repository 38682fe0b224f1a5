import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan } from "../support/lan.ts";
import { startOnLan, type LanClientName } from "../support/lan-clients.ts";
import { LibtorrentDht } from "../support/libtorrent-dht.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("python3-libtorrent", "transmission-daemon", "aria2")];

describe.skipIf(lacking.length > 0)(
  `what only Millrace seeds, in a DHT of 30 libtorrent nodes${because(lacking)}`,
  () => {
    it.each<[string, boolean, LanClientName[]]>([
      ["IPv4", false, ["libtorrent", "Transmission", "aria2"]],
      ["IPv6", true, ["libtorrent"]],
    ])("is found and downloaded through the DHT alone, over %s", async (_, ipv6, names) => {
      const lan = new Lan();
      const [nodes, ours] = [lan.host(), lan.host()];
      const home = await tempFolder();
      const seedDir = join(home, "seed");
      await mkdir(seedDir);
      await writeRandom(seedDir, { "river.bin": 3_000_000 });
      const { file, metainfo } = await torrentOf(join(seedDir, "river.bin"), { pieceLength: 65_536 });
      const { bootstrap } = await LibtorrentDht.start(30, { ipv6, on: nodes });
      const options = bootstrap.flatMap((node) => ["--dht-bootstrap", node]);
      const seeder = ours.run(process.execPath, [bin, "seed", file, "--dir", seedDir, "--port", "6881", ...options]);
      await eventually("Millrace seeds", () => seeder.output.includes("seeding"));
      const source = `magnet:?xt=urn:btih:${metainfo.id.hex}`;
      const downloads = names.map(async (name) => {
        const dir = join(home, `${name} data`);
        await mkdir(dir);
        const client = await startOnLan(name, lan.host(), { source, dir, home: join(home, name), dht: bootstrap });
        await client.complete();
        return (await sums(dir))["river.bin"];
      });
      const expected = (await sums(seedDir))["river.bin"];
      expect(await Promise.all(downloads)).toEqual(names.map(() => expected));
    });
  },
);
