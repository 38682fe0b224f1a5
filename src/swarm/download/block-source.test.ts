import { beforeAll, describe, expect, it } from "vitest";
import { digest, makePlay, type Play } from "../../../test/support/stage.ts";
import { Bitfield, BLOCK_LENGTH } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { MemoryStorage } from "../../storage/index.ts";
import { AssemblyBudget } from "../metadata/assembly-budget.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { BlockSource } from "./block-source.ts";
import { Downloader } from "./downloader.ts";
import { REQUEST_TIMEOUT_MS } from "../limits.ts";
import { DownloadSlot } from "./download-slot.ts";

const PIECE = 65_536;

/** Sends blocks from memory after a delay, without a connection, a handshake or messages. */
class MemorySource implements BlockSource {
  readonly identity = {};
  readonly isSeed = true;
  readonly download: DownloadSlot;
  readonly pieces: Bitfield;
  readonly limitedTo: ReadonlySet<number> | undefined;
  silentSince: number | undefined;
  canAsk = true;
  /** The number of blocks of each request. */
  readonly asked: number[] = [];
  readonly cancelled: OutstandingRequest[] = [];
  readonly #data: Uint8Array;
  readonly #clock: Clock;
  readonly #downloader: () => Downloader;
  /** Milliseconds until it sends the blocks; `undefined`: never. */
  readonly #delay: number | undefined;

  constructor(options: {
    data: Uint8Array;
    clock: Clock;
    downloader: () => Downloader;
    delay?: number;
    only?: readonly number[];
  }) {
    this.#data = options.data;
    this.#clock = options.clock;
    this.#downloader = options.downloader;
    this.#delay = options.delay;
    this.limitedTo = options.only === undefined ? undefined : new Set(options.only);
    this.pieces = Bitfield.full(Math.ceil(options.data.length / PIECE));
    this.download = new DownloadSlot(options.clock.now());
  }

  mayAsk(piece: number): boolean {
    return this.limitedTo?.has(piece) ?? true;
  }

  request(blocks: readonly OutstandingRequest[]): void {
    this.asked.push(blocks.length);
    if (this.#delay !== undefined)
      this.#clock.after(this.#delay, () => blocks.forEach((block) => this.#deliver(block)));
  }

  cancel(blocks: readonly OutstandingRequest[]): void {
    this.cancelled.push(...blocks);
  }

  abandonBlock(): void {
    throw new Error("its blocks arrive in one call");
  }

  #deliver({ piece: { index }, block }: OutstandingRequest): void {
    if (this.download.requests.find(index, block) === undefined) return;
    const begin = block * BLOCK_LENGTH;
    const bytes = this.#data.subarray(index * PIECE + begin, index * PIECE + Math.min(begin + BLOCK_LENGTH, PIECE));
    const memory = this.#downloader().blockStart(this, index, begin, bytes.length);
    memory?.set(bytes);
    this.#downloader().blockEnd(this, index, begin, bytes.length, memory !== undefined);
  }
}

let play: Play;
let data: Uint8Array;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 20 * PIECE + 20_000 }, PIECE);
  data = play.files.get("a.bin") ?? new Uint8Array();
});

function start() {
  const world = simWorld({ digest });
  const { runtime } = world.host("10.0.0.1");
  const { metainfo } = play;
  const storage = new MemoryStorage(metainfo.layout);
  const have = new Bitfield(metainfo.pieceCount);
  const sources = new Set<BlockSource>();
  const liars: object[] = [];
  const downloader = new Downloader({
    runtime,
    metainfo,
    storage,
    have,
    keeper: undefined,
    sources,
    assembly: new AssemblyBudget(),
    onPiece: () => undefined,
    onLiar: (identity) => void liars.push(identity),
    onStorage: () => undefined,
  });
  runtime.clock.every(1_000, () => downloader.tick(runtime.clock.now()));
  const add = (options: { data?: Uint8Array; delay?: number; only?: readonly number[] } = {}): MemorySource => {
    const source = new MemorySource({ data, clock: runtime.clock, downloader: () => downloader, ...options });
    sources.add(source);
    downloader.picker.addSeed(1);
    downloader.refill(source);
    return source;
  };
  const read = async (): Promise<Uint8Array> => {
    const out = new Uint8Array(data.length);
    await storage.read(0, [out]);
    return out;
  };
  return { world, downloader, add, read, have, liars };
}

describe("Downloader with sources that are no peers", () => {
  it("downloads everything, many blocks with one request", async () => {
    const { world, downloader, add, read, have } = start();
    const source = add({ delay: 10 });
    expect(downloader.isInteresting(source)).toBe(true);
    expect(await world.until(() => have.isFull, 10_000)).toBe(true);
    expect([
      Buffer.compare(await read(), data),
      downloader.isFinished,
      downloader.wasted,
      source.download.meter.total,
    ]).toEqual([0, true, 0, data.length]);
    expect(source.asked.length).toBeLessThan(source.asked.reduce((sum, blocks) => sum + blocks) / 4);
    expect(source.cancelled).toEqual([]);
  });

  it("cancels requests that one does not serve, and requests the blocks from another", async () => {
    const { world, add, read, have } = start();
    const mute = add();
    const good = add({ delay: 10 });
    expect(await world.until(() => have.isFull, 2 * REQUEST_TIMEOUT_MS)).toBe(true);
    expect(Buffer.compare(await read(), data)).toBe(0);
    expect([mute.download.meter.total, good.download.meter.total]).toEqual([0, data.length]);
    expect(mute.cancelled.length).toBe(mute.asked[0]);
  });

  it("requests only the pieces that a limited source sends", async () => {
    const { world, add, have } = start();
    add({ delay: 10, only: [3, 20] });
    await world.run(5_000);
    expect([...have.ones()]).toEqual([3, 20]);
  });

  it("reports the identity of a source of bad data", async () => {
    const { world, add, liars } = start();
    const liar = add({ delay: 10, data: new Uint8Array(data.length), only: [0] });
    expect(await world.until(() => liars.length > 0, 5_000)).toBe(true);
    expect(liars[0]).toBe(liar.identity);
  });
});
