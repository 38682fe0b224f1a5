import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DhtInfo } from "../../src/api/index.ts";
import { material, millrace, start } from "../cli/command-line.ts";
import { TestDaemon, TOKEN } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { sha256 } from "../support/real-clients.ts";

describe("millrace daemon", () => {
  it("downloads from a seeder that only the DHT knows, and keeps the nodes", async () => {
    const node = start("dht", "node", "--port", "0", "--family", "4", "--json");
    const bootstrap = `127.0.0.1:${String((await node.until("ready"))["port"])}`;
    const { folder, data, torrent } = await material(300_000);
    const seed = start(
      "seed",
      torrent,
      "--dir",
      join(folder, "seed"),
      "--port",
      "0",
      "--json",
      "--dht-bootstrap",
      bootstrap,
    );
    const { torrents: [infoHash = ""] = [] } = (await seed.until("ready")) as { torrents?: string[] };

    const daemon = await TestDaemon.start({ env: { MILLRACE_DHT_BOOTSTRAP: bootstrap } });
    await daemon.api("POST", "/torrents", { url: `magnet:?xt=urn:btih:${infoHash}` });
    await daemon.torrentIs(infoHash, "complete", ({ state }) => state === "seeding");
    expect(await sha256(join(daemon.place.downloads, "data.bin"))).toBe(await sha256(data));

    const info = await daemon.api<DhtInfo>("GET", "/dht");
    expect(info).toMatchObject({
      isEnabled: true,
      families: expect.arrayContaining([expect.objectContaining({ family: 4 })]) as unknown,
    });
    expect(info.nodes).toBeGreaterThan(0);
    const remote = await millrace(
      "remote",
      "dht",
      "--json",
      "--url",
      daemon.url,
      "--token-file",
      await tokenFile(folder),
    );
    expect((JSON.parse(remote.stdout) as DhtInfo).nodes).toBeGreaterThan(0);

    await daemon.program.stop();
    const again = await TestDaemon.start({ place: daemon.place });
    await eventually("the kept node has replied", async () => (await again.api<DhtInfo>("GET", "/dht")).nodes > 0);
  });

  it("takes no part in the DHT with --no-dht", async () => {
    const daemon = await TestDaemon.start({ args: ["--no-dht"] });
    expect(await daemon.api("GET", "/dht")).toMatchObject({ isEnabled: false, nodes: 0, families: [] });
  });
});

async function tokenFile(folder: string): Promise<string> {
  const path = join(folder, "token");
  await writeFile(path, TOKEN);
  return path;
}
