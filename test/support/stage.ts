import { createHash } from "node:crypto";
import { asDict, decode, encode } from "../../src/bencode/index.ts";
import { Client, type AddOptions, type ClientOptions, type Torrent } from "../../src/client/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import { parseMetainfo, type Metainfo } from "../../src/metainfo/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { simWorld, type LineOptions, type SimHost, type World } from "../../src/sim/index.ts";

export const digest = (algorithm: string, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(algorithm).update(bytes).digest());

/** Pseudo-random bytes, the same in every run. */
export function noise(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  let state = seed | 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[at] = state;
  }
  return out;
}

/** A torrent of some files (one file: a single-file torrent), and their bytes. */
export interface Play {
  readonly metainfo: Metainfo;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export async function makePlay(
  sizes: Readonly<Record<string, number>>,
  pieceLength = 65_536,
  version: "v1" | "v2" | "hybrid" = "v1",
): Promise<Play> {
  const host = simWorld({ digest }).host("10.255.255.254");
  const names = Object.keys(sizes);
  const single = names.length === 1;
  const files = new Map(
    names.map((name, index) => [single ? name : `play/${name}`, noise(sizes[name] ?? 0, index + 7)]),
  );
  for (const [path, bytes] of files) host.disk.put(`/source/${path}`, bytes);
  const { metainfo } = await createTorrent(host.runtime, {
    path: single ? `/source/${names[0] ?? ""}` : "/source/play",
    pieceLength,
    version,
  });
  return { metainfo, files };
}

/** The same files as a private torrent (BEP 27). */
export function privatePlay({ metainfo, files }: Play): Play {
  const info = asDict(asDict(decode(metainfo.torrentBytes()))?.get("info"));
  const keys = new Map([...(info ?? []), ["private", 1] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { metainfo: parseMetainfo(encode({ info: keys }), { digestSync: digest }), files };
}

/** A v1 torrent of one file with a piece length that `createTorrent` rejects. */
export function makeOddPlay(length: number, pieceLength: number): Play {
  const bytes = noise(length);
  const pieces = Buffer.concat(
    Array.from({ length: Math.ceil(length / pieceLength) }, (_, n) =>
      digest("sha1", bytes.subarray(n * pieceLength, (n + 1) * pieceLength)),
    ),
  );
  const torrent = encode({
    info: { length, name: "odd.bin", "piece length": pieceLength, pieces: new Uint8Array(pieces) },
  });
  return { metainfo: parseMetainfo(torrent, { digestSync: digest }), files: new Map([["odd.bin", bytes]]) };
}

export interface Actor {
  readonly host: SimHost;
  /** Its process: the host has another one after a crash. */
  readonly runtime: Runtime;
  readonly client: Client;
  readonly torrent: Torrent;
  /** The `IP:PORT` at which it listens. */
  readonly address: string;
}

/** Clients on hosts of one world. */
export class Stage {
  readonly world: World;
  readonly play: Play;
  readonly actors: Actor[] = [];

  constructor(play: Play, seed = 1, onTrace?: (line: string) => void) {
    this.play = play;
    this.world = simWorld({ seed, digest, ...(onTrace === undefined ? {} : { onTrace }) });
  }

  async seeder(
    ip: string,
    line: LineOptions = {},
    options: Partial<ClientOptions> = {},
    add: AddOptions = {},
  ): Promise<Actor> {
    const host = this.world.host(ip, line);
    for (const [path, bytes] of this.play.files) host.disk.put(`/data/${path}`, bytes);
    return this.enter(host, options, add);
  }

  leecher(
    ip: string,
    add: AddOptions = {},
    line: LineOptions = {},
    options: Partial<ClientOptions> = {},
  ): Promise<Actor> {
    return this.enter(this.world.host(ip, line), options, add);
  }

  async enter(host: SimHost, options: Partial<ClientOptions> = {}, add: AddOptions = {}): Promise<Actor> {
    const client = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881, ...options });
    const torrent = await this.world.settled(client.add(this.play.metainfo, add), 1_000);
    await this.world.until(() => torrent.state.kind !== "checking", 10_000);
    const actor = { host, runtime: host.runtime, client, torrent, address: `${host.ip}:${client.port}` };
    this.actors.push(actor);
    return actor;
  }

  /** Whether the disk of a host has every byte. */
  isWhole(host: SimHost): boolean {
    return [...this.play.files].every(
      ([path, bytes]) =>
        bytes.length === 0 || Buffer.compare(host.disk.get(`/data/${path}`) ?? new Uint8Array(), bytes) === 0,
    );
  }

  /** Closes every client whose process still runs. */
  async close(): Promise<void> {
    const running = this.actors.filter(({ host, runtime }) => host.runtime === runtime);
    await this.world.settled(Promise.all(running.map(({ client }) => client.close())), 60_000);
  }
}
