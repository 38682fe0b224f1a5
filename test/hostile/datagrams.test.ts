import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ClientUnderTest } from "../support/client-under-test.ts";
import { eventually, Program } from "../support/process.ts";
import { because, missing, PYTHON } from "../support/programs.ts";

const MIB = 1024 * 1024;
const ADDRESSES = 10_000;
/** The number of queries that must have arrived, most of them dropped. */
const QUERIES = 20_000;

const absent = [
  ...missing("python3-libtorrent"),
  ...(process.getuid?.() === 0 ? [] : ["root, for datagrams with forged addresses"]),
];

describe.skipIf(absent.length > 0)(`a flood of DHT datagrams from forged addresses${because(absent)}`, () => {
  it("neither grows the memory past its bound nor keeps a download from its end", async () => {
    const tested = await ClientUnderTest.open({
      length: 8_000_000,
      // The DHT shares the UDP port with uTP.
      client: { dht: { bootstrap: [], readOnly: false } },
    });
    const { client } = tested;
    await client.listen();
    const used = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const stats = () => client.dht?.stats.families.find(({ family }) => family === 4);
    const before = used();
    const flood = new Program(PYTHON, [
      fileURLToPath(new URL("../support/udp_flood.py", import.meta.url)),
      String(client.port),
      String(ADDRESSES),
    ]);
    let isFlooding = false;
    flood.lines(() => (isFlooding = true));
    await eventually("the flood has begun", () => {
      if (flood.hasExited) throw flood.failure("ended");
      return isFlooding;
    });
    const seed = await tested.seed();
    expect(await tested.completes(await tested.addTorrent([seed]))).toBe(true);
    await eventually("many queries have arrived", () => (stats()?.queries ?? 0) > QUERIES);
    expect(flood.hasExited).toBe(false);
    // The data of the torrent is held by the test, too.
    expect(used() - before).toBeLessThan(64 * MIB);
    expect(stats()?.limited).toBeGreaterThan(QUERIES / 2);
    // Nothing is stored without a token, and no node is known that has not replied.
    expect([stats()?.nodes, client.dht?.stats.storedPeers]).toEqual([0, 0]);
    await flood.stop("SIGKILL");
  });
});
