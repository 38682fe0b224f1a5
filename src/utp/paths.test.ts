import { describe, expect, it } from "vitest";
import { createHash } from "node:crypto";
import { noise } from "../../test/support/stage.ts";
import { Line, Reader, TcpFlow, UtpNet, utpPair, writeForever } from "../../test/support/utp-net.ts";

const MBIT = 125_000;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("a uTP connection", () => {
  it("carries data unchanged with 30 % loss, duplication and reordering both ways", async () => {
    const rough = { loss: 0.3, duplication: 0.1, jitterMs: 30, delayMs: 20 };
    const [there, back] = [noise(1_000_000, 3), noise(300_000, 5)];
    const { net, a, b } = await utpPair(rough, rough, new UtpNet(), { first: there });
    const [atA, atB] = [new Reader(a), new Reader(b)];
    b.write(back);
    await net.until(() => atB.bytes >= there.length && atA.bytes >= back.length, 3_600_000);
    expect([atB.sha256, atA.sha256]).toEqual([sha256(there), sha256(back)]);
    a.end();
    await net.until(() => atB.closed && atA.closed, 120_000);
    expect([atB.closed, atB.error]).toEqual([true, undefined]);
  });

  it("carries data over the wrap-around of sequence numbers", async () => {
    const { net, a, b } = await utpPair({ loss: 0.001, delayMs: 1 }, { delayMs: 1 });
    const atB = new Reader(b);
    writeForever(a);
    // 140,000 packets: the numbers, 65,536, wrap around twice.
    expect(await net.until(() => atB.bytes > 140_000 * 1_452, 600_000)).toBe(true);
    const zeros = createHash("sha256");
    const chunk = new Uint8Array(1_000_000);
    for (let left = atB.bytes; left > 0; left -= chunk.length)
      zeros.update(chunk.subarray(0, Math.min(left, 1_000_000)));
    expect(atB.sha256).toBe(zeros.digest("hex"));
  });

  it("uses 70 % of a line of 50 Mbit/s with a round trip of 200 ms and 1 % loss", async () => {
    const rate = 50 * MBIT;
    const { net, a, b } = await utpPair({ rate, delayMs: 100, loss: 0.01 }, { delayMs: 100 });
    const atB = new Reader(b);
    writeForever(a);
    await net.until(() => false, 5_000);
    const begin = atB.bytes;
    await net.until(() => false, 20_000);
    const used = (atB.bytes - begin) / 20 / rate;
    expect(used).toBeGreaterThan(0.7);
  });

  it.each([
    [500, 0.1],
    [250, 0.2],
    [100, 0.2],
    [50, 0.2],
  ])("leaves a line with a queue of %i ms to TCP, and takes all of it when TCP has ended", async (queueMs, most) => {
    const net = new UtpNet();
    const rate = 20 * MBIT;
    const line = new Line(net, { rate, delayMs: 20, queueBytes: (rate * queueMs) / 1_000 });
    const { a, b } = await utpPair(line, { delayMs: 20 }, net);
    const atB = new Reader(b);
    writeForever(a);
    await net.until(() => false, 10_000);
    const alone = atB.bytes / 10 / rate;
    const tcp = new TcpFlow(net, line, 20);
    await net.until(() => false, 10_000);
    const [begin, tcpBegin] = [atB.bytes, tcp.bytes];
    await net.until(() => false, 30_000);
    const share = (atB.bytes - begin) / (atB.bytes - begin + tcp.bytes - tcpBegin);
    tcp.isStopped = true;
    await net.until(() => false, 9_000);
    const later = atB.bytes;
    await net.until(() => false, 2_000);
    const after = (atB.bytes - later) / 2 / rate;
    expect(alone).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(most);
    expect(after).toBeGreaterThan(0.9);
  });

  it.each([1_472, 1_300, 1_250])("finds the length of %i bytes that a path carries, and loses no rate", async (mtu) => {
    const rate = 20 * MBIT;
    const { net, a, b, transports } = await utpPair({ rate, mtu }, {});
    const atB = new Reader(b);
    writeForever(a);
    await net.until(() => atB.bytes > 5_000_000, 60_000);
    const begin = net.sizes.length;
    const [bytes, now] = [atB.bytes, net.now];
    await net.until(() => atB.bytes > 8_000_000, 60_000);
    const longest = Math.max(...net.sizes.slice(begin));
    expect(longest).toBeLessThanOrEqual(mtu);
    expect(longest).toBeGreaterThan(mtu - 20);
    expect((atB.bytes - bytes) / ((net.now - now) / 1_000)).toBeGreaterThan(0.9 * rate);
    expect(transports[0].size).toBe(1);
  });

  it("stops the sender while the reader pauses, and goes on", async () => {
    const { net, a, b } = await utpPair({ rate: 20 * MBIT }, {});
    const atB = new Reader(b);
    writeForever(a);
    await net.until(() => atB.bytes > 1_000_000, 60_000);
    b.pause();
    await net.until(() => false, 100);
    const paused = atB.bytes;
    await net.until(() => false, 120_000);
    expect([atB.bytes, atB.closed]).toEqual([paused, false]);
    const sent = net.sent;
    await net.until(() => false, 60_000);
    // Probes of the closed window, and little else.
    expect(net.sent - sent).toBeLessThan(60);
    b.resume();
    expect(await net.until(() => atB.bytes > paused + 10_000_000, 20_000)).toBe(true);
  });
});
