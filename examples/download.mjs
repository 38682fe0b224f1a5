/**
 * The client from end to end on one machine, without a network: a torrent is made, seeded and downloaded, and the two
 * copies are compared. Run it with `node examples/download.mjs`.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "millrace";
import { createTorrent } from "millrace/creation";
import { nodeRuntime } from "millrace/runtime/node";

const folder = await mkdtemp(join(tmpdir(), "millrace-example-"));
const runtime = nodeRuntime();
const original = join(folder, "river.bin");
await writeFile(original, runtime.random.bytes(5_000_000));
const { bytes } = await createTorrent(runtime, { path: original });

// Who has the data: it is checked, then offered.
const seeder = new Client({ runtime, downloadDir: folder, port: 0 });
const seeding = await seeder.add(bytes);
await seeding.done;

// Who wants it. Usually trackers tell the peers; here we name the only one.
const leecher = new Client({ runtime, downloadDir: join(folder, "copy"), port: 0 });
const torrent = await leecher.add(bytes, { peers: [`127.0.0.1:${seeder.port}`] });
torrent.on("piece", (piece) => {
  if (piece % 4 === 0) console.log(`piece ${piece} is here: ${(torrent.status().progress * 100).toFixed(0)} %`);
});
await torrent.done;

const same = (await readFile(original)).equals(await readFile(join(folder, "copy", "river.bin")));
console.log(`complete: ${torrent.status().doneBytes} bytes, ${same ? "the same as" : "different from"} the original`);

await leecher.close();
await seeder.close();
await runtime.close();
await rm(folder, { recursive: true });
if (!same) process.exitCode = 1;
