import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createLinter } from "../../src/console/lint/index.ts";
import { ConsoleSession } from "../../src/console/session/session.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LENGTH = 8 * 1024 * 1024 + 12_345;
const lacking = missing("python3-libtorrent");
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Scene {
  readonly runtime: Runtime;
  readonly metainfo: Metainfo;
  readonly torrentFile: string;
  readonly folder: string;
  /** Where the data is. */
  readonly full: string;
  /** An empty folder. */
  readonly empty: string;
}

async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  const [full, empty] = [join(folder, "full"), join(folder, "empty")];
  await Promise.all([mkdir(full), mkdir(empty)]);
  await writeFile(join(full, "data.bin"), randomBytes(LENGTH));
  const runtime = nodeRuntime();
  closers.push(() => runtime.close());
  const { metainfo, bytes } = await createTorrent(runtime, { path: join(full, "data.bin"), pieceLength: 262_144 });
  const torrentFile = join(folder, "data.torrent");
  await writeFile(torrentFile, bytes);
  return { runtime, metainfo, torrentFile, folder, full, empty };
}

async function open({ runtime, metainfo }: Scene, folder: string): Promise<ConsoleSession> {
  const session = await ConsoleSession.open({
    runtime,
    source: metainfo,
    folder,
    clientName: "Millrace test",
    linter: () => createLinter(),
  });
  closers.push(() => session.close());
  return session;
}

describe.skipIf(lacking.length > 0)(`the console with libtorrent${because(lacking)}`, () => {
  it("downloads a block by hand, then hands over to the engine", async () => {
    const set = await scene();
    const libtorrent = await Libtorrent.start({ home: set.folder, source: set.torrentFile, dir: set.full, seed: true });
    const session = await open(set, set.empty);
    const peer = await session.contact("127.0.0.1", libtorrent.port);
    peer.haveNone();
    peer.interested();
    await peer.next("unchoke");
    peer.request(0, 0);
    expect((await peer.next("piece")).length).toBe(16_384);
    expect(peer.auto()).toEqual({ keepAlive: true, answer: true, download: true, metadata: true });
    await eventually("the download is complete", () =>
      session.log.some(({ text }) => text.startsWith("the download is complete")),
    );
    expect(session.content.missing).toBe(0);
    const requests = peer.timeline.where({ type: "request", way: "out" });
    expect(requests.length).toBe(Math.ceil(LENGTH / 16_384));
    expect(peer.amInterested).toBe(false);
    expect(peer.findings).toEqual([]);
    await session.close();
    expect(await sha256(join(set.empty, "data.bin"))).toBe(await sha256(join(set.full, "data.bin")));
  });

  it("uploads everything to it", async () => {
    const set = await scene();
    const libtorrent = await Libtorrent.start({
      home: set.folder,
      source: set.torrentFile,
      dir: set.empty,
      seed: false,
    });
    const session = await open(set, set.full);
    expect(session.content.missing).toBe(0);
    const port = await session.accept({ ip: "127.0.0.1", ports: { first: 0, last: 0 } });
    libtorrent.connect("127.0.0.1", port);
    const peer = await eventually("libtorrent shakes hands", () =>
      session.peers.find(({ conversation }) => conversation.sides.out.handshake !== undefined),
    );
    expect(session.upload(peer)).toEqual({ keepAlive: true, answer: true, download: false, metadata: false });
    await libtorrent.complete();
    expect(session.transferred.uploaded).toBeGreaterThanOrEqual(LENGTH);
    expect(peer.findings).toEqual([]);
    await session.close();
    expect(await sha256(join(set.empty, "data.bin"))).toBe(await sha256(join(set.full, "data.bin")));
  });
});
