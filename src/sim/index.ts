/**
 * Runtimes with a virtual clock, network and disk, for tests that are quick and reproducible: hours of a swarm in a
 * second, a power failure in the middle of a write, a broken link.
 *
 * Time moves only in {@link World.run}, {@link World.until} and {@link World.settled}; promises are settled between two
 * events. All randomness comes from the seed.
 *
 * @example
 * ```ts
 * import { createHash } from "node:crypto";
 * import { Client } from "millrace/client";
 * import { createTorrent } from "millrace/creation";
 * import { simWorld } from "millrace/sim";
 *
 * const world = simWorld({ seed: 7, digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
 * const { runtime } = world.host("10.0.0.1");
 * const file = await world.settled(runtime.files.open("./film.mkv", "write"), 1_000);
 * await world.settled(file.write(new Uint8Array(100_000), 0), 1_000);
 * await world.settled(file.close(), 1_000);
 * const { bytes } = await world.settled(createTorrent(runtime, { path: "./film.mkv" }), 1_000);
 *
 * const seeder = new Client({ runtime, downloadDir: "." });
 * await world.settled(seeder.add(bytes), 1_000);
 * const slow = world.host("10.0.0.2", { down: 10_000, latencyMs: 40 });
 * const leecher = new Client({ runtime: slow.runtime });
 * const torrent = await world.settled(leecher.add(bytes, { peers: ["10.0.0.1:6881"] }), 1_000);
 * await world.settled(torrent.done, 60_000);
 * torrent.state.kind; // => "seeding"
 * await world.settled(Promise.all([seeder.close(), leecher.close()]), 10_000);
 * ```
 */
export { SimClock, type Life } from "./clock.ts";
export { SimDisk, type DiskOperation } from "./disk.ts";
export { EventQueue } from "./events.ts";
export type { Digest } from "./hasher.ts";
export { SimHost } from "./host.ts";
export { internetLatency, type InternetLatencyOptions, type LatencyModel } from "./internet/latency.ts";
export type { NatKind, NatOptions } from "./internet/nat.ts";
export type { LineOptions } from "./line.ts";
export { SeededRandom } from "./random.ts";
export { simWorld, World, type WorldOptions } from "./world.ts";
