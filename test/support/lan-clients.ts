import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseHostPort } from "../../src/base/index.ts";
import type { LanHost } from "./lan.ts";
import { eventually, type Program } from "./process.ts";
import { ARIA2, PYTHON, TRANSMISSION } from "./programs.ts";

/** Ways to find peers, all off unless named. */
export interface LanTask {
  /** A magnet link, or the path of a torrent file. */
  readonly source: string;
  /** Sources that Transmission adds as well. */
  readonly more?: readonly string[];
  /** The folder of the data. */
  readonly dir: string;
  /** An empty folder for the client's settings. */
  readonly home: string;
  /** Whether `dir` has the data. */
  readonly seed?: boolean;
  /** `HOST:PORT` of DHT nodes to begin with. */
  readonly dht?: readonly string[];
  readonly lsd?: boolean;
  readonly pex?: boolean;
  /** How Transmission encrypts connections. Default: `preferred`, as the client has it. */
  readonly encryption?: "tolerated" | "preferred" | "required";
}

/** A real client on a host of a LAN. */
export interface LanClient {
  /** Resolves when the data is complete. */
  complete(): Promise<void>;
}

/** The names of the real clients that {@link startOnLan} starts. */
export type LanClientName = "libtorrent" | "Transmission" | "aria2";

/** Starts a real client on a host, at port 6881. It is ended after the test. */
export async function startOnLan(name: LanClientName, host: LanHost, task: LanTask): Promise<LanClient> {
  await mkdir(task.home, { recursive: true });
  if (name === "aria2") return startAria2(host, task);
  return name === "libtorrent" ? startLibtorrent(host, task) : startTransmission(host, task);
}

async function startAria2(
  host: LanHost,
  { source, dir, home, seed = false, dht, lsd, pex }: LanTask,
): Promise<LanClient> {
  const { flag, hook } = await completionHook(home);
  const program = host.run(ARIA2, [
    "--no-conf",
    `--enable-dht=${dht !== undefined}`,
    ...(dht ?? []).slice(0, 1).map((node) => `--dht-entry-point=${node}`),
    "--dht-listen-port=6881",
    `--dht-file-path=${join(home, "dht.dat")}`,
    "--enable-dht6=false",
    `--bt-enable-lpd=${lsd === true}`,
    `--enable-peer-exchange=${pex === true}`,
    "--file-allocation=none",
    "--summary-interval=0",
    "--console-log-level=warn",
    "--show-console-readout=false",
    "--follow-torrent=mem",
    "--seed-ratio=0.0",
    `--dir=${dir}`,
    "--listen-port=6881",
    `--on-bt-download-complete=${hook}`,
    ...(seed ? ["--bt-seed-unverified=true"] : []),
    source,
  ]);
  return {
    complete: () => eventually("aria2 is complete", () => alive(program) && existsSync(flag)).then(() => undefined),
  };
}

function startLibtorrent(
  host: LanHost,
  { source, dir, seed = false, dht, lsd = false, pex = false }: LanTask,
): LanClient {
  const worker = fileURLToPath(new URL("libtorrent_lan.py", import.meta.url));
  const nodes = dht?.map(parseHostPort).map(({ host: node, port }) => [node, port]);
  const program = host.run(PYTHON, [
    worker,
    JSON.stringify({ source, dir, seed, dht: nodes ?? null, lsd, pex, ip: host.ip, ip6: host.ip6 }),
  ]);
  let isComplete = false;
  program.lines((line) => (isComplete ||= line === "complete"));
  return {
    complete: () => eventually("libtorrent is complete", () => alive(program) && isComplete).then(() => undefined),
  };
}

async function startTransmission(host: LanHost, task: LanTask): Promise<LanClient> {
  const { source, more = [], dir, home, dht, lsd = false, pex = false, encryption = "preferred" } = task;
  const { flag, hook } = await completionHook(home);
  // A file of nodes that Transmission reads, one `HOST PORT` a line.
  const nodes = (dht ?? []).map(parseHostPort).map(({ host: node, port }) => `${node} ${port}\n`);
  await writeFile(join(home, "dht.bootstrap"), nodes.join(""));
  const off = ["utp", "port-forwarding", "rpc-whitelist", "rpc-host-whitelist", "blocklist", "download-queue"];
  const settings = {
    ...Object.fromEntries(off.map((name) => [`${name}-enabled`, false])),
    "dht-enabled": dht !== undefined,
    "lpd-enabled": lsd,
    "pex-enabled": pex,
    encryption: ["tolerated", "preferred", "required"].indexOf(encryption),
    "peer-port": 6_881,
    "rpc-enabled": true,
    "rpc-port": 9_091,
    "rpc-authentication-required": false,
    "script-torrent-done-enabled": true,
    "script-torrent-done-filename": hook,
    "download-dir": dir,
  };
  await writeFile(join(home, "settings.json"), JSON.stringify(settings));
  const program = host.run(TRANSMISSION, ["-f", "-g", home]);
  const what = await Promise.all([source, ...more].map(transmissionSource));
  await eventually("transmission takes the torrents", async () => alive(program) && transmissionAdd(host, what));
  return {
    complete: () =>
      eventually("transmission is complete", () => alive(program) && existsSync(flag)).then(() => undefined),
  };
}

/** Writes a program that a client runs when a download is complete: it creates the file `flag`. */
export async function completionHook(home: string): Promise<{ readonly flag: string; readonly hook: string }> {
  const flag = join(home, "complete");
  const hook = join(home, "hook.sh");
  await writeFile(hook, `#!/bin/sh\n: > '${flag}'\n`);
  await chmod(hook, 0o755);
  return { flag, hook };
}

async function transmissionSource(source: string): Promise<object> {
  return source.startsWith("magnet:")
    ? { filename: source }
    : { metainfo: (await readFile(source)).toString("base64") };
}

/** Adds torrents through the RPC, from a process on the same host. Resolves with whether that worked. */
async function transmissionAdd(host: LanHost, what: readonly object[]): Promise<boolean> {
  const script = `
    const url = "http://127.0.0.1:9091/transmission/rpc";
    const { headers } = await fetch(url);
    const id = headers.get("x-transmission-session-id");
    for (const arguments_ of ${JSON.stringify(what)}) {
      const body = JSON.stringify({ method: "torrent-add", arguments: arguments_ });
      const reply = await fetch(url, { method: "POST", headers: { "x-transmission-session-id": id }, body });
      if ((await reply.json()).result !== "success") process.exit(1);
    }`;
  try {
    await promisify(execFile)(...host.command(process.execPath, ["--input-type=module", "-e", script]));
    return true;
  } catch {
    return false;
  }
}

function alive(program: Program): true {
  if (program.hasExited) throw program.failure("ended");
  return true;
}
