import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually, freePort } from "../support/process.ts";
import { sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { events, material, millrace, start, type Event } from "./command-line.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";

/** Starts `count` nodes that know each other. Returns their addresses. */
async function nodes(count: number): Promise<string[]> {
  const addresses: string[] = [];
  const known = (): string[] => addresses.flatMap((address) => ["--bootstrap", address]);
  while (addresses.length < count) {
    const node = start("dht", "node", "--port", "0", "--family", "4", "--json", ...known());
    addresses.push(`127.0.0.1:${String((await node.until("ready"))["port"])}`);
  }
  for (const address of addresses)
    await eventually("the node knows the rest", async () => {
      const found = events((await dht(address, "lookup", HASH)).stdout).filter(({ event }) => event === "node");
      return found.length === count;
    });
  return addresses;
}

const dht = (bootstrap: string, ...args: string[]): ReturnType<typeof millrace> =>
  millrace("dht", ...args, "--bootstrap", bootstrap, "--family", "4", "--json");

const one = (stdout: string, name: string): Event | undefined => events(stdout).find(({ event }) => event === name);

describe("millrace dht", () => {
  it("node runs until Ctrl-C; ping and lookup find it", async () => {
    const node = start("dht", "node", "--port", "0", "--family", "4", "--json");
    const ready = await node.until("ready");
    const address = `127.0.0.1:${String(ready["port"])}`;
    const [{ id = "" } = {}] = ready["nodes"] as { id?: string }[];
    const ping = await millrace("dht", "ping", address, "--json");
    expect([ping.status, one(ping.stdout, "pong")]).toMatchObject([0, { id, ip: "127.0.0.1" }]);
    const lookup = await dht(address, "lookup", HASH);
    expect([lookup.status, one(lookup.stdout, "node")]).toMatchObject([0, { id, port: ready["port"] }]);
    expect(one(lookup.stdout, "done")).toMatchObject({ family: 4, replies: 1 });
    expect(await node.until("status")).toMatchObject({ families: [{ family: 4, id }], storedPeers: 0 });
    await node.program.stop("SIGINT");
    expect(node.program.child.exitCode).toBe(130);
    expect((await millrace("dht", "ping", address, "--timeout", "1", "--json")).status).toBe(1);
  });

  it("node does not run at another port than the one that the user chose", async () => {
    const node = start("dht", "node", "--port", "0", "--family", "4", "--json");
    const port = String((await node.until("ready"))["port"]);
    const second = await millrace("dht", "node", "--port", port, "--family", "4", "--json");
    expect([second.status, one(second.stdout, "error")]).toMatchObject([1, { code: "net.address-in-use" }]);
  });

  it("stats estimates the number of nodes", async () => {
    const [first = ""] = await nodes(4);
    const stats = await dht(first, "stats");
    expect([stats.status, one(stats.stdout, "stats")]).toMatchObject([0, { family: 4, replies: 32 }]);
    // The estimate is at least the number of nodes that were found.
    expect(one(stats.stdout, "stats")?.["nodes"]).toBeGreaterThanOrEqual(4);
  });

  it("peers finds a peer that peers --announce has announced, and estimates the swarm", async () => {
    const [first = "", second = ""] = await nodes(2);
    expect((await dht(first, "peers", HASH)).status).toBe(0);
    const announced = await dht(first, "peers", HASH, "--announce", "7000");
    expect([announced.status, one(announced.stdout, "done")]).toMatchObject([0, { announced: 2 }]);
    const found = await dht(second, "peers", `magnet:?xt=urn:btih:${HASH}`, "--scrape");
    expect(one(found.stdout, "peer")).toEqual({ event: "peer", ip: "127.0.0.1", port: 7000 });
    expect(one(found.stdout, "done")).toMatchObject({ peers: 1, leechers: 1 });
    expect(events((await dht(second, "sample")).stdout)).toContainEqual({ event: "sample", infoHash: HASH });
  });

  it("put stores immutable and mutable items that get finds", async () => {
    const [first = "", second = ""] = await nodes(2);
    const put = await dht(first, "put", "Hello World!");
    const target = String(one(put.stdout, "stored")?.["target"]);
    // The example of BEP 44.
    expect(target).toBe("e5f96f6f38320f0f33959cb4d3d656452117aadb");
    const got = await dht(second, "get", target);
    expect(one(got.stdout, "item")).toMatchObject({ kind: "immutable", value: "Hello World!", copies: 2 });

    const file = join(await tempFolder(), "my.key");
    const key = String(one((await dht(first, "put", "one", "--key-file", file)).stdout, "stored")?.["key"]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const secret = await readFile(file, "utf8");
    const again = await dht(second, "put", "two", "--key-file", file);
    expect(one(again.stdout, "stored")).toMatchObject({ key, seq: 2 });
    expect(await readFile(file, "utf8")).toBe(secret);
    const mutable = await dht(first, "get", "--key", key);
    expect(one(mutable.stdout, "item")).toMatchObject({ kind: "mutable", seq: 2, value: "two" });
    for (const refused of [
      ["--cas", "1"],
      ["--seq", "1"],
    ])
      expect(await dht(first, "put", "three", "--key-file", file, ...refused)).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('"code":"dht.not-stored"') as string,
      });
    const salted = await dht(first, "get", "--key", key, "--salt", "other");
    expect([salted.status, one(salted.stdout, "error")]).toMatchObject([1, { code: "dht.not-found" }]);
  });

  it("fails when there are no nodes, or the key file is none", async () => {
    const silent = ["--bootstrap", `127.0.0.1:${await freePort()}`, "--timeout", "1"];
    for (const options of [[], silent, ["--bootstrap", "127.0.0.1:7000", "--family", "6"]]) {
      const lookup = await millrace("dht", "lookup", HASH, ...options, "--json");
      expect([lookup.status, one(lookup.stdout, "error")]).toMatchObject([1, { code: "dht.no-nodes" }]);
    }
    const [first = ""] = await nodes(1);
    const file = join(await tempFolder(), "no.key");
    await writeFile(file, "secret\n");
    expect((await dht(first, "put", "x", "--key-file", file)).stdout).toContain("dht.key-file");
  });

  it.each([
    [[]],
    [["bootstrap"]],
    [["lookup"]],
    [["lookup", "0123"]],
    [["get"]],
    [["get", HASH, "--key", "a".repeat(64)]],
    [["get", HASH, "--salt", "x"]],
    [["get", "--key", "0123"]],
    [["put", "x", "--seq", "1"]],
    [["put", "x".repeat(997)]],
    [["peers", HASH, "--announce", "0"]],
    [["ping", "127.0.0.1"]],
    [["sample", "--bootstrap", "127.0.0.1"]],
    [["sample", "--family", "5"]],
  ])("%j is wrong usage", async (args) => {
    expect(await millrace("dht", ...args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^millrace: .*\n$/) as string,
    });
  });

  it.each(["node", "lookup", "peers", "get", "put", "sample", "stats", "ping"])(
    "%s --help gives examples",
    async (action) => {
      const { status, stdout } = await millrace("dht", action, "--help");
      expect([status, stdout]).toEqual([0, expect.stringMatching(/Examples:\n {2}# .+\n {2}\$ millrace dht /)]);
    },
  );
});

describe("millrace seed", () => {
  it("says when no DHT node has replied", async () => {
    const { folder, torrent } = await material(100_000);
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    expect(await seed.until("waiting")).toMatchObject({ code: "waiting.dht" });
    await seed.program.stop("SIGINT");
  });
});

describe("millrace download", () => {
  it("warns of a network interface that the host does not have", async () => {
    const args = ["--dir", await tempFolder(), "--port", "0", "--lsd-interface", "nosuch0"];
    const { program } = start("download", HASH, ...args, "--json");
    await eventually("it warns", () => program.output.includes("warning:"));
    expect(program.output).toContain("there is no network interface nosuch0 now");
    await program.stop("SIGINT");
  });

  it("finds a seeder that only the DHT knows", async () => {
    const [first = "", second = ""] = await nodes(2);
    const { folder, data, torrent } = await material(300_000);
    const common = ["--port", "0", "--json", "--dht-bootstrap"];
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), ...common, first);
    const { torrents: [infoHash] = [] } = (await seed.until("ready")) as { torrents?: string[] };
    const link = `magnet:?xt=urn:btih:${infoHash}`;
    const { status } = await millrace("download", link, "--dir", join(folder, "got"), ...common, second);
    expect(status).toBe(0);
    expect(await sha256(join(folder, "got", "data.bin"))).toBe(await sha256(data));
  });
});
