import { createHash } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "../../src/bencode/index.ts";
import type { Millrace } from "../clients/millrace.ts";
import { READY_SECONDS } from "../clients/client.ts";
import type { AttackedJob, AttackedOrder } from "../drivers/attacked.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import type { ChildEvent } from "../lib/child.ts";
import { randomBytes } from "../lib/data.ts";
import type { TorrentFile } from "../lib/data.ts";
import { FLOOD_NAMES, FLOODS } from "../lib/floods.ts";
import type { Flood, FloodJob, FloodName, Victim } from "../lib/floods.ts";
import { MemoryWatch } from "../lib/meter.ts";
import { now } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { US } from "../lib/record.ts";
import { median } from "../lib/statistics.ts";
import { formatNumber, formatSize, MIB } from "../lib/units.ts";
import { poll, sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";
import { requireSame, torrentOf } from "./transfer.ts";

/** The bounds of the project under each flood. */
const MAX_LOOP_P99_MS = 20;
const MAX_SLOWER_PERCENT = 25;
const LARGE_PIECES = 1_000_000;
const SMALL_PIECE = 16 * 1024;
const SEEDED_PIECES = 256;
const SEEDED_PIECE = 256 * 1024;
/** Seconds of the flood alone. */
const ALONE_SECONDS = 2;
/**
 * Seconds without a reply after which the client's event loop counts as stopped: the leg ends, with this as the delay.
 */
const STOPPED_SECONDS = 8;
/** Seconds for a download beside a flood, with `--quick` and without. */
const GIVE_UP_SECONDS = { quick: 20, full: 90 };

interface Target {
  readonly path: string;
  readonly infoHash: string;
  readonly pieces: number;
  readonly pieceLength: number;
}

interface Scene {
  readonly honest: TorrentFile;
  /** Folder of the data that the attacked client seeds. */
  readonly folder: string;
  readonly targets: Readonly<Record<Victim, Target>>;
}

/** The result of one download. */
interface Leg {
  readonly wall: number;
  readonly isComplete: boolean;
  /** Milliseconds that the event loop is late. */
  readonly p99: number;
  readonly max: number;
  readonly aloneP99: number;
  readonly aloneMax: number;
  /** The highest anonymous memory in bytes. */
  readonly memory: number;
  readonly taken: number;
  readonly connects: number;
  readonly parted: number;
  readonly floodSeconds: number;
}

/** The target of a flood in a leg: none, the client, or the sink at the rate at which the client took it. */
type Aim =
  | { readonly at: "none" }
  | { readonly at: "client"; readonly rate: number }
  | { readonly at: "sink"; readonly rate: number };

export const hostile: BenchMode = {
  about: "hostile peers: event loop, memory and an honest download beside each of 18 floods (--only, --rate)",
  metrics: [
    { key: "slower", title: "slower %" },
    { key: "sinkSlower", title: "sink slower %" },
    { key: "p99", title: "loop p99 ms" },
    { key: "max", title: "loop max ms" },
    { key: "aloneP99", title: "alone p99 ms" },
    { key: "aloneMax", title: "alone max ms" },
    { key: "baseP99", title: "no flood p99 ms" },
    { key: "sinkP99", title: "sink p99 ms" },
    { key: "memory", title: "memory + MB" },
    { key: "taken", title: "taken MB/s" },
    { key: "offered", title: "offered MB/s" },
    { key: "connects", title: "connections/s" },
    { key: "parted", title: "closed" },
    { key: "rate", title: "download MB/s" },
  ],
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 128 * MIB : 512 * MIB);
    const pieceLength = bench.options.pieceLengths?.[0] ?? MIB;
    const scene = await prepare(bench, await torrentOf(bench, size, pieceLength, [pieceLength]));
    await bench.workspace.require(size);
    const names = FLOOD_NAMES.filter((name) => bench.options.only?.includes(name) !== false);
    const contenders = names.flatMap((name) =>
      bench.millraces().map((millrace) => contender(bench, millrace, scene, name)),
    );
    const what = `${formatSize(size)} from one seeder beside a flood`;
    await bench.compare({ mode: "hostile", what, contenders, runs: bench.runs(3) });
    await bench.workspace.drop(scene.folder);
    judge(bench, what);
  },
};

function contender(bench: Bench, millrace: Millrace, scene: Scene, name: FloodName): Contender {
  return {
    name: millrace.name === US ? name : `${name} (${millrace.name})`,
    run: () => measure(bench, millrace, scene, name),
  };
}

/** Prints the floods that are beyond the bounds. */
function judge(bench: Bench, what: string): void {
  const records = bench.records.filter(
    (record) => record.mode === "hostile" && record.what === what && record.error === undefined,
  );
  for (const client of new Set(records.map((record) => record.client))) {
    const of = (key: string) =>
      median(records.filter((record) => record.client === client).flatMap((record) => record.figures[key] ?? []));
    const faults: string[] = [];
    if (of("p99") > MAX_LOOP_P99_MS) faults.push(`loop p99 ${formatNumber(of("p99"))} ms`);
    if (of("aloneP99") > MAX_LOOP_P99_MS) faults.push(`loop p99 of the flood alone ${formatNumber(of("aloneP99"))} ms`);
    if (of("slower") > MAX_SLOWER_PERCENT)
      faults.push(`download ${formatNumber(of("slower"))} % slower (sink: ${formatNumber(of("sinkSlower"))} %)`);
    if (faults.length > 0) bench.say(`hostile: ${client} is beyond the bounds: ${faults.join(", ")}`);
  }
}

/** The attacked torrents: a million pieces that no peer has, and one of zeros to seed. */
async function prepare(bench: Bench, honest: TorrentFile): Promise<Scene> {
  const folder = await bench.workspace.folder("attacked");
  const zeros = createHash("sha1").update(Buffer.alloc(SEEDED_PIECE)).digest();
  const seeded = {
    length: SEEDED_PIECES * SEEDED_PIECE,
    name: "zeros.bin",
    "piece length": SEEDED_PIECE,
    pieces: Buffer.concat(Array.from({ length: SEEDED_PIECES }, () => zeros)),
  };
  const next = randomBytes(4);
  const hashes = Buffer.concat(Array.from({ length: 20 }, () => Buffer.from(next(LARGE_PIECES))));
  const large = { length: LARGE_PIECES * SMALL_PIECE, name: "large.bin", "piece length": SMALL_PIECE, pieces: hashes };
  await writeFile(join(folder, seeded.name), "");
  await truncate(join(folder, seeded.name), seeded.length);
  const write = async (info: typeof large): Promise<Target> => {
    const path = join(folder, `${info.name}.torrent`);
    await writeFile(path, encode({ info }));
    return {
      path,
      infoHash: createHash("sha1").update(encode(info)).digest("hex"),
      pieces: info.pieces.length / 20,
      pieceLength: info["piece length"],
    };
  };
  const { path, infoHash, pieceLength, source } = honest;
  return {
    honest,
    folder,
    targets: {
      large: await write(large),
      seeded: await write(seeded),
      honest: { path, infoHash, pieceLength, pieces: Math.ceil(source.size / pieceLength) },
    },
  };
}

/** Three downloads: alone, beside the flood, and beside the same flood to a sink. */
async function measure(bench: Bench, millrace: Millrace, scene: Scene, name: FloodName): Promise<Figures> {
  const flood: Flood = FLOODS[name];
  const offered = name === "reconnect" || flood.rate === 0 ? flood.rate : (bench.options.rate ?? flood.rate);
  const base = await download(bench, millrace, scene, name, { at: "none" });
  if (!base.isComplete) throw new Error("the download did not complete even without a flood");
  const hit = await download(bench, millrace, scene, name, { at: "client", rate: offered });
  const taken = (name === "reconnect" ? hit.connects : hit.taken) / hit.floodSeconds;
  const sink = await download(bench, millrace, scene, name, {
    at: "sink",
    rate: Math.min(offered, Math.max(1, taken)),
  });
  const slower = (leg: Leg) => (leg.wall / base.wall - 1) * 100;
  if (!hit.isComplete) bench.say(`  ${name}: the download was aborted after ${formatNumber(hit.wall)} s`);
  return {
    slower: slower(hit),
    sinkSlower: slower(sink),
    p99: hit.p99,
    max: hit.max,
    aloneP99: hit.aloneP99,
    aloneMax: hit.aloneMax,
    baseP99: base.p99,
    sinkP99: sink.p99,
    memory: (hit.memory - base.memory) / 1e6,
    taken: hit.taken / hit.floodSeconds / 1e6,
    ...(name === "reconnect" || offered === 0 ? {} : { offered: offered / 1e6 }),
    connects: hit.connects / hit.floodSeconds,
    parted: hit.parted,
    rate: scene.honest.source.size / hit.wall / 1e6,
  };
}

async function download(bench: Bench, millrace: Millrace, scene: Scene, name: FloodName, aim: Aim): Promise<Leg> {
  const flood: Flood = FLOODS[name];
  const target = scene.targets[flood.victim];
  const [dir, home, seederHome] = [
    await bench.workspace.folder("got"),
    await bench.workspace.folder("home"),
    await bench.workspace.folder("home"),
  ];
  const [port, seederPort, sinkPort] = [await bench.port(), await bench.port(), await bench.port()];
  const isNewcomer = flood.isNewcomer === true;
  const { honest } = scene;
  const children: Child[] = [];
  const start = async (child: Child): Promise<Child> => {
    children.push(child);
    await child.waitFor("ready", READY_SECONDS);
    return child;
  };
  const client = (job: Omit<AttackedJob, "root">) => start(millrace.start(bench.driver("attacked.js"), { ...job }));
  const order = (child: Child, what: AttackedOrder) => child.send(what);
  const attacked =
    flood.victim === "honest"
      ? []
      : [
          {
            torrent: target.path,
            dir: flood.victim === "seeded" ? scene.folder : dir,
            isSeeding: flood.victim === "seeded",
          },
        ];
  const awaited = isNewcomer ? [{ torrent: honest.path, dir, isSeeding: false }] : [];
  try {
    const seeder = await client({
      home: seederHome,
      port: seederPort,
      holds: [{ torrent: honest.path, dir: honest.source.folder, isSeeding: true }],
    });
    const victim = await client({ home, port, holds: [...attacked, ...awaited] });
    const memory = new MemoryWatch(victim.pid);
    try {
      if (aim.at === "sink")
        await start(new Child("sink", [process.execPath, bench.driver("sink.js"), String(sinkPort)]));
      order(victim, { order: "watch" });
      const hostiles =
        aim.at === "none"
          ? undefined
          : attack(bench, {
              name,
              infoHash: target.infoHash,
              port: aim.at === "sink" ? sinkPort : port,
              pieces: target.pieces,
              pieceLength: target.pieceLength,
              rate: aim.rate,
            });
      if (hostiles !== undefined) children.push(hostiles);
      const floodBegan = (await hostiles?.waitFor("flooding", READY_SECONDS))?.t ?? now();
      await sleep(hostiles === undefined ? 0.2 : ALONE_SECONDS);
      order(victim, { order: "report" });
      const alone = await answer(victim, "watched", STOPPED_SECONDS);
      if (alone === undefined)
        bench.say(`  ${name}: the event loop did not turn in ${STOPPED_SECONDS} s of the flood alone`);
      order(victim, { order: "watch" });
      const began = now();
      order(victim, {
        order: "download",
        torrent: honest.path,
        dir,
        peers: isNewcomer ? [] : [`127.0.0.1:${seederPort}`],
      });
      if (isNewcomer) order(seeder, { order: "dial", peer: `127.0.0.1:${port}` });
      const limit = Math.min(bench.options.timeout, bench.isQuick ? GIVE_UP_SECONDS.quick : GIVE_UP_SECONDS.full);
      const complete = alone === undefined ? undefined : await answer(victim, "complete", limit);
      const ended = complete?.t ?? (alone === undefined ? began + limit : now());
      // Not complete in time: the figure that is left is whether its event loop turns at all.
      if (complete === undefined && alone !== undefined) order(victim, { order: "report" });
      hostiles?.send("count");
      const counted = (await hostiles?.waitFor("counted", READY_SECONDS))?.fields ?? {};
      const stopped = { p99: STOPPED_SECONDS * 1000, max: STOPPED_SECONDS * 1000 };
      const late =
        complete?.fields ??
        (alone === undefined ? stopped : ((await answer(victim, "watched", STOPPED_SECONDS, 1))?.fields ?? stopped));
      const early = alone?.fields ?? stopped;
      const leg = {
        wall: ended - began,
        isComplete: complete !== undefined,
        p99: Number(late["p99"]),
        max: Number(late["max"]),
        aloneP99: Number(early["p99"]),
        aloneMax: Number(early["max"]),
        memory: memory.peak,
        taken: Number(counted["taken"]),
        connects: Number(counted["connects"]),
        parted: Number(counted["parted"]),
        floodSeconds: now() - floodBegan,
      };
      hostiles?.kill();
      if (!leg.isComplete) victim.kill();
      await victim.stop();
      if (leg.isComplete) await requireSame(honest, [dir]);
      return leg;
    } finally {
      memory.stop();
    }
  } finally {
    for (const child of children.reverse()) await child.stop();
    for (const folder of [dir, home, seederHome]) await bench.workspace.drop(folder);
  }
}

/**
 * The event of that name after `before` others of that name; `undefined` when it is not printed in time. Throws when
 * the program ends.
 */
async function answer(child: Child, event: string, seconds: number, before = 0): Promise<ChildEvent | undefined> {
  return poll(
    seconds,
    0.02,
    () => {
      if (!child.isAlive) throw new Error(`${child.name} ended before "${event}": ${child.stderr}`);
      return child.events(event)[before];
    },
    event,
  ).catch((error: unknown) => {
    if (!child.isAlive) throw error;
    return undefined;
  });
}

function attack(bench: Bench, job: FloodJob): Child {
  return new Child("flood", [process.execPath, bench.driver("flood.js"), JSON.stringify(job)]);
}
