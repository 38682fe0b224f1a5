import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom, type TestTorrent } from "../support/clients.ts";
import { Lan, lackingLan } from "../support/lan.ts";
import { LibtorrentDht } from "../support/libtorrent-dht.ts";
import { PacketCapture } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because, missing, PYTHON } from "../support/programs.ts";
import { startProxy, type ProxyKind } from "../support/proxies.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("python3-libtorrent", "dante-server", "microsocks", "tinyproxy")];

interface Event {
  readonly event: string;
  readonly infoHash?: string;
  readonly code?: string;
  readonly message?: string;
}

/** The torrents, by the way in which the client finds their seed. */
const NAMES = ["dht", "http", "udp", "web"] as const;
type Name = (typeof NAMES)[number];

/** A LAN with a proxy, and a host with a tracker, a web server and a seed, whose name only the proxy can resolve. */
async function stage(kind: ProxyKind) {
  const lan = new Lan();
  const [ours, middle, server, nodes] = [lan.host(), lan.host(), lan.host(), lan.host()];
  const home = await tempFolder();
  const seedDir = join(home, "seed");
  await mkdir(seedDir);
  await writeRandom(seedDir, Object.fromEntries(NAMES.map((name) => [`${name}.bin`, 1_000_000])));
  const hosts = `127.0.0.1 localhost\n${server.ip} files.test\n`;
  middle.etc("hosts", hosts);
  server.etc("hosts", hosts);
  // A leak would be a query to the server.
  ours.etc("resolv.conf", `nameserver ${server.ip}\n`);

  const make = (name: Name, trackers: string[][]): Promise<TestTorrent> =>
    torrentOf(join(seedDir, `${name}.bin`), { pieceLength: 65_536, trackers });
  const http = [["http://files.test:6969/announce"]];
  const torrents = {
    dht: await make("dht", []),
    http: await make("http", http),
    udp: await make("udp", [["udp://files.test:6969/announce"]]),
    web: await make("web", http),
  };
  await copyFile(torrents.web.file, join(seedDir, "web.torrent"));
  const tracker = server.run(process.execPath, [bin, "tracker", "--http", "0.0.0.0:6969", "--udp", "0.0.0.0:6969"]);
  await eventually("the tracker runs", () => tracker.output.includes("6969"));
  const web = server.run(PYTHON, ["-u", "-m", "http.server", "8080", "--bind", server.ip, "--directory", seedDir]);
  await eventually("the web server runs", () => web.output.includes("8080"));
  const { ports, bootstrap } = await LibtorrentDht.start(10, { on: nodes });
  middle.etc("hosts", `${hosts}${nodes.ip} nodes.test\n`);
  const dht = ports.slice(0, 3).flatMap((port) => ["--dht-bootstrap", `nodes.test:${port}`]);
  const files = NAMES.map((name) => torrents[name].file);
  const nodesByIp = bootstrap.flatMap((node) => ["--dht-bootstrap", node]);
  const options = ["--dir", seedDir, "--port", "6881", "--no-lsd", ...nodesByIp];
  const seeder = server.run(process.execPath, [bin, "seed", torrents.dht.file, ...options]);
  // What the trackers are to find is in no DHT.
  const others = ["--dir", seedDir, "--port", "6882", "--no-lsd", "--no-dht"];
  const tracked = server.run(process.execPath, [bin, "seed", ...files.slice(1), ...others]);
  await eventually("Millrace seeds", () => [seeder, tracked].every(({ output }) => output.includes("seeding")));
  const place = { home, ip: middle.ip, run: middle.run.bind(middle) };
  const proxy = await startProxy(kind, place);
  return { ours, middle, home, seedDir, torrents, dht, proxy };
}

describe.skipIf(lacking.length > 0)(`millrace download --proxy-only${because(lacking)}`, () => {
  it.each([
    ["dante", NAMES],
    ["microsocks", ["http", "web"]],
    ["tinyproxy", ["http", "web"]],
  ] as const)("sends nothing except through %s", async (kind, reachable) => {
    const { ours, middle, home, seedDir, torrents, dht, proxy } = await stage(kind);
    const dir = join(home, "leech");
    const sources = {
      dht: `magnet:?xt=urn:btih:${torrents.dht.metainfo.id.hex}`,
      http: torrents.http.file,
      udp: torrents.udp.file,
      web: "http://files.test:8080/web.torrent",
    };
    const capture = await PacketCapture.start(ours);
    const all = NAMES.map((name) => sources[name]);
    const args = ["download", ...all, "--dir", dir, "--json", "--proxy", proxy, "--proxy-only", ...dht];
    const client = ours.run(process.execPath, [bin, ...args]);
    const complete = new Set<string>();
    const events: Event[] = [];
    client.lines((line) => {
      const event = JSON.parse(line) as Event;
      events.push(event);
      if (event.event === "complete") complete.add(event.infoHash ?? "");
    });
    const hashes = reachable.map((name) => torrents[name].metainfo.id.hex);
    await eventually(`${reachable.join(", ")} are complete`, () => {
      if (client.hasExited && hashes.length < NAMES.length) throw client.failure("ended");
      return hashes.every((hash) => complete.has(hash));
    });
    if (reachable.length < NAMES.length) {
      await eventually("the client says that there is no UDP", () => client.output.includes("UDP"));
      await client.stop("SIGINT");
    } else await client.exit();
    expect(new Set(capture.packets.map(({ to }) => to))).toEqual(new Set([middle.ip]));
    const [expected, got] = await Promise.all([sums(seedDir), sums(dir)]);
    for (const name of reachable) expect(got[`${name}.bin`]).toBe(expected[`${name}.bin`]);
  });
});
