import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterEach } from "vitest";
import { encode } from "../../src/bencode/index.ts";
import { Client, type ClientOptions, type Torrent } from "../../src/index.ts";
import { parseMetainfo, type Metainfo } from "../../src/metainfo/index.ts";
import { cryptoHasher } from "./memory-source.ts";
import { eventually } from "./process.ts";
import { Theatre } from "./theatre.ts";

/** Bytes of a piece of the large torrent. */
export const LARGE_PIECE = 16_384;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Our client with a torrent that is attacked, and an honest one to download beside it. */
export class Siege {
  readonly theatre: Theatre;
  readonly victim: Metainfo;
  readonly torrent: Torrent;

  private constructor(theatre: Theatre, victim: Metainfo, torrent: Torrent) {
    this.theatre = theatre;
    this.victim = victim;
    this.torrent = torrent;
  }

  /** Of the attacked torrent of so many pieces the client has nothing. */
  static async large(pieces = 1_000_000, client: ClientOptions = {}): Promise<Siege> {
    const theatre = await Theatre.open({ length: 4_000_000, client });
    const info = {
      length: pieces * LARGE_PIECE,
      name: "large.bin",
      "piece length": LARGE_PIECE,
      pieces: new Uint8Array(randomBytes(20 * pieces)),
    };
    const victim = parseMetainfo(encode({ info }), cryptoHasher);
    const torrent = await theatre.client.add(victim);
    await eventually("the large torrent runs", () => torrent.state.kind === "downloading");
    return new Siege(theatre, victim, torrent);
  }

  /** The attacked torrent is the honest one: the client wants it, or has it. */
  static async same(options: { readonly seeding: boolean; readonly client?: ClientOptions }): Promise<Siege> {
    const theatre = await Theatre.open({ length: 4_000_000, ...options });
    return new Siege(theatre, theatre.metainfo, await theatre.play());
  }

  get port(): number {
    return this.theatre.client.port;
  }

  get infoHash(): Uint8Array {
    return this.victim.id.wire;
  }

  /**
   * Downloads from an honest seed that our client dials, beside what is going on; whether all of it came, and right.
   */
  async completes(): Promise<boolean> {
    const seed = await this.theatre.seed();
    return this.theatre.completes(await this.theatre.play([seed]));
  }

  /** A client that has everything and dials ours, again each half second until it is let in. */
  async newcomer(): Promise<Client> {
    const { theatre } = this;
    const client = new Client({
      downloadDir: join(theatre.folder, "source"),
      stateDir: join(theatre.folder, "newcomer"),
      port: false,
      trackers: false,
    });
    const torrent = await client.add(theatre.metainfo, { skipCheck: true });
    const timer = setInterval(() => {
      if (torrent.peers().length === 0) torrent.addPeers([`127.0.0.1:${this.port}`]).catch(() => undefined);
    }, 500);
    closers.push(async () => {
      clearInterval(timer);
      await client.close();
    });
    return client;
  }
}
