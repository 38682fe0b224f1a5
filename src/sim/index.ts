/**
 * Runtimes with a virtual clock, network and disk, for tests that are quick and the same every time: hours of a swarm
 * in a second, a power failure in the middle of a write, a cable pulled.
 *
 * @example
 * const world = simWorld({ seed: 7, digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
 * const seeder = new Client({ runtime: world.host("10.0.0.1").runtime });
 * const leecher = new Client({ runtime: world.host("10.0.0.2", { down: 1_000_000, latencyMs: 40 }).runtime });
 * const torrent = await world.settled(leecher.add(metainfo, { peers: ["10.0.0.1:6881"] }), 1_000);
 * await world.settled(torrent.done, 60_000);
 *
 * Time moves only in {@link World.run}, {@link World.until} and {@link World.settled}; between two events what was
 * promised is carried out. All chance comes from the seed.
 */
export { SimClock, type Life } from "./clock.ts";
export { SimDisk, type DiskOperation } from "./disk.ts";
export { EventQueue } from "./events.ts";
export type { Digest } from "./hasher.ts";
export { SimHost } from "./host.ts";
export type { LineOptions } from "./line.ts";
export { SeededRandom } from "./random.ts";
export { simWorld, World, type WorldOptions } from "./world.ts";
