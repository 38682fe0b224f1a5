import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Client, type AddOptions, type ClientOptions, type Torrent } from "../../src/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import type { LogFields, Runtime } from "../../src/runtime/index.ts";
import { BadPeer, type BadPeerOptions } from "./bad-peer.ts";
import { BadSeed, type Behaviour, type Goods } from "./bad-seed.ts";
import { DEADLINE_MS, eventually } from "./process.ts";
import { tempFolder } from "./temp-folder.ts";

interface LogLine {
  readonly message: string;
  readonly fields: LogFields;
}

const closers: (() => Promise<void> | void)[] = [];

// Hooks run in reverse order: this one before the folder is removed, whose module was imported earlier.
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Our client with a torrent of one file, and scripted peers. It is closed after the test. */
export class ClientUnderTest {
  readonly folder: string;
  readonly metainfo: Metainfo;
  readonly data: Uint8Array;
  readonly client: Client;
  readonly goods: Goods;
  /** The log of the engine. */
  readonly log: LogLine[];

  private constructor(folder: string, metainfo: Metainfo, data: Uint8Array, client: Client, log: LogLine[]) {
    this.folder = folder;
    this.metainfo = metainfo;
    this.data = data;
    this.client = client;
    this.log = log;
    this.goods = { infoHash: metainfo.id.wire, data, pieceLength: metainfo.pieceLength };
  }

  static async open(
    options: {
      readonly length?: number;
      readonly pieceLength?: number;
      readonly seeding?: boolean;
      readonly client?: ClientOptions;
    } = {},
  ): Promise<ClientUnderTest> {
    const { length = 1_000_000, pieceLength = 65_536, seeding = false } = options;
    const folder = await tempFolder();
    const data = new Uint8Array(randomBytes(length));
    await Promise.all([mkdir(join(folder, "source")), mkdir(join(folder, "download"))]);
    const source = join(folder, "source", "data.bin");
    await writeFile(source, data);
    const log: LogLine[] = [];
    const runtime = loggingRuntime(log);
    const { metainfo } = await createTorrent(runtime, { path: source, pieceLength });
    const client = new Client({
      runtime,
      downloadDir: join(folder, seeding ? "source" : "download"),
      stateDir: join(folder, "state"),
      port: 0,
      listenIp: "127.0.0.1",
      trackers: false,
      // The test's peers do not encrypt: an attempt to would count as one more connection.
      encryption: "disabled",
      ...options.client,
    });
    closers.push(async () => {
      await client.close();
      await runtime.close();
    });
    return new ClientUnderTest(folder, metainfo, data, client, log);
  }

  /** Adds the torrent with these peers to dial. */
  async addTorrent(peers: readonly { readonly address: string }[] = [], options: AddOptions = {}): Promise<Torrent> {
    const torrent = await this.client.add(this.metainfo, { peers: peers.map(({ address }) => address), ...options });
    await eventually(
      "the torrent runs",
      () => torrent.state.kind === "downloading" || torrent.state.kind === "seeding",
    );
    return torrent;
  }

  /** A peer that listens: honest by default. */
  async seed(behaviour?: Behaviour): Promise<BadSeed> {
    const seed = await BadSeed.listen(this.goods, behaviour);
    closers.push(() => seed.close());
    return seed;
  }

  /** A peer that connects to our client and sends a handshake. */
  async dial(options?: BadPeerOptions): Promise<BadPeer> {
    const peer = await BadPeer.meet(this.client.port, this.metainfo, options);
    closers.push(() => peer.close());
    return peer;
  }

  /** Waits until the torrent is complete. Returns whether its file equals the source. */
  async completes(torrent: Torrent): Promise<boolean> {
    await within("the download completes", torrent.done);
    return Buffer.compare(await readFile(join(this.folder, "download", "data.bin")), this.data) === 0;
  }

  /** The logged reasons why peers left or were banned. */
  reasons(): string[] {
    return this.log.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
  }

  /** Resolves when the engine has logged a line that matches. */
  async logged(pattern: RegExp): Promise<void> {
    await eventually(
      `the log says ${pattern.source}; it says:\n${this.reasons().join("\n")}`,
      () => this.reasons().some((line) => pattern.test(line)),
      10_000,
    );
  }

  /** Ports of the peers that were banned for bad data. */
  banned(): number[] {
    return this.log
      .filter(({ message }) => message.startsWith("peer banned"))
      .map(({ fields }) => Number(String(fields["peer"]).split(":").at(-1)));
  }
}

/** `promise`; rejects at the deadline with `what` in the message. */
export async function within<T>(what: string, promise: Promise<T>, ms = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`still not: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function loggingRuntime(log: LogLine[]): Runtime {
  const note = (message: string, fields: LogFields = {}): void => void log.push({ message, fields });
  return nodeRuntime({ log: { debug: note, info: note, warn: note, error: note } });
}
