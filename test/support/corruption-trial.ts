import { beforeAll, expect, it } from "vitest";
import { makePlay, digest, type Play } from "./stage.ts";
import { corrupt } from "./corrupt.ts";
import { Bitfield } from "../../src/base/index.ts";
import { SeededRandom, simWorld, type SimHost, type World } from "../../src/sim/index.ts";
import { FilePool, seal } from "../../src/storage/index.ts";
import { Content } from "../../src/client/content/content.ts";

const PIECE = 16_384;
/** The middle file is not wanted: its bytes in the pieces at its ends are in the part file. */
const SIZES = { "a.bin": PIECE * 3 + 1_000, "b.bin": PIECE * 3, "c.bin": PIECE * 2 };
const PRIORITIES = ["normal", "skip", "normal"] as const;

/** State files and data after a run. */
interface Image {
  readonly name: string;
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly modifiedMs: number }>;
  /** The result without corruption. */
  readonly have: Bitfield;
}

let plays: readonly [Play, Play];
let world: World;
let host: SimHost;
async function start(): Promise<void> {
  const [one, other] = await Promise.all([
    makePlay(SIZES, PIECE),
    makePlay({ ...SIZES, "c.bin": PIECE * 2 + 5 }, PIECE),
  ]);
  plays = [one, other];
  world = simWorld({ seed: 1, digest });
  host = world.host("10.0.0.1");
}

function folderOf(play: Play): string {
  return play === plays[0] ? "/one" : "/two";
}

async function open(play: Play, notices: string[] = []): Promise<Content> {
  return Content.open({
    runtime: host.runtime,
    pool: new FilePool(host.runtime.files, 8),
    metainfo: play.metainfo,
    folder: folderOf(play),
    stateFolder: "/state",
    storage: undefined,
    allocation: undefined,
    priorities: PRIORITIES,
    skipCheck: false,
    forceCheck: false,
    known: undefined,
    hadData: false,
    acceptLoss: false,
    acceptForeign: true,
    cutsLonger: false,
    extra: () => ({ downloaded: 5 }),
    onKept: () => undefined,
    onChecking: () => undefined,
    onNotice: ({ code }) => notices.push(code),
    onKeepFailure: () => undefined,
    signal: new AbortController().signal,
  });
}

const data = new Map<Play, Uint8Array>();

/** The bytes of a torrent, end to end. */
function dataOf(play: Play): Uint8Array {
  const known = data.get(play);
  if (known !== undefined) return known;
  const { metainfo, files } = play;
  const out = new Uint8Array(metainfo.layout.totalLength);
  for (const file of metainfo.files) out.set(files.get(`play/${file.path.join("/")}`) ?? new Uint8Array(), file.offset);
  data.set(play, out);
  return out;
}

/** A run of a torrent: `pieces` are downloaded, and then it is closed or killed. */
async function image(play: Play, name: string, pieces: readonly number[], isClosed: boolean): Promise<Image> {
  clear();
  const bytes = dataOf(play);
  const content = await open(play);
  for (const piece of pieces) {
    const begin = piece * PIECE;
    await content.storage.write(begin, [bytes.subarray(begin, Math.min(begin + PIECE, bytes.length))]);
    content.have.set(piece);
    content.keeper?.piece(piece);
    if (piece % 2 === 0) await content.keeper?.flush();
  }
  await content.keeper?.flush();
  if (isClosed) await content.close(new Map());
  const files = new Map<string, { bytes: Uint8Array; modifiedMs: number }>();
  for (const path of host.disk.paths()) {
    const stat = await host.runtime.files.stat(path);
    files.set(path, { bytes: host.disk.get(path) ?? new Uint8Array(), modifiedMs: stat?.modifiedMs ?? 0 });
  }
  await content.close(new Map());
  put({ name, files, have: new Bitfield(0) });
  const again = await open(play);
  const { have } = again;
  await again.close(new Map());
  return { name, files, have: have.clone() };
}

function clear(): void {
  host.disk.tree.root.entries.clear();
}

function put({ files }: Image, only = ""): void {
  for (const path of host.disk.paths())
    if (path.startsWith(only) && !files.has(path))
      host.disk.tree.find(path)?.folder?.entries.delete(path.slice(path.lastIndexOf("/") + 1));
  for (const [path, { bytes, modifiedMs }] of files) if (path.startsWith(only)) host.disk.put(path, bytes, modifiedMs);
}

/** Claimed pieces whose bytes, in files or in the part file, are not those of the torrent. */
async function falsePieces(play: Play, content: Content): Promise<number[]> {
  const out: number[] = [];
  const right = dataOf(play);
  for (const piece of content.have.ones()) {
    const begin = piece * PIECE;
    const bytes = new Uint8Array(play.metainfo.layout.pieceSize(piece));
    await content.storage.read(begin, [bytes]).catch(() => bytes.fill(0));
    if (Buffer.compare(bytes, right.subarray(begin, begin + bytes.length)) !== 0) out.push(piece);
  }
  return out;
}

/** A state file of the version without checksums that claims every piece. */
function oldVersion(play: Play): Uint8Array {
  const sealed = seal(host.runtime.hasher, "x", {
    have: Bitfield.full(play.metainfo.pieceCount).pack(),
    generation: new Uint8Array(8),
    stamps: [],
    partials: [],
    extra: {},
  });
  // The same dictionary without its seal and of version 1.
  return Uint8Array.from(
    Buffer.from(
      Buffer.from(sealed.subarray(24))
        .toString("latin1")
        .replace("9:info-hash1:x", "")
        .replace("7:versioni2e", "7:versioni1e"),
      "latin1",
    ),
  );
}

/** Opens torrents whose state files were changed, `count` times. */
export function testCorruptions(count: number): void {
  beforeAll(start);

  it(
    `claims nothing that is not there and loses nothing silently, whatever befell its state files (${count} times)`,
    { timeout: 60_000 },
    async () => {
      const [play, other] = plays;
      const last = play.metainfo.pieceCount - 1;
      const all = Array.from({ length: play.metainfo.pieceCount }, (_, piece) => piece);
      const images = [
        await image(play, "closed, in part", [0, 1, 3, last], true),
        await image(play, "killed, in part", [0, 2, 3, 4, last], false),
        await image(play, "killed at once", [3], false),
        await image(play, "closed, complete", all, true),
        await image(play, "killed, complete", all, false),
      ];
      const foreign = [
        await image(other, "other, closed", [0, 1], true),
        await image(other, "other, killed", [0, 5, 6], false),
      ];
      const others = [...images, ...foreign].flatMap(({ files }) =>
        [...files].filter(([path]) => path.startsWith("/state/")).map(([, { bytes }]) => bytes),
      );
      others.push(oldVersion(play), oldVersion(other));
      const random = new SeededRandom(13, "corruption");
      const wrong: string[] = [];
      let found = 0;
      let shown: Image | undefined;
      for (let n = 0; n < count; n++) {
        const before = images[Math.floor((n * images.length) / count)];
        if (before === undefined) continue;
        put(before, before === shown ? "/state/" : "");
        shown = before;
        const paths = [...before.files.keys()].filter((path) => path.startsWith("/state/"));
        const path = paths[random.below(paths.length)] ?? "";
        const bytes = before.files.get(path)?.bytes ?? new Uint8Array();
        const changed = corrupt(bytes, random, others);
        host.disk.put(path, changed, 5);
        const notices: string[] = [];
        const content = await open(play, notices);
        const lies = await falsePieces(play, content);
        const lost = before.have.andNot(content.have).count;
        if (notices.length > 0) found++;
        if (lies.length > 0) wrong.push(`${n} ${before.name} ${path}: pieces ${lies.join()} are not there`);
        if (lost > 0 && notices.length === 0) wrong.push(`${n} ${before.name} ${path}: ${lost} pieces lost in silence`);
        await content.close(new Map());
      }
      expect(wrong).toEqual([]);
      expect(found).toBeGreaterThan(count / 2);
    },
  );
}
