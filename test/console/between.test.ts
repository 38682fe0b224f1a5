import { mkdir, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Between, runBetween } from "../../src/console/between/index.ts";
import type { Entry, Finding, Way } from "../../src/console/conversation/entry.ts";
import { createLinter } from "../../src/console/lint/index.ts";
import { readRecording, Replay } from "../../src/console/record/index.ts";
import type { PeerView } from "../../src/console/session/peer/peer-view.ts";
import { lintTable, timelineTable, twoSpeakers } from "../../src/console/view/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { because, missing } from "../support/programs.ts";
import { eventually } from "../support/process.ts";
import { Aria2, Libtorrent, sha256, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const LENGTH = 3_000_000;

const linter = (): ReturnType<typeof createLinter> =>
  createLinter({ sha1: (bytes) => runtime.hasher.digestSync("sha1", bytes) });

interface Scene {
  readonly folder: string;
  readonly seedDir: string;
  readonly leechDir: string;
  readonly torrentFile: string;
  readonly metainfo: Metainfo;
}

async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
  await Promise.all([mkdir(seedDir), mkdir(leechDir)]);
  await writeFile(join(seedDir, "data.bin"), randomBytes(LENGTH));
  const torrentFile = join(folder, "data.torrent");
  const { bytes, metainfo } = await createTorrent(runtime, { path: join(seedDir, "data.bin"), pieceLength: 65_536 });
  await writeFile(torrentFile, bytes);
  return { folder, seedDir, leechDir, torrentFile, metainfo };
}

/** Types that a side sent, each once. */
function types(view: PeerView, way: Way): Set<Entry["type"]> {
  return new Set(view.timeline.filter((entry) => entry.way === way).map(({ type }) => type));
}

function faults(views: readonly PeerView[]): Finding[] {
  return views.flatMap(({ findings }) => findings.filter(({ severity }) => severity === "fault"));
}

const clients: readonly (readonly [string, "transmission-daemon" | "aria2", (task: Task) => Promise<RealClient>])[] = [
  ["transmission", "transmission-daemon", (task) => Transmission.start(task)],
  ["aria2", "aria2", (task) => Aria2.start(task)],
];

describe.each(clients)("Between libtorrent and %s", (name, packageName, start) => {
  const lacking = missing("python3-libtorrent", packageName);

  it.skipIf(lacking.length > 0).each(["from", "to"])(
    `data goes %s it unchanged, and no fault is found${because(lacking)}`,
    async (direction) => {
      const { folder, seedDir, leechDir, torrentFile, metainfo } = await scene();
      const isSource = direction === "from";
      const other = await start({
        home: join(folder, "home"),
        source: torrentFile,
        dir: isSource ? seedDir : leechDir,
        seed: isSource,
      });
      const between = await Between.open({
        runtime,
        listen: { port: 0 },
        target: { host: "127.0.0.1", port: other.port },
        metainfo,
        linter,
      });
      const libtorrent = await Libtorrent.start({
        home: folder,
        source: torrentFile,
        dir: isSource ? leechDir : seedDir,
        seed: !isSource,
      });
      try {
        libtorrent.connect("127.0.0.1", between.port);
        await (isSource ? libtorrent : other).complete();
        expect(await sha256(join(leechDir, "data.bin"))).toBe(await sha256(join(seedDir, "data.bin")));

        const view = between.views.find(
          ({ conversation }) => conversation.sides[isSource ? "in" : "out"].blockBytes >= LENGTH,
        );
        if (view === undefined) throw new Error(`no conversation of ${between.views.length} has the data`);
        const [giver, taker]: readonly Way[] = isSource ? ["in", "out"] : ["out", "in"];
        expect([...types(view, taker ?? "in")]).toEqual(
          expect.arrayContaining(["handshake", "extended-handshake", "interested", "request"]),
        );
        expect([...types(view, giver ?? "out")]).toEqual(
          expect.arrayContaining(["handshake", "extended-handshake", "unchoke", "piece"]),
        );
        expect(twoSpeakers(view).out).toMatch(/libtorrent/i);
        expect(twoSpeakers(view).in.toLowerCase()).toContain(name);
        if (process.env["SHOW_SCREENS"] !== undefined) {
          for (const width of [80, 120])
            process.stdout.write(
              `\n${timelineTable(view, { speakers: twoSpeakers(view), where: ({ number }) => number < 25 || number % 40 === 0 }).draw({ width })}\n${lintTable(view, { speakers: twoSpeakers }).draw({ width })}\n`,
            );
        }
        expect(faults(between.views)).toEqual([]);
      } finally {
        await Promise.all([libtorrent.stop(), other.stop()]);
        await between.close();
      }
      for (const { conversation } of between.views) expect(conversation.isClosed).toBe(true);
    },
  );
});

describe("runBetween", () => {
  const lacking = missing("python3-libtorrent", "transmission-daemon");

  it.skipIf(lacking.length > 0)(
    `records what it shows: the replay is the same, to the letter${because(lacking)}`,
    async () => {
      const { folder, seedDir, leechDir, torrentFile, metainfo } = await scene();
      const record = join(folder, "session.jsonl");
      const other = await Transmission.start({
        home: join(folder, "home"),
        source: torrentFile,
        dir: seedDir,
        seed: true,
      });
      const ending = new AbortController();
      const views: PeerView[] = [];
      const errors: Error[] = [];
      let between: Between | undefined;
      const run = runBetween({
        runtime,
        listen: { port: 0 },
        target: { host: "127.0.0.1", port: other.port },
        metainfo,
        linter,
        record,
        signal: ending.signal,
        onListening: (it) => {
          between = it;
        },
        onView: (view) => views.push(view),
        onEntry: () => undefined,
        onError: (error) => errors.push(error),
      });
      const { port } = await eventually("it listens", () => between);
      const libtorrent = await Libtorrent.start({ home: folder, source: torrentFile, dir: leechDir, seed: false });
      try {
        libtorrent.connect("127.0.0.1", port);
        await libtorrent.complete();
      } finally {
        await Promise.all([libtorrent.stop(), other.stop()]);
        ending.abort();
      }
      const summary = await run;
      expect(errors).toEqual([]);
      expect(summary).toMatchObject({ connections: views.length, faults: 0 });
      expect(summary.messages).toBeGreaterThan(LENGTH / 16_384);

      const replay = new Replay(await readRecording(runtime, record), { linter });
      replay.end();
      const screens = (shown: readonly PeerView[]): string[] => [
        ...shown.map((view) => timelineTable(view, { speakers: twoSpeakers(view) }).draw({ width: 120 })),
        lintTable(shown, { speakers: twoSpeakers }).draw({ width: 120 }),
      ];
      expect(screens(replay.peers)).toEqual(screens(views));
    },
  );
});
