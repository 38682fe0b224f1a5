import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Torrent } from "../../src/index.ts";
import { silentLog, type Runtime } from "../../src/runtime/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import type { EncryptionPolicy } from "../../src/transport/index.ts";
import { newClient, reaches, sums, torrentOf, writeRandom, type TestTorrent } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing, type DebianPackage } from "../support/programs.ts";
import { Qbittorrent } from "../support/qbittorrent.ts";
import { Aria2, Libtorrent, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startMillraceTracker, trackerKnows, type RunningTracker } from "../support/trackers.ts";

const POLICIES: readonly EncryptionPolicy[] = ["disabled", "allowed", "preferred", "required"];
/** The settings of real clients. */
type Theirs = Exclude<EncryptionPolicy, "allowed">;
const THEIRS: readonly Theirs[] = ["disabled", "preferred", "required"];
const FAILED = /handshake failed|cannot connect to peer|handshake of an incoming connection failed/;

/** What becomes of a connection: its encryption, or `none`. */
type Outcome = "plain" | "RC4" | "none";

/** The seed of a real client, with the torrent, and a way to make it dial when it has one. */
interface Seed {
  readonly client: RealClient;
  readonly connect?: (infoHash: string, port: number) => void | Promise<void>;
}

interface RealSeed {
  readonly name: string;
  readonly packageName: DebianPackage;
  readonly start: (task: Task) => Promise<Seed>;
  readonly settings: readonly Theirs[];
  /** Whether a client of its own is started for each of our policies: all of them would come from one address. */
  readonly isOneForEach?: boolean;
}

const SEEDS: readonly RealSeed[] = [
  {
    name: "libtorrent",
    packageName: "python3-libtorrent",
    start: async (task) => {
      const client = await Libtorrent.start(task);
      return { client, connect: (_infoHash, port) => client.connect("127.0.0.1", port) };
    },
    settings: THEIRS,
  },
  {
    name: "qbittorrent",
    packageName: "qbittorrent-nox",
    start: async (task) => {
      const client = await Qbittorrent.start(task);
      return { client, connect: (infoHash, port) => client.connect(infoHash, "127.0.0.1", port) };
    },
    settings: THEIRS,
  },
  // These two always accept encryption, and do not dial loopback addresses, or not as seeds.
  {
    name: "transmission",
    packageName: "transmission-daemon",
    start: async (task) => ({ client: await Transmission.start(task) }),
    settings: ["preferred", "required"],
    // It unchokes peers each ten seconds.
    isOneForEach: true,
  },
  {
    name: "aria2",
    packageName: "aria2",
    start: async (task) => ({ client: await Aria2.start(task) }),
    settings: ["preferred", "required"],
  },
];

/** The outcome of each combination, by {@link keyOf}; a rejected promise when its set-up failed. */
const outcomes = new Map<string, Promise<Outcome>>();

type Role = "dials" | "accepts";

/** `role`: what our client does. */
const keyOf = (name: string, theirs: Theirs, ours: EncryptionPolicy, role: Role): string =>
  `${name} ${theirs}: our ${ours} ${role}`;

const runtime = nodeRuntime();

// All combinations run at the same time, before the tests: they wait for timers of the clients most of the time.
beforeAll(async () => {
  const tracker = await startMillraceTracker();
  const settings = SEEDS.filter(({ packageName }) => missing(packageName).length === 0).flatMap((seed) =>
    seed.settings.flatMap((theirs) =>
      seed.isOneForEach === true
        ? POLICIES.map((ours) => meetSeed(seed, theirs, [ours], tracker))
        : [meetSeed(seed, theirs, POLICIES, tracker)],
    ),
  );
  const dialing = missing("aria2").length > 0 ? [] : ARIA2_DIALS.map((each) => meetAria2(...each, tracker));
  await Promise.all([...settings, ...dialing]);
});
afterAll(() => runtime.close());

interface Scene {
  readonly folder: string;
  readonly seedDir: string;
  readonly torrent: TestTorrent;
}

/** Every scene has a torrent of its own, so that the clients of two scenes do not meet at the tracker. */
async function scene(tracker: RunningTracker): Promise<Scene> {
  const folder = await tempFolder();
  const seedDir = join(folder, "seed");
  await writeRandom(seedDir, { "data.bin": 1_000_000 });
  const torrent = await torrentOf(join(seedDir, "data.bin"), { pieceLength: 16_384, trackers: [[tracker.http]] });
  return { folder, seedDir, torrent };
}

/** Notes the outcome of a combination. Resolves when it is known; a failure is kept for the test. */
function note(key: string, outcome: Promise<Outcome>): Promise<unknown> {
  outcomes.set(key, outcome);
  return Promise.allSettled([outcome]);
}

/** Starts a seed, and connects our client to it and it to our client, with one policy after the other. */
async function meetSeed(
  { name, start }: RealSeed,
  theirs: Theirs,
  policies: readonly EncryptionPolicy[],
  tracker: RunningTracker,
): Promise<void> {
  const starting = (async () => {
    const stage = await scene(tracker);
    const { torrent, seedDir, folder } = stage;
    const task = { home: join(folder, "home"), source: torrent.file, dir: seedDir, seed: true, encryption: theirs };
    const seed = await start(task);
    await trackerKnows(runtime, tracker.http, torrent.metainfo.id, { seeders: 1 });
    return { stage, seed };
  })();
  for (const ours of policies) {
    const meet = async (role: Role): Promise<Outcome> => {
      const { stage, seed } = await starting;
      return outcome(stage, theirs, ours, (torrent, port) =>
        role === "dials"
          ? torrent.addPeers([`127.0.0.1:${seed.client.port}`])
          : seed.connect?.(stage.torrent.metainfo.id.hex, port),
      );
    };
    await note(keyOf(name, theirs, ours, "dials"), meet("dials"));
    const { seed } = await starting.catch(() => ({ seed: undefined }));
    if (seed?.connect !== undefined) await note(keyOf(name, theirs, ours, "accepts"), meet("accepts"));
  }
  await starting.then(
    ({ seed }) => seed.client.stop(),
    () => undefined,
  );
}

/** Our client with a policy, which downloads; `begin` connects it. */
async function outcome(
  { folder, seedDir, torrent: { file } }: Scene,
  theirs: Theirs,
  encryption: EncryptionPolicy,
  begin: (torrent: Torrent, port: number) => unknown,
): Promise<Outcome> {
  const dir = await mkdtemp(join(folder, "leech-"));
  const refusals = refusalLog();
  const client = newClient(dir, { runtime: refusals.runtime, listenIp: "127.0.0.1", trackers: false, encryption });
  const torrent = await client.add(file);
  const kinds = new Set<Outcome>();
  torrent.on("piece", () => {
    for (const { isEncrypted } of torrent.peers()) kinds.add(isEncrypted ? "RC4" : "plain");
  });
  torrent.done.catch(() => undefined);
  // A peer that dials before is refused, and qBittorrent dials again after a minute.
  await reaches(torrent, "downloading");
  await begin(torrent, client.port);
  await eventually(
    `${theirs} and our ${encryption}: done or refused`,
    () => torrent.state.kind === "seeding" || (refusals.count() > 0 && !canConnect(theirs, encryption)),
  );
  const isDone = torrent.state.kind === "seeding";
  if (isDone && !(await isSame(dir, seedDir))) throw new Error("the data is not that of the seed");
  if (!isDone && torrent.peers().length > 0) throw new Error("a peer is connected that was refused");
  await client.close();
  return isDone ? ([...kinds].join(" and ") as Outcome) : "none";
}

/** A runtime that counts the connections whose handshake failed. */
function refusalLog(): { readonly runtime: Runtime; readonly count: () => number } {
  let count = 0;
  const log = {
    ...silentLog,
    debug: (message: string) => {
      if (FAILED.test(message)) count++;
    },
  };
  return { runtime: { ...runtime, log }, count: () => count };
}

async function isSame(dir: string, other: string): Promise<boolean> {
  return (await sums(dir))["data.bin"] === (await sums(other))["data.bin"];
}

/** Whether a connection is possible: not when one side requires what the other one never does. */
function canConnect(theirs: Theirs, ours: EncryptionPolicy): boolean {
  return !(theirs === "required" && ours === "disabled") && !(theirs === "disabled" && ours === "required");
}

/** The outcomes that both policies allow. */
function allowed(theirs: Theirs, ours: EncryptionPolicy): readonly Outcome[] {
  if (!canConnect(theirs, ours)) return ["none"];
  if (theirs === "required" || ours === "required") return ["RC4"];
  return theirs === "disabled" || ours === "disabled" ? ["plain"] : ["plain", "RC4"];
}

describe.each(SEEDS)("encryption with $name", ({ name, packageName, settings }) => {
  const lacking = missing(packageName);
  const roles: readonly Role[] = name === "libtorrent" || name === "qbittorrent" ? ["dials", "accepts"] : ["dials"];
  const combinations = settings.flatMap((theirs) =>
    POLICIES.flatMap((ours) => roles.map((role) => [theirs, ours, role] as const)),
  );
  it.skipIf(lacking.length > 0).each(combinations)(
    `%s: our client with %s %s, and is connected with the right encryption or not at all${because(lacking)}`,
    async (theirs, ours, role) => {
      expect(allowed(theirs, ours)).toContain(await outcomes.get(keyOf(name, theirs, ours, role)));
    },
  );
});

const ARIA2_DIALS = (["preferred", "required"] as const).flatMap((theirs) =>
  POLICIES.map((ours) => [theirs, ours] as const),
);

/** A seed of ours, and an aria2 that finds it through the tracker. */
function meetAria2(theirs: Theirs, ours: EncryptionPolicy, tracker: RunningTracker): Promise<unknown> {
  const meet = async (): Promise<Outcome> => {
    const { folder, seedDir, torrent } = await scene(tracker);
    const refusals = refusalLog();
    const client = newClient(seedDir, {
      runtime: refusals.runtime,
      listenIp: "127.0.0.1",
      encryption: ours,
      // So slow that the connection is seen while it lasts.
      maxUploadRate: 500_000,
    });
    const seed = await client.add(torrent.file);
    await trackerKnows(runtime, tracker.http, torrent.metainfo.id, { seeders: 1 });
    const dir = await mkdtemp(join(folder, "leech-"));
    const task = { home: join(folder, "home"), source: torrent.file, dir, seed: false, encryption: theirs };
    const aria2 = await Aria2.start(task);
    const isPossible = canConnect(theirs, ours);
    let isEncrypted = false;
    await eventually("it was connected or refused", () => {
      isEncrypted ||= seed.peers().some((peer) => peer.isEncrypted);
      return isPossible ? seed.peers().length > 0 : refusals.count() > 0;
    });
    if (isPossible) await aria2.complete();
    const isDone = await isSame(dir, seedDir);
    if (isDone !== seed.status().uploaded > 0) throw new Error("the data is not that of the seed");
    await aria2.stop();
    await client.close();
    if (!isDone) return "none";
    return isEncrypted ? "RC4" : "plain";
  };
  return note(keyOf("aria2 dials", theirs, ours, "accepts"), meet());
}

describe("aria2 dials", () => {
  const lacking = missing("aria2");
  it.skipIf(lacking.length > 0).each(ARIA2_DIALS)(
    `with encryption %s a client with %s${because(lacking)}`,
    async (theirs, ours) => {
      expect(allowed(theirs, ours)).toContain(await outcomes.get(keyOf("aria2 dials", theirs, ours, "accepts")));
    },
  );
});
