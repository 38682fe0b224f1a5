import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newClient, torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Transmission } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

type Rpc = (method: string, args: object) => Promise<object>;
interface Fields {
  readonly id: number;
  readonly name: string;
  readonly status: number;
  readonly queuePosition: number;
  readonly startDate: number;
  readonly activityDate: number;
  readonly isFinished: boolean;
  readonly secondsSeeding: number;
  readonly uploadedEver: number;
  readonly percentDone: number;
  readonly error: number;
  readonly "peer-limit": number;
  readonly maxConnectedPeers: number;
}
const FIELDS = [
  "id",
  "name",
  "status",
  "queuePosition",
  "startDate",
  "activityDate",
  "isFinished",
  "secondsSeeding",
  "uploadedEver",
  "percentDone",
  "error",
  "peer-limit",
  "maxConnectedPeers",
];

async function torrents(rpc: Rpc): Promise<Fields[]> {
  const { torrents } = (await rpc("torrent-get", { fields: FIELDS })) as { torrents: Fields[] };
  return torrents.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The fields that do not depend on the clock and on the order of ids. */
function plain({ name, status, queuePosition, startDate, activityDate, isFinished, error }: Fields): object {
  return { name, status, queuePosition, isStarted: startDate > 0, wasActive: activityDate > 0, isFinished, error };
}

interface Material {
  /** Holds `seed.bin`. */
  readonly dir: string;
  /** Torrent files by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs the steps with a daemon. Returns the reply of its RPC after each. `peerPort`: the port of the seed. */
async function walk(rpc: Rpc, { dir, files }: Material, peerPort: number): Promise<Record<string, unknown>> {
  const said: Record<string, unknown> = {};
  const add = async (name: string, more: object): Promise<void> => {
    const metainfo = (await readFile(files[name] ?? "")).toString("base64");
    await rpc("torrent-add", { metainfo, "download-dir": dir, ...more });
  };
  const find = async (name: string): Promise<Fields> => {
    const found = (await torrents(rpc)).find((each) => each.name === `${name}.bin`);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const ids = async (name: string): Promise<{ ids: number[] }> => ({ ids: [(await find(name)).id] });

  await eventually("the seed seeds", async () => (await find("seed")).status === 6);
  const seeding = await find("seed");
  said["a seed"] = { ...plain(seeding), wasActive: undefined, percentDone: seeding.percentDone };

  await rpc("session-set", { "start-added-torrents": false });
  for (const name of ["a", "b", "c"]) await add(name, {});
  await eventually(
    "the others are there and checked",
    async () => (await torrents(rpc)).filter(({ status }) => status === 0).length === 3,
  );
  said["added with start-added-torrents off"] = (await torrents(rpc))
    .map(plain)
    .filter((each) => !JSON.stringify(each).includes("seed.bin"));
  await rpc("session-set", { "start-added-torrents": true });

  await rpc("torrent-remove", await ids("b"));
  await eventually("one is gone", async () => (await torrents(rpc)).length === 3);
  said["places after a removal"] = (await torrents(rpc)).map(({ name, queuePosition }) => [name, queuePosition]);
  await rpc("queue-move-top", await ids("c"));
  said["places after a move"] = (await torrents(rpc)).map(({ name, queuePosition }) => [name, queuePosition]);

  await rpc("torrent-set", { ...(await ids("a")), "peer-limit": 7 });
  const { "peer-limit": limit, maxConnectedPeers } = await find("a");
  said["a peer limit"] = { limit, maxConnectedPeers };
  await rpc("session-set", { "peer-limit-per-torrent": 33, "peer-limit-global": 99 });
  const session = (await rpc("session-get", {})) as Record<string, unknown>;
  said["the session's peer limits"] = [session["peer-limit-per-torrent"], session["peer-limit-global"]];

  await rpc("torrent-start-now", await ids("a"));
  await eventually("it was started", async () => (await find("a")).status === 4);
  said["started, without peers"] = plain(await find("a"));

  const leecher = newClient(join(dir, "leech"), { listenIp: "127.0.0.1" });
  const leeching = await leecher.add(files["seed"] ?? "", { peers: [`127.0.0.1:${peerPort}`] });
  await leeching.done;
  await leecher.close();
  await eventually(
    "the transfer is counted",
    async () => (await find("seed")).uploadedEver > 0 && (await find("seed")).activityDate > 0,
  );
  const active = await find("seed");
  said["after a transfer"] = {
    isRecent: Math.abs(active.activityDate - Date.now() / 1000) < 120,
    status: active.status,
  };

  await eventually("seeding takes time", async () => (await find("seed")).secondsSeeding >= 2);
  await rpc("torrent-stop", await ids("seed"));
  await eventually("it is stopped", async () => (await find("seed")).status === 0);
  said["a seed that was stopped"] = plain(await find("seed"));
  const { secondsSeeding } = await find("seed");
  await rpc("torrent-start-now", await ids("seed"));
  await eventually("it seeds again", async () => (await find("seed")).status === 6);
  said["time goes on, and does not begin anew"] = (await find("seed")).secondsSeeding >= secondsSeeding;
  return said;
}

describe("the fields of the RPC, step by step", () => {
  const lacking = missing("transmission-daemon");
  it.skipIf(lacking.length > 0)(`equal those of a real transmission-daemon${because(lacking)}`, async () => {
    const home = await tempFolder();
    const material = async (name: string): Promise<Material> => {
      const dir = join(home, name);
      await mkdir(join(dir, "leech"), { recursive: true });
      return { dir, files };
    };
    const sources = join(home, "sources");
    await writeRandom(sources, { "seed.bin": 300_000, "a.bin": 300_000, "b.bin": 300_000, "c.bin": 300_000 });
    const files: Record<string, string> = {};
    for (const name of ["seed", "a", "b", "c"]) files[name] = (await torrentOf(join(sources, `${name}.bin`))).file;

    const theirs = await material("theirs");
    const ours = await material("ours");
    for (const { dir } of [theirs, ours]) await copyFile(join(sources, "seed.bin"), join(dir, "seed.bin"));
    const transmission = await Transmission.start({
      home: join(home, "home"),
      source: files["seed"] ?? "",
      dir: theirs.dir,
      seed: true,
    });
    const expected = await walk((method, args) => transmission.rpc(method, args), theirs, transmission.port);

    const daemon = await TestDaemon.start();
    const rpc = daemonRpc(daemon);
    await rpc("torrent-add", {
      metainfo: (await readFile(files["seed"] ?? "")).toString("base64"),
      "download-dir": ours.dir,
    });
    const { peerPort } = await daemon.api<{ peerPort: number }>("GET", "/session");
    expect(await walk(rpc, ours, peerPort)).toEqual(expected);
  });
});

function daemonRpc(daemon: TestDaemon): Rpc {
  let session = "";
  return async function call(method: string, args: object): Promise<object> {
    const response = await fetch(`${daemon.url}/transmission/rpc`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`me:${daemon.token}`).toString("base64")}`,
        "x-transmission-session-id": session,
      },
      body: JSON.stringify({ method, arguments: args }),
    });
    if (response.status === 409) {
      session = response.headers.get("x-transmission-session-id") ?? "";
      await response.arrayBuffer();
      return call(method, args);
    }
    const answer = (await response.json()) as { result: string; arguments: object };
    if (answer.result !== "success") throw new Error(`${method}: ${answer.result}`);
    return answer.arguments;
  };
}
