import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterEach } from "vitest";
import { encode } from "../../src/bencode/index.ts";
import { Client, type ClientOptions, type Torrent } from "../../src/index.ts";
import { parseMetainfo, type Metainfo } from "../../src/metainfo/index.ts";
import { cryptoHasher } from "./memory-source.ts";
import { eventually } from "./process.ts";
import { ClientUnderTest } from "./client-under-test.ts";

/** Bytes of a piece of the large torrent. */
export const LARGE_PIECE = 16_384;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Our client with an attacked torrent, and an honest torrent to download beside it. */
export class AttackedClient {
  readonly tested: ClientUnderTest;
  readonly victim: Metainfo;
  readonly torrent: Torrent;

  private constructor(tested: ClientUnderTest, victim: Metainfo, torrent: Torrent) {
    this.tested = tested;
    this.victim = victim;
    this.torrent = torrent;
  }

  /** The client has nothing of the attacked torrent, which has `pieces` pieces. */
  static async large(pieces = 1_000_000, client: ClientOptions = {}): Promise<AttackedClient> {
    const tested = await ClientUnderTest.open({ length: 4_000_000, client });
    const info = {
      length: pieces * LARGE_PIECE,
      name: "large.bin",
      "piece length": LARGE_PIECE,
      pieces: new Uint8Array(randomBytes(20 * pieces)),
    };
    const victim = parseMetainfo(encode({ info }), cryptoHasher);
    const torrent = await tested.client.add(victim);
    await eventually("the large torrent runs", () => torrent.state.kind === "downloading");
    return new AttackedClient(tested, victim, torrent);
  }

  /** The attacked torrent is the honest one: the client downloads or seeds it. */
  static async same(options: { readonly seeding: boolean; readonly client?: ClientOptions }): Promise<AttackedClient> {
    const tested = await ClientUnderTest.open({ length: 4_000_000, ...options });
    return new AttackedClient(tested, tested.metainfo, await tested.addTorrent());
  }

  get port(): number {
    return this.tested.client.port;
  }

  get infoHash(): Uint8Array {
    return this.victim.id.wire;
  }

  /**
   * Downloads from an honest seed that our client dials. Returns whether all of the data arrived, and is right.
   */
  async completes(): Promise<boolean> {
    const seed = await this.tested.seed();
    return this.tested.completes(await this.tested.addTorrent([seed]));
  }

  /** A client that seeds and dials ours, each half second until it is accepted. */
  async newcomer(): Promise<Client> {
    const { tested } = this;
    const client = new Client({
      downloadDir: join(tested.folder, "source"),
      stateDir: join(tested.folder, "newcomer"),
      port: false,
      trackers: false,
    });
    const torrent = await client.add(tested.metainfo, { skipCheck: true });
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
