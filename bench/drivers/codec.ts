/**
 * Millrace's codecs and npm's in one process, in turns: every operation for the same time, round by round. The job is
 * JSON in argv[2]. A library that is not installed is left out.
 */
import { randomBytes } from "node:crypto";
import { encode as ownEncode } from "../../src/bencode/index.ts";
import { loadBencode, loadMetainfo, loadRuntime, loadWire } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly root: string;
  readonly rounds: number;
  /** Of each operation in each round. */
  readonly seconds: number;
  /** npm packages to compare with. */
  readonly npm: readonly string[];
}

interface Operation {
  readonly what: string;
  readonly client: string;
  /** Bytes that one operation processes. */
  readonly bytes: number;
  go(): unknown;
}

const OURS = "millrace";
const BLOCK = 16 * 1024;
/** Bytes of one read from a socket. */
const READ = 64 * 1024;
const BLOCKS = 512;

const job = JSON.parse(process.argv[2] ?? "") as Job;
const operations: Operation[] = [];

function torrentOfFiles(count: number): Buffer {
  const files = Array.from({ length: count }, (_, index) => ({
    length: 1000 + ((index * 7919) % 500_000),
    path: [`folder ${index % 200}`, `a file with a name ${index}.jpg`],
  }));
  const total = files.reduce((sum, { length }) => sum + length, 0);
  const pieceLength = 2 ** 18;
  return Buffer.from(
    ownEncode({
      announce: "http://127.0.0.1/announce",
      info: {
        files,
        name: "files",
        "piece length": pieceLength,
        pieces: randomBytes(20 * Math.ceil(total / pieceLength)),
      },
    }),
  );
}

function torrentOfPieces(count: number): Buffer {
  return Buffer.from(
    ownEncode({
      announce: "http://127.0.0.1/announce",
      info: { length: count * 2 ** 20, name: "pieces", "piece length": 2 ** 20, pieces: randomBytes(20 * count) },
    }),
  );
}

/** `piece` messages of consecutive blocks, one after another. */
function blockStream(): Buffer {
  return Buffer.concat(
    Array.from({ length: BLOCKS }, (_, index) => {
      const message = Buffer.alloc(13 + BLOCK, index);
      message.writeUInt32BE(9 + BLOCK, 0);
      message[4] = 7;
      message.writeUInt32BE(index >> 6, 5);
      message.writeUInt32BE((index & 63) * BLOCK, 9);
      return message;
    }),
  );
}

async function addBencode(name: string, torrent: Buffer): Promise<void> {
  const ours = await loadBencode(job.root);
  const value = ours.decode(torrent);
  operations.push({
    what: `bencode.decode, ${name}`,
    client: OURS,
    bytes: torrent.length,
    go: () => ours.decode(torrent),
  });
  if (job.npm.includes("bencode")) {
    const { default: theirs } = await import("bencode");
    const theirValue = theirs.decode(torrent);
    operations.push({
      what: `bencode.decode, ${name}`,
      client: "npm bencode",
      bytes: torrent.length,
      go: () => theirs.decode(torrent),
    });
    operations.push({
      what: `bencode.encode, ${name}`,
      client: "npm bencode",
      bytes: torrent.length,
      go: () => theirs.encode(theirValue),
    });
    if (!Buffer.from(theirs.encode(theirValue)).equals(ours.encode(value)))
      throw new Error("the two encode differently");
  }
  operations.push({
    what: `bencode.encode, ${name}`,
    client: OURS,
    bytes: torrent.length,
    go: () => ours.encode(value),
  });
}

async function addParse(name: string, torrent: Buffer): Promise<void> {
  const { parseMetainfo } = await loadMetainfo(job.root);
  const { nodeRuntime } = await loadRuntime(job.root);
  const { hasher } = nodeRuntime();
  // Reads the fields that a caller needs first, so that deferred work is counted.
  operations.push({
    what: `parse, ${name}`,
    client: OURS,
    bytes: torrent.length,
    go: () => {
      const metainfo = parseMetainfo(torrent, hasher);
      return [metainfo.files.length, metainfo.pieceCount, metainfo.id.hex];
    },
  });
  if (!job.npm.includes("parse-torrent")) return;
  const { default: parseTorrent } = await import("parse-torrent");
  operations.push({
    what: `parse, ${name}`,
    client: "npm parse-torrent",
    bytes: torrent.length,
    go: () => parseTorrent(torrent),
  });
}

async function addWire(): Promise<void> {
  const stream = blockStream();
  const reads = Array.from({ length: Math.ceil(stream.length / READ) }, (_, index) =>
    stream.subarray(index * READ, (index + 1) * READ),
  );
  const what = "wire.decode, 8 MiB of 16 KiB blocks in reads of 64 KiB";
  const { MessageDecoder } = await loadWire(job.root);
  // Every block is copied to its position in a piece, as in a download.
  const piece = Buffer.alloc(64 * BLOCK);
  let stored = 0;
  const decoder = new MessageDecoder({
    onMessage: () => undefined,
    onBlockStart: (_, begin, length) => piece.subarray(begin, begin + length),
    onBlockEnd: () => {
      stored += 1;
    },
  });
  operations.push({
    what,
    client: OURS,
    bytes: stream.length,
    go: () => {
      const until = stored + BLOCKS;
      for (const read of reads) decoder.push(read);
      if (stored !== until) throw new Error("Millrace decoded another number of blocks");
    },
  });
  if (!job.npm.includes("bittorrent-protocol")) return;
  const { default: Wire } = await import("bittorrent-protocol");
  const wire = new Wire("tcpIncoming", 0);
  const seen = { blocks: 0 };
  wire.resume();
  wire.on("piece", () => {
    seen.blocks += 1;
  });
  wire.write(Buffer.concat([Buffer.from("\x13BitTorrent protocol"), Buffer.alloc(8), randomBytes(40)]));
  wire.handshake("01".repeat(20), "02".repeat(20));
  wire.write(Buffer.from([0, 0, 0, 1, 1]));
  operations.push({
    what,
    client: "npm bittorrent-protocol",
    bytes: stream.length,
    go: async () => {
      const until = seen.blocks + BLOCKS;
      for (const read of reads) {
        if (!wire.write(read))
          await new Promise((resolve) => {
            wire.once("drain", resolve);
          });
      }
      while (seen.blocks < until)
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
    },
  });
}

/** Operations a second. */
async function rate({ go }: Operation, seconds: number): Promise<number> {
  let count = 0;
  let elapsed = 0;
  const start = process.hrtime.bigint();
  do {
    const result = go();
    if (result instanceof Promise) await result;
    count += 1;
    elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  } while (elapsed < seconds);
  return count / elapsed;
}

for (const [name, torrent] of [
  ["20,000 files", torrentOfFiles(20_000)],
  ["100,000 pieces", torrentOfPieces(100_000)],
] as const) {
  await addBencode(name, torrent);
  await addParse(name, torrent);
}
await addWire();
// The same operation of both, one directly after the other.
operations.sort((a, b) => a.what.localeCompare(b.what) || Number(a.client === OURS) - Number(b.client === OURS));
for (const operation of operations) await rate(operation, job.seconds);
for (let round = 0; round < job.rounds; round += 1) {
  for (const operation of operations) {
    const perSecond = await rate(operation, job.seconds);
    tell("rate", {
      what: operation.what,
      client: operation.client,
      round,
      perSecond,
      megabytes: (perSecond * operation.bytes) / 1e6,
    });
  }
}
tell("complete");
process.exit();
