import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Torrent } from "../../src/index.ts";
import { silentLog, type Runtime } from "../../src/runtime/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import type { EncryptionPolicy } from "../../src/transport/index.ts";
import { newClient, sums, torrentOf, writeRandom, type TestTorrent } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing, type DebianPackage } from "../support/programs.ts";
import { Qbittorrent } from "../support/qbittorrent.ts";
import { Aria2, Libtorrent, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startMillraceTracker, trackerKnows } from "../support/trackers.ts";

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

const seeds: readonly (readonly [string, DebianPackage, (task: Task) => Promise<Seed>, readonly Theirs[]])[] = [
  [
    "libtorrent",
    "python3-libtorrent",
    async (task) => {
      const client = await Libtorrent.start(task);
      return { client, connect: (_infoHash, port) => client.connect("127.0.0.1", port) };
    },
    THEIRS,
  ],
  [
    "qbittorrent",
    "qbittorrent-nox",
    async (task) => {
      const client = await Qbittorrent.start(task);
      return { client, connect: (infoHash, port) => client.connect(infoHash, "127.0.0.1", port) };
    },
    THEIRS,
  ],
  // These two always accept encryption, and do not dial loopback addresses, or not as seeds.
  [
    "transmission",
    "transmission-daemon",
    async (task) => ({ client: await Transmission.start(task) }),
    ["preferred", "required"],
  ],
  ["aria2", "aria2", async (task) => ({ client: await Aria2.start(task) }), ["preferred", "required"]],
];

let runtime: Runtime;
beforeAll(() => {
  runtime = nodeRuntime();
});
afterAll(() => runtime.close());

interface Scene {
  readonly folder: string;
  readonly seedDir: string;
  readonly torrent: TestTorrent;
  readonly tracker: Awaited<ReturnType<typeof startMillraceTracker>>;
}

async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  const seedDir = join(folder, "seed");
  const tracker = await startMillraceTracker();
  await writeRandom(seedDir, { "data.bin": 1_000_000 });
  const torrent = await torrentOf(join(seedDir, "data.bin"), { pieceLength: 16_384, trackers: [[tracker.http]] });
  return { folder, seedDir, torrent, tracker };
}

/** Our client with a policy, which downloads; `begin` connects it. */
async function outcome(
  { folder, seedDir, torrent: { file } }: Scene,
  name: string,
  encryption: EncryptionPolicy,
  begin: (torrent: Torrent, port: number) => unknown,
): Promise<Outcome> {
  const dir = join(folder, `leech-${name}-${encryption}`);
  await mkdir(dir);
  let isRefused = false;
  const log = {
    ...silentLog,
    debug: (message: string) => {
      isRefused ||= FAILED.test(message);
    },
  };
  const client = newClient(dir, {
    runtime: { ...runtime, log },
    listenIp: "127.0.0.1",
    trackers: false,
    encryption,
  });
  const torrent = await client.add(file);
  const kinds = new Set<Outcome>();
  torrent.on("piece", () => {
    for (const { isEncrypted } of torrent.peers()) kinds.add(isEncrypted ? "RC4" : "plain");
  });
  torrent.done.catch(() => undefined);
  await begin(torrent, client.port);
  await eventually(
    `${name} and ${encryption}: done or refused`,
    () => torrent.state.kind === "seeding" || (isRefused && !canConnect(name, encryption)),
  );
  const isDone = torrent.state.kind === "seeding";
  if (isDone && !(await isSame(dir, seedDir))) throw new Error("the data is not that of the seed");
  if (!isDone && torrent.peers().length > 0) throw new Error("a peer is connected that was refused");
  await client.close();
  return isDone ? ([...kinds].join(" and ") as Outcome) : "none";
}

async function isSame(dir: string, other: string): Promise<boolean> {
  return (await sums(dir))["data.bin"] === (await sums(other))["data.bin"];
}

/** Whether a connection is possible: not when one side requires what the other one never does. */
function canConnect(theirs: string, ours: EncryptionPolicy): boolean {
  const [, policy = ""] = theirs.split(" ");
  return !(policy === "required" && ours === "disabled") && !(policy === "disabled" && ours === "required");
}

/** The outcome that both policies ask for; `undefined` when the other client may choose. */
function expected(theirs: Theirs, ours: EncryptionPolicy): Outcome | undefined {
  if (!canConnect(`it ${theirs}`, ours)) return "none";
  if (theirs === "required" || ours === "required") return "RC4";
  return theirs === "disabled" || ours === "disabled" ? "plain" : undefined;
}

describe.each(seeds)("encryption with %s", (name, packageName, start, settings) => {
  const lacking = missing(packageName);
  it.skipIf(lacking.length > 0).each(settings)(
    `%s: the right connections succeed, with the right encryption${because(lacking)}`,
    async (theirs) => {
      const stage = await scene();
      const { client, connect } = await start({
        home: join(stage.folder, "home"),
        source: stage.torrent.file,
        dir: stage.seedDir,
        seed: true,
        encryption: theirs,
      });
      await trackerKnows(runtime, stage.tracker.http, stage.torrent.metainfo.id, { seeders: 1 });
      for (const ours of POLICIES) {
        const result = await outcome(stage, `dial ${theirs}`, ours, (torrent) =>
          torrent.addPeers([`127.0.0.1:${client.port}`]),
        );
        expect(result, `our ${ours} dials ${name}`).toBe(expected(theirs, ours) ?? result);
        expect(result).toMatch(canConnect(`it ${theirs}`, ours) ? /^(?:plain|RC4)$/ : /none/);
        if (connect === undefined) continue;
        const { hex } = stage.torrent.metainfo.id;
        const accepted = await outcome(stage, `accept ${theirs}`, ours, (_torrent, port) => connect(hex, port));
        expect(accepted, `${name} dials our ${ours}`).toBe(expected(theirs, ours) ?? accepted);
      }
      await client.stop();
    },
  );
});

describe("aria2 dials", () => {
  const lacking = missing("aria2");
  it
    .skipIf(lacking.length > 0)
    .each((["preferred", "required"] as const).flatMap((theirs) => POLICIES.map((ours) => [theirs, ours] as const)))(
    `with encryption %s a client with %s${because(lacking)}`,
    async (theirs, ours) => {
      const stage = await scene();
      let failures = 0;
      const log = {
        ...silentLog,
        debug: (message: string) => {
          if (FAILED.test(message)) failures++;
        },
      };
      const client = newClient(stage.seedDir, {
        runtime: { ...runtime, log },
        listenIp: "127.0.0.1",
        encryption: ours,
      });
      const torrent = await client.add(stage.torrent.file);
      await trackerKnows(runtime, stage.tracker.http, stage.torrent.metainfo.id, { seeders: 1 });
      const dir = join(stage.folder, "leech");
      await mkdir(dir);
      const task = {
        home: join(stage.folder, "home"),
        source: stage.torrent.file,
        dir,
        seed: false,
        encryption: theirs,
      };
      const aria2 = await Aria2.start(task);
      const isPossible = canConnect(`it ${theirs}`, ours);
      await (isPossible ? aria2.complete() : eventually("it was refused", () => failures > 0));
      expect(await isSame(dir, stage.seedDir)).toBe(isPossible);
      expect(torrent.status().uploaded > 0).toBe(isPossible);
      await aria2.stop();
    },
  );
});
