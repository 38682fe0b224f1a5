import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encode } from "../src/bencode/index.ts";
import { Client, type Torrent } from "../src/index.ts";
import { createTorrent } from "../src/creation/index.ts";
import { parseMetainfo } from "../src/metainfo/index.ts";
import { nodeRuntime } from "../src/runtime/node/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const PIECE = 16_384;

function reaches(torrent: Torrent, kind: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (torrent.state.kind === kind) resolve();
    };
    torrent.on("state", look);
    look();
  });
}

describe("scale", () => {
  it("a client loads and seeds 1,000 torrents, and uploads one of them", async () => {
    const folder = await tempFolder();
    const sources: Uint8Array[] = [];
    for (let i = 0; i < 1_000; i++) {
      const data = randomBytes(4 * PIECE);
      await writeFile(join(folder, `file-${i}`), data);
      const pieces = [0, 1, 2, 3].map((piece) =>
        createHash("sha1")
          .update(data.subarray(piece * PIECE, (piece + 1) * PIECE))
          .digest(),
      );
      sources.push(
        encode({
          info: { name: `file-${i}`, length: data.length, "piece length": PIECE, pieces: Buffer.concat(pieces) },
        }),
      );
    }
    const client = new Client({ downloadDir: folder, port: 0 });
    const other = new Client({ downloadDir: join(folder, "other"), port: 0 });
    try {
      const torrents: Torrent[] = [];
      for (const source of sources) torrents.push(await client.add(source));
      await Promise.all(torrents.map((torrent) => torrent.done));
      expect(torrents.every((torrent) => torrent.state.kind === "seeding")).toBe(true);
      const fetched = await other.add(sources[777] ?? new Uint8Array(), { peers: [`127.0.0.1:${client.port}`] });
      await fetched.done;
      expect(fetched.status().doneBytes).toBe(4 * PIECE);
    } finally {
      await other.close();
      await client.close();
    }
  });

  it("a torrent of 100,000 pieces and more than 1 TiB is parsed and started", async () => {
    const pieceLength = 11 * 1024 * 1024;
    const bytes = encode({
      info: {
        name: "big.bin",
        length: pieceLength * 100_000,
        "piece length": pieceLength,
        pieces: randomBytes(2_000_000),
      },
    });
    const metainfo = parseMetainfo(bytes, runtime.hasher);
    expect([metainfo.pieceCount, metainfo.totalSize > 2 ** 40]).toEqual([100_000, true]);
    const client = new Client({ downloadDir: await tempFolder(), port: 0 });
    try {
      await reaches(await client.add(metainfo), "downloading");
    } finally {
      await client.close();
    }
  });

  it("a torrent of 20,000 files is created, parsed, checked and seeded", async () => {
    const folder = await tempFolder();
    for (let i = 0; i < 100; i++) await runtime.files.makeFolder(join(folder, "many", `folder-${i}`));
    for (let i = 0; i < 20_000; i++)
      await writeFile(join(folder, "many", `folder-${i % 100}`, `file-${i}`), Buffer.alloc(1 + (i % 300), i));
    const { bytes, metainfo } = await createTorrent(runtime, { path: join(folder, "many") });
    expect(metainfo.files.length).toBe(20_000);
    const client = new Client({ downloadDir: folder, port: 0 });
    try {
      const torrent = await client.add(bytes);
      await torrent.done;
      expect(torrent.status().progress).toBe(1);
    } finally {
      await client.close();
    }
  });
});
