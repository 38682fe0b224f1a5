import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan } from "../support/lan.ts";
import { PacketCapture } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("nftables")];

describe.skipIf(lacking.length > 0)(`two peers behind NATs (BEP 55)${because(lacking)}`, () => {
  it("meet through a third one, and download from each other over uTP", async () => {
    const lan = new Lan();
    const [relay, seed, leech] = [lan.host(), lan.hostBehindNat(), lan.hostBehindNat()];
    const home = await tempFolder();
    const [seedDir, leechDir, relayDir] = ["seed", "leech", "relay"].map((name) => join(home, name));
    await Promise.all([seedDir, leechDir, relayDir].map((dir) => mkdir(dir ?? "")));
    await writeRandom(seedDir ?? "", { "one.bin": 3_000_000 });
    const { file } = await torrentOf(join(seedDir ?? "", "one.bin"), { pieceLength: 65_536, trackers: [] });
    const alone = ["--port", "6881", "--no-lsd", "--no-dht", "--no-trackers"];
    // The relay is too slow to pass the data on.
    const middle = ["download", file, "--dir", relayDir ?? "", "--max-down", "1KiB", ...alone];
    const third = relay.run(process.execPath, [bin, ...middle]);
    await eventually("the relay runs", () => third.output !== "");
    const peer = ["--peer", `${relay.ip}:6881`];
    seed.run(process.execPath, [bin, "seed", file, "--dir", seedDir ?? "", ...alone, ...peer]);
    const capture = await PacketCapture.start(leech);
    const client = leech.run(process.execPath, [bin, "download", file, "--dir", leechDir ?? "", ...alone, ...peer]);
    expect(await client.exit()).toBe(0);
    const direct = capture.packets.filter(({ to, protocol }) => to === seed.ip && protocol === "udp");
    expect(direct.length).toBeGreaterThan(10);
    const [got, expected] = await Promise.all([sums(leechDir ?? ""), sums(seedDir ?? "")]);
    expect(got["one.bin"]).toBe(expected["one.bin"]);
  });
});
