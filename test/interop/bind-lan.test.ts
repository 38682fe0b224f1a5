import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan } from "../support/lan.ts";
import { PacketCapture } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface Event {
  readonly event: string;
  readonly bytes?: number;
}

/** The time, in milliseconds, for which nothing may be sent while the interface is gone. */
const DOWN_MS = 2_000;

describe.skipIf(lackingLan.length > 0)(`millrace download --bind tun0${because(lackingLan)}`, () => {
  it("uses tun0 only, sends nothing while it is gone, and goes on when it is back", async () => {
    const lan = new Lan();
    const [ours, server] = [lan.host(), lan.host()];
    // The server can be reached through eth0 as well: a leak would succeed.
    server.addLinkIp();
    const home = await tempFolder();
    const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
    await mkdir(seedDir);
    await writeRandom(seedDir, { "film.bin": 3_000_000 });
    const at = `${server.linkIp}:6969`;
    const { file } = await torrentOf(join(seedDir, "film.bin"), {
      pieceLength: 65_536,
      trackers: [[`http://${at}/announce`], [`udp://${at}/announce`]],
    });
    const millrace = (...args: string[]) => [process.execPath, [bin, ...args]] as const;
    const tracker = server.run(...millrace("tracker", "--http", `0.0.0.0:6969`, "--udp", `0.0.0.0:6969`));
    await eventually("the tracker runs", () => tracker.output.includes("6969"));
    const seed = server.run(
      ...millrace("seed", file, "--dir", seedDir, "--port", "6881", "--no-dht", "--no-lsd", "--max-up", "400KiB"),
    );
    await eventually("the seed runs", () => seed.output.includes("seeding"));

    const capture = await PacketCapture.start(ours);
    const client = ours.run(...millrace("download", file, "--dir", dir, "--json", "--bind", "tun0"));
    let done = 0;
    client.lines((line) => {
      const { event, bytes = 0 } = JSON.parse(line) as Event;
      if (event === "progress") done = bytes;
    });
    let downs = 0;
    client.child.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("tun0 is down: nothing is sent")) downs++;
    });
    await eventually("the client says that tun0 is missing", () => downs === 1);
    await setTimeout(DOWN_MS);
    lan.link(ours, "tun0");
    await eventually("the download has begun", () => done > 200_000);
    ours.removeLink("tun0");
    await eventually("the client notices that tun0 is gone", () => downs === 2);
    await setTimeout(DOWN_MS);
    const before = done;
    expect(before).toBeLessThan(3_000_000);
    lan.link(ours, "tun0");
    await eventually("the download goes on", () => done > before);
    expect(await client.exit()).toBe(0);
    expect(capture.packets).toEqual([]);
    expect(await sums(dir)).toMatchObject(await sums(seedDir).then(({ "film.bin": sum }) => ({ "film.bin": sum })));
  });
});
