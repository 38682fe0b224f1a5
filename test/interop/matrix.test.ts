import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Client } from "../../src/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { because, missing } from "../support/programs.ts";
import { Aria2, Libtorrent, sha256, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startMillraceTracker, startOpentracker, trackerKnows } from "../support/trackers.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const LENGTH = 5_000_000;

const clients: readonly (readonly [
  string,
  "python3-libtorrent" | "transmission-daemon" | "aria2",
  (task: Task) => Promise<RealClient>,
])[] = [
  ["libtorrent", "python3-libtorrent", (task) => Libtorrent.start(task)],
  ["transmission", "transmission-daemon", (task) => Transmission.start(task)],
  ["aria2", "aria2", (task) => Aria2.start(task)],
];
const trackers = ["opentracker", "millrace tracker"] as const;
const schemes = ["http", "udp"] as const;

describe.each(trackers)("through %s", (tracker) => {
  describe.each(schemes)("over %s", (scheme) => {
    describe.each(clients)("with %s", (_name, packageName, start) => {
      const lacking = missing(packageName, ...(tracker === "opentracker" ? (["opentracker"] as const) : []));

      it.skipIf(lacking.length > 0).each(["from", "to"])(
        `transfers data %s it unchanged${because(lacking)}`,
        async (direction) => {
          const folder = await tempFolder();
          const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
          await Promise.all([mkdir(seedDir), mkdir(leechDir)]);
          await writeFile(join(seedDir, "data.bin"), randomBytes(LENGTH));
          // The tracker must know the torrent before it starts, and the torrent the tracker: the announce URL is no
          // part of the info-hash.
          const { metainfo } = await createTorrent(runtime, { path: join(seedDir, "data.bin") });
          const running =
            tracker === "opentracker" ? await startOpentracker(folder, [metainfo.id]) : await startMillraceTracker();
          const torrentFile = join(folder, "data.torrent");
          const { bytes } = await createTorrent(runtime, {
            path: join(seedDir, "data.bin"),
            trackers: [[running[scheme]]],
          });
          await writeFile(torrentFile, bytes);

          const client = new Client({ downloadDir: direction === "from" ? leechDir : seedDir, port: 0 });
          try {
            const other = await start({
              home: join(folder, "home"),
              source: torrentFile,
              dir: direction === "from" ? seedDir : leechDir,
              seed: direction === "from",
            });
            // Transmission does not dial loopback addresses of a tracker: our client starts second and dials.
            await trackerKnows(
              runtime,
              running[scheme],
              metainfo.id,
              direction === "from" ? { seeders: 1 } : { leechers: 1 },
            );
            const torrent = await client.add(torrentFile);
            await (direction === "from" ? torrent.done : other.complete());
            expect(await sha256(join(leechDir, "data.bin"))).toBe(await sha256(join(seedDir, "data.bin")));
            const { uploaded, downloaded } = torrent.status();
            expect(direction === "from" ? downloaded : uploaded).toBeGreaterThanOrEqual(LENGTH);
          } finally {
            await client.close();
          }
        },
      );
    });
  });
});
