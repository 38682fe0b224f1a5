import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newClient, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Qbittorrent } from "../support/qbittorrent.ts";
import { Transmission, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Starts a seeder and our client, which downloads slowly. Returns the seeder and the info-hash. */
async function slowly<T extends { readonly port: number }>(
  start: (task: Task) => Promise<T>,
): Promise<{ readonly seeder: T; readonly infoHash: string }> {
  const folder = await tempFolder();
  const [seedDir, dir] = [join(folder, "seed"), join(folder, "leech")];
  await mkdir(dir);
  await writeRandom(seedDir, { "data.bin": 4_000_000 });
  const { file, metainfo } = await torrentOf(join(seedDir, "data.bin"));
  const seeder = await start({ home: join(folder, "home"), source: file, dir: seedDir, seed: true });
  const client = newClient(dir, { listenIp: "127.0.0.1", maxDownloadRate: 20_000 });
  const torrent = await client.add(file, { peers: [`127.0.0.1:${seeder.port}`] });
  torrent.done.catch(() => undefined);
  return { seeder, infoHash: metainfo.id.hex };
}

describe("our client name in the lists of other clients", () => {
  const lackingQbittorrent = missing("qbittorrent-nox");
  it.skipIf(lackingQbittorrent.length > 0)(
    `is Millrace and the version in qBittorrent's, which reads extended handshakes${because(lackingQbittorrent)}`,
    async () => {
      const { seeder, infoHash } = await slowly((task) => Qbittorrent.start(task));
      const [name] = await eventually(
        "it lists a peer with a name",
        async () => {
          const names = await seeder.peerClients(infoHash);
          return names.some((each) => each.startsWith("Millrace")) && names;
        },
        30_000,
      );
      expect(name).toMatch(/^Millrace \d+\.\d+\.\d+$/);
    },
  );

  const lackingTransmission = missing("transmission-daemon");
  it.skipIf(lackingTransmission.length > 0)(
    `is our peer id's prefix in Transmission's, which reads peer ids${because(lackingTransmission)}`,
    async () => {
      const { seeder } = await slowly((task) => Transmission.start(task));
      const [name] = await eventually(
        "it lists a peer",
        async () => {
          const names = await seeder.peerClients();
          return names.length > 0 && names;
        },
        30_000,
      );
      expect(name).toMatch(/MI0100/);
    },
  );
});
