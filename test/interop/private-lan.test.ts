import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom, type TestTorrent } from "../support/clients.ts";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { startOnLan } from "../support/lan-clients.ts";
import { LibtorrentDht } from "../support/libtorrent-dht.ts";
import { PacketCapture } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("python3-libtorrent")];

describe.skipIf(lacking.length > 0)(`a private torrent beside a public one (BEP 27)${because(lacking)}`, () => {
  it.each(["torrent file", "magnet link"])("uses its tracker alone; from a %s", async (kind) => {
    const lan = new Lan();
    const [nodes, ours, tracker, seed, publicSeed] = [lan.host(), lan.host(), lan.host(), lan.host(), lan.host()];
    const home = await tempFolder();
    const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
    await Promise.all([mkdir(seedDir), mkdir(dir)]);
    await writeRandom(seedDir, { "secret.bin": 2_000_000, "open.bin": 2_000_000 });
    const announce = [[`http://${tracker.ip}:6969/announce`]];
    const options = { pieceLength: 65_536, trackers: announce };
    const secret = await torrentOf(join(seedDir, "secret.bin"), { ...options, private: true });
    const open = await torrentOf(join(seedDir, "open.bin"), options);

    const server = tracker.run(process.execPath, [bin, "tracker", "--http", "0.0.0.0:6969"]);
    await eventually("the tracker runs", () => server.output.includes("6969"));
    const { bootstrap } = await LibtorrentDht.start(10, { on: nodes });
    // libtorrent does not send the metadata of private torrents.
    const seeding = ["--dir", seedDir, "--port", "6881", "--no-dht", "--no-lsd", "--no-pex"];
    const seeder = seed.run(process.execPath, [bin, "seed", secret.file, ...seeding]);
    await eventually("Millrace seeds", () => seeder.output.includes("seeding"));
    const publicHome = join(home, "libtorrent");
    await startOnLan("libtorrent", publicSeed, {
      source: open.file,
      dir: seedDir,
      home: publicHome,
      seed: true,
      pex: true,
    });

    const capture = await PacketCapture.start(ours);
    const link = `magnet:?xt=urn:btih:${secret.metainfo.id.hex}&tr=${encodeURIComponent(String(announce[0]?.[0]))}`;
    const sources = [kind === "magnet link" ? link : secret.file, open.file];
    const dht = bootstrap.flatMap((node) => ["--dht-bootstrap", node]);
    const args = [
      "download",
      ...sources,
      "--seed",
      "--dir",
      dir,
      "--port",
      "6881",
      "--json",
      "--lsd-interface",
      "eth0",
      ...dht,
    ];
    const events: { event: string; infoHash?: string }[] = [];
    const client = ours.run(process.execPath, [bin, ...args]);
    /** Number of packets when the torrent was known to be private. */
    let known = kind === "magnet link" ? Infinity : 0;
    client.lines((line) => {
      const event = JSON.parse(line) as { event: string; infoHash?: string };
      events.push(event);
      if (event.event === "metadata") known = Math.min(known, capture.packets.length);
    });
    await eventually("both are complete", () => events.filter(({ event }) => event === "complete").length === 2);
    // The public torrent shows that DHT and local discovery work, and how long they take.
    const about = (torrent: TestTorrent): (typeof capture)["packets"] =>
      capture.datagramsAbout(torrent.metainfo.id.bytes);
    await eventually("the public torrent is announced in the DHT", () =>
      about(open).some(({ payload }) => payload.includes("announce_peer")),
    );
    await eventually("the public torrent is announced on the LAN", () => about(open).some(({ port }) => port === 6771));
    const after = capture.packets.slice(known);
    expect(about(secret).filter((packet) => after.includes(packet))).toEqual([]);

    const opened = new Set(capture.packets.filter(({ opens }) => opens).map(({ to }) => to));
    expect(opened).toEqual(new Set([tracker.ip, seed.ip, publicSeed.ip]));
    const pexTo = (host: LanHost): boolean =>
      capture.packets.some(({ to, payload }) => to === host.ip && payload.includes("ut_pex"));
    // Before the metadata is known, the extended handshake may offer peer exchange.
    expect([pexTo(publicSeed), pexTo(seed)]).toEqual([true, kind === "magnet link"]);
    const { "secret.bin": secretSum, "open.bin": openSum } = await sums(seedDir);
    expect(await sums(dir)).toEqual({ "secret.bin": secretSum, "open.bin": openSum });
  });
});
