/** The transferred files: random, the same in every run of a size, hashed while they are written. */
import { execFile } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { open, readFile, writeFile } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { asDict, decode, encode, type BInput } from "../../src/bencode/index.ts";
import { editTorrent } from "../../src/metainfo/index.ts";

const CHUNK = 4 * 2 ** 20;

export interface SourceFile {
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** SHA-1 of every piece, one after another, by piece length. */
  readonly pieces: ReadonlyMap<number, Buffer>;
}

/** Bytes that do not compress: AES in counter mode under a fixed key. */
export function randomBytes(seed: number): (length: number) => Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK);
  return (length) => cipher.update(zeros.subarray(0, length));
}

/** Writes the file. Every piece length divides 4 MiB. */
export async function makeSource(folder: string, size: number, pieceLengths: readonly number[]): Promise<SourceFile> {
  const name = `random-${size}.bin`;
  const path = join(folder, name);
  const next = randomBytes(1);
  const whole = createHash("sha256");
  const pieces = new Map(pieceLengths.map((length) => [length, [] as Buffer[]]));
  const file = await open(path, "w");
  try {
    for (let at = 0; at < size; at += CHUNK) {
      const chunk = next(Math.min(CHUNK, size - at));
      whole.update(chunk);
      for (const [length, hashes] of pieces) {
        for (let from = 0; from < chunk.length; from += length)
          hashes.push(
            createHash("sha1")
              .update(chunk.subarray(from, from + length))
              .digest(),
          );
      }
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  return {
    folder,
    name,
    path,
    size,
    sha256: whole.digest("hex"),
    pieces: new Map([...pieces].map(([length, hashes]) => [length, Buffer.concat(hashes)])),
  };
}

export interface TorrentFile {
  readonly path: string;
  /** The same torrent with the harness's tracker in it, for clients without an option for a peer. */
  readonly trackedPath: string;
  readonly infoHash: string;
  readonly pieceLength: number;
  readonly source: SourceFile;
}

export async function makeTorrent(
  source: SourceFile,
  pieceLength: number,
  folder: string,
  announce: string,
): Promise<TorrentFile> {
  const pieces = source.pieces.get(pieceLength) ?? Buffer.alloc(0);
  const info: BInput = { length: source.size, name: source.name, "piece length": pieceLength, pieces };
  const path = join(folder, `${source.name}.${pieceLength}.torrent`);
  const trackedPath = join(folder, `${source.name}.${pieceLength}.tracked.torrent`);
  await writeFile(path, encode({ info }));
  await writeFile(trackedPath, encode({ announce, info }));
  return { path, trackedPath, infoHash: createHash("sha1").update(encode(info)).digest("hex"), pieceLength, source };
}

/** A torrent of the file for v2 clients, or for both, made by the program `millrace`. */
export async function makeTorrentV2(
  source: SourceFile,
  pieceLength: number,
  version: "v2" | "hybrid",
  announce: string,
  millrace: { command(args: readonly string[]): string[] },
): Promise<TorrentFile> {
  const path = join(source.folder, `${source.name}.${pieceLength}.${version}.torrent`);
  const trackedPath = join(source.folder, `${source.name}.${pieceLength}.${version}.tracked.torrent`);
  const [program = "", ...args] = millrace.command([
    "create",
    source.path,
    "--out",
    path,
    "--force",
    `--${version}`,
    "--piece-length",
    String(pieceLength),
  ]);
  await promisify(execFile)(program, args);
  const bytes = new Uint8Array(await readFile(path));
  await writeFile(trackedPath, editTorrent(bytes, { trackers: [[announce]] }));
  const info = encode(asDict(decode(bytes))?.get("info") ?? new Map());
  const algorithm = version === "v2" ? "sha256" : "sha1";
  const infoHash = createHash(algorithm).update(info).digest("hex").slice(0, 40);
  return { path, trackedPath, infoHash, pieceLength, source };
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest("hex");
}
