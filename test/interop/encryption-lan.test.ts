import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan } from "../support/lan.ts";
import { startOnLan, type LanTask } from "../support/lan-clients.ts";
import { PacketCapture } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("transmission-daemon")];

/** How the connection begins on the wire: with a plain handshake or with an encrypted one. */
type Outcome = "plain" | "encrypted";

const CASES: readonly (readonly [NonNullable<LanTask["encryption"]>, string, Outcome])[] = [
  ["required", "required", "encrypted"],
  ["required", "preferred", "encrypted"],
  ["preferred", "required", "encrypted"],
  ["preferred", "preferred", "encrypted"],
  ["preferred", "disabled", "plain"],
  ["tolerated", "preferred", "plain"],
  ["tolerated", "disabled", "plain"],
];

// Transmission does not dial loopback addresses.
describe.skipIf(lacking.length > 0)(`Transmission dials${because(lacking)}`, () => {
  it.each(CASES)("with encryption %s a client with %s: %s", async (theirs, policy, expected) => {
    const lan = new Lan();
    const [ours, tracker, other] = [lan.host(), lan.host(), lan.host()];
    const home = await tempFolder();
    const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
    await mkdir(dir);
    await writeRandom(seedDir, { "data.bin": 1_000_000 });
    const url = `http://${tracker.ip}:6969/announce`;
    const { file, metainfo } = await torrentOf(join(seedDir, "data.bin"), { pieceLength: 16_384, trackers: [[url]] });
    const server = tracker.run(process.execPath, [bin, "tracker", "--http", "0.0.0.0:6969"]);
    await eventually("the tracker runs", () => server.output.includes("6969"));
    // Without a tracker the seed knows no address to dial; it is announced for it.
    const flags = ["--dir", seedDir, "--port", "6881", "--no-trackers", "--no-dht", "--no-lsd", "--no-utp"];
    const seed = ours.run(process.execPath, [bin, "seed", file, ...flags, "--encryption", policy]);
    await eventually("Millrace seeds", () => seed.output.includes("seeding"));
    const hash = metainfo.id.hex.replaceAll(/../g, "%$&");
    const query = `info_hash=${hash}&peer_id=-XX0000-000000000000&port=6881&uploaded=0&downloaded=0&left=0&compact=1`;
    const announce = ours.run(process.execPath, ["-e", `fetch("${url}?${query}").then((reply) => reply.text())`]);
    await eventually("the seed is announced", () => announce.hasExited);

    const capture = await PacketCapture.start(other);
    const task = { source: file, dir, home: join(home, "transmission"), encryption: theirs };
    const client = await startOnLan("Transmission", other, task);
    await client.complete();
    expect((await sums(dir))["data.bin"]).toBe((await sums(seedDir))["data.bin"]);
    const sent = capture.packets.filter(({ to }) => to === ours.ip);
    expect(sent.some(({ opens }) => opens)).toBe(true);
    const isPlain = sent.some(({ payload }) => payload.includes("BitTorrent protocol"));
    expect(isPlain ? "plain" : "encrypted").toBe(expected);
  });
});
