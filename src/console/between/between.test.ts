import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { newView, plainStyle, sample, sampleTorrent, sendAll } from "../../../test/support/sample-conversation.ts";
import { concatBytes, equalBytes } from "../../base/index.ts";
import type { Socket } from "../../runtime/index.ts";
import { simWorld, type LineOptions, type SimHost, type World } from "../../sim/index.ts";
import { encodeHandshake, encodeMessage } from "../../wire/index.ts";
import type { Entry, Way } from "../conversation/entry.ts";
import { createLinter } from "../lint/index.ts";
import { readRecording, Replay } from "../record/index.ts";
import { describeMessage, timelineTable, twoSpeakers } from "../view/index.ts";
import { Between } from "./between.ts";
import { MAX_BETWEEN_CONNECTIONS } from "./limits.ts";
import { betweenGreeting, betweenLine, runBetween, type RunBetweenOptions } from "./run-between.ts";

/** One end of a connection in a test, with what it got. */
class End {
  readonly socket: Socket;
  readonly parts: Uint8Array[] = [];
  closed: { readonly error: Error | undefined } | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.start({
      onData: (bytes) => this.parts.push(bytes.slice()),
      onDrain: () => undefined,
      onClose: (error) => {
        this.closed = { error };
      },
    });
  }

  get bytes(): Uint8Array {
    return concatBytes(this.parts);
  }
}

const PROXY = { ip: "10.0.0.2", port: 7000 };
const TARGET = { ip: "10.0.0.3", port: 6881 };

/** A client, the proxy's machine, and a target that keeps its connections. */
class Stage {
  readonly world: World = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
  readonly client: SimHost = this.world.host("10.0.0.1");
  readonly proxy: SimHost = this.world.host(PROXY.ip);
  readonly target: SimHost;
  readonly ends: End[] = [];

  constructor(line: LineOptions = {}) {
    this.target = this.world.host(TARGET.ip, line);
  }

  do<T>(work: Promise<T>): Promise<T> {
    return this.world.settled(work, 120_000);
  }

  async listen(): Promise<void> {
    await this.do(this.target.runtime.net.listen({ ...TARGET, onSocket: (socket) => this.ends.push(new End(socket)) }));
  }

  /** Whatever is sent may pass: most of these tests are about bytes, not about what they mean. */
  open(passEncrypted = true, metainfo: typeof sampleTorrent | null = sampleTorrent): Promise<Between> {
    return this.do(
      Between.open({
        passEncrypted,
        runtime: this.proxy.runtime,
        listen: PROXY,
        target: { host: TARGET.ip, port: TARGET.port },
        metainfo: metainfo ?? undefined,
        linter: () => createLinter(),
      }),
    );
  }

  async connect(): Promise<End> {
    return new End(await this.do(this.client.runtime.net.connect({ ...PROXY, timeoutMs: 10_000 })));
  }

  /** A client and the target, joined. */
  async joined(
    passEncrypted = true,
    metainfo: typeof sampleTorrent | null = sampleTorrent,
  ): Promise<{ readonly between: Between; readonly out: End; readonly in: End }> {
    await this.listen();
    const between = await this.open(passEncrypted, metainfo);
    const out = await this.connect();
    await this.world.until(() => this.ends.length > 0, 10_000);
    const [end] = this.ends;
    if (end === undefined) throw new Error("no connection reached the target");
    return { between, out, in: end };
  }
}

describe("Between", () => {
  it("forwards every byte, and records the same conversation as from the bytes alone", async () => {
    const stage = new Stage();
    const { between, ...ends } = await stage.joined();
    const sent: Record<Way, Uint8Array[]> = { out: [], in: [] };
    for (const { way, bytes } of sample) {
      ends[way].socket.write(bytes);
      sent[way].push(bytes);
      await stage.world.run(1_000);
    }
    expect(equalBytes(ends.in.bytes, concatBytes(sent.out))).toBe(true);
    expect(equalBytes(ends.out.bytes, concatBytes(sent.in))).toBe(true);
    const alone = newView({ metainfo: sampleTorrent });
    sendAll(alone);
    const said = (entries: readonly Entry[]): unknown[] =>
      entries.filter(({ type }) => type !== "closed").map(({ type, way, size }) => [type, way, size]);
    expect(said(between.views[0]?.timeline ?? [])).toEqual(said(alone.timeline));
    expect(between.views[0]).toMatchObject({ number: 1, direction: "incoming" });
    expect(between.views[0]?.address).toMatch(/^10\.0\.0\.1:\d+$/);
  });

  it("closes connections that may be encrypted with an unknown info-hash, so that the client connects again in plain text, without a finding", async () => {
    const stage = new Stage();
    const { between, out, in: target } = await stage.joined(false, null);
    out.socket.write(new Uint8Array(96).fill(0xab));
    await stage.world.until(() => between.views[0]?.isClosed === true, 10_000);
    await stage.world.run(1_000);
    expect(target.bytes.length).toBe(0);
    expect(between.views[0]?.timeline.map((entry) => describeMessage(entry))).toEqual([
      expect.stringMatching(/^closed: refused: .*--encrypted/),
    ]);
    expect(between.views[0]?.findings).toEqual([]);
  });

  it("forwards other protocols than BitTorrent when that is allowed", async () => {
    const stage = new Stage();
    const { between, out, in: target } = await stage.joined();
    out.socket.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    await stage.world.run(1_000);
    expect(new TextDecoder().decode(target.bytes)).toBe("GET / HTTP/1.1\r\n\r\n");
    expect(between.views[0]?.timeline.map(({ type }) => type)).toEqual(["garbage"]);
  });

  it("holds a fast side back while the slow one does not read, and loses nothing", async () => {
    const stage = new Stage();
    const { between, out, in: target } = await stage.joined();
    target.socket.pause();
    const chunk = new Uint8Array(65_536).map((_, at) => at % 251);
    let written = 0;
    while (written < 8 * 1024 * 1024) {
      out.socket.write(chunk);
      written += chunk.length;
    }
    await stage.world.run(20_000);
    const seen = between.views[0]?.conversation.sides.out.bytes ?? 0;
    // The proxy's own queue, and what is on its way: not the 8 MiB.
    expect(seen).toBeLessThan(3 * 1024 * 1024);
    expect(out.socket.queuedBytes).toBeGreaterThan(4 * 1024 * 1024);
    target.socket.resume();
    await stage.world.run(20_000);
    expect(target.parts.reduce((sum, part) => sum + part.length, 0)).toBe(written);
    expect(equalBytes(target.bytes.subarray(written - chunk.length), chunk)).toBe(true);
  });

  it.each(["out", "in"] as const)(
    "when %s closes the connection, delivers the bytes that it had sent, closes the other and records which side it was",
    async (way) => {
      const stage = new Stage();
      const { between, ...ends } = await stage.joined();
      const other = way === "out" ? ends.in : ends.out;
      const bytes = new Uint8Array(300_000).fill(7);
      ends[way].socket.write(bytes);
      ends[way].socket.end();
      await stage.world.run(10_000);
      expect(other.bytes.length).toBe(bytes.length);
      expect(other.closed).toEqual({ error: undefined });
      expect(between.views[0]?.timeline.last).toMatchObject({ type: "closed", way, why: "closed normally" });
      expect([stage.client.sockets, stage.proxy.sockets, stage.target.sockets]).toEqual([0, 0, 0]);
    },
  );

  it("closes the side that is held back when the slow side closes", async () => {
    const stage = new Stage();
    const { out, in: target } = await stage.joined();
    target.socket.pause();
    for (let count = 0; count < 64; count++) out.socket.write(new Uint8Array(65_536));
    await stage.world.run(5_000);
    expect(out.closed).toBeUndefined();
    target.socket.destroy();
    await stage.world.run(20_000);
    expect(out.closed).toBeDefined();
    expect(stage.proxy.sockets).toBe(0);
  });

  it("records that a connection was reset, and closes the other side", async () => {
    const stage = new Stage();
    const { between, out, in: target } = await stage.joined();
    stage.target.crash();
    await stage.world.run(1_000);
    out.socket.write(new Uint8Array(10));
    await stage.world.until(() => out.closed !== undefined, 600_000);
    expect(target.closed).toBeUndefined();
    expect(out.closed).toBeDefined();
    expect(between.views[0]?.isClosed).toBe(true);
  });

  it("closes a connection when the target does not reply, and reports the reason", async () => {
    const stage = new Stage();
    const between = await stage.open();
    const out = await stage.connect();
    await stage.world.until(() => out.closed !== undefined, 60_000);
    const { last } = between.views[0]?.timeline ?? {};
    expect(last).toMatchObject({
      type: "closed",
      way: "in",
      why: "cannot connect to 10.0.0.3 port 6881: connection refused",
    });
    await stage.do(between.close());
    expect([stage.proxy.sockets, stage.proxy.listeners, stage.proxy.timers]).toEqual([0, 0, 0]);
  });

  it("numbers its connections, and reports each before its first byte", async () => {
    const stage = new Stage();
    const { between } = await stage.joined();
    const numbers: number[] = [];
    between.views.watch((view) => numbers.push(view.number, view.timeline.length));
    await stage.connect();
    await stage.connect();
    await stage.world.run(1_000);
    expect(numbers).toEqual([2, 0, 3, 0]);
    expect(stage.ends).toHaveLength(3);
  });

  it("closes connections beyond its limit at once", async () => {
    const stage = new Stage();
    const { between } = await stage.joined();
    for (let count = 1; count < MAX_BETWEEN_CONNECTIONS; count++) await stage.connect();
    const late = await stage.connect();
    await stage.world.run(1_000);
    expect(late.closed).toBeDefined();
    expect(between.views).toHaveLength(MAX_BETWEEN_CONNECTIONS);
    expect(stage.ends).toHaveLength(MAX_BETWEEN_CONNECTIONS);
  });

  it("leaves nothing open after close, during and after the dial of the target", async () => {
    const stage = new Stage({ latencyMs: 5_000 });
    await stage.listen();
    const between = await stage.open();
    const ends = [await stage.connect(), await stage.connect()];
    await stage.do(between.close());
    await stage.world.run(60_000);
    expect(ends.map(({ closed }) => closed !== undefined)).toEqual([true, true]);
    expect(between.views.map(({ timeline }) => timeline.last)).toMatchObject([
      { type: "closed", why: "the proxy ended" },
      { type: "closed", why: "the proxy ended" },
    ]);
    expect([stage.proxy.sockets, stage.proxy.listeners, stage.proxy.timers]).toEqual([0, 0, 0]);
    await expect(stage.connect()).rejects.toMatchObject({ code: "net.refused" });
  });

  it("rejects when its port is in use", async () => {
    const stage = new Stage();
    await stage.open();
    await expect(stage.open()).rejects.toMatchObject({ code: "net.address-in-use" });
  });
});

describe("runBetween", () => {
  function options(stage: Stage, more: Partial<RunBetweenOptions> = {}): RunBetweenOptions {
    return {
      runtime: stage.proxy.runtime,
      listen: PROXY,
      target: { host: TARGET.ip, port: TARGET.port },
      signal: new AbortController().signal,
      onEntry: () => undefined,
      onError: (error) => expect.unreachable(error.message),
      linter: () => createLinter(),
      metainfo: sampleTorrent,
      ...more,
    };
  }

  it("prints each message with its sender, counts, and records what it prints", async () => {
    const stage = new Stage();
    stage.proxy.disk.put("/data/other", new Uint8Array(0));
    await stage.listen();
    const ending = new AbortController();
    const lines: string[] = [];
    let greeting = "";
    const between: Between[] = [];
    const run = runBetween(
      options(stage, {
        signal: ending.signal,
        record: "/data/session.jsonl",
        onListening: (it) => {
          between.push(it);
          greeting = betweenGreeting(it, options(stage));
        },
        onEntry: (view, entry) => lines.push(betweenLine(view, entry, plainStyle).replace(/^ *\+[\d.]+ /, "")),
      }),
    );
    await stage.world.until(() => greeting !== "", 10_000);
    expect(greeting).toBe(
      "listening on 10.0.0.2:7000; connections are forwarded to 10.0.0.3:6881; Ctrl-C stops the proxy",
    );
    const out = await stage.connect();
    await stage.world.until(() => stage.ends.length > 0, 10_000);
    const infoHash = sampleTorrent.id.wire;
    const id = (text: string): Uint8Array => new TextEncoder().encode(text);
    out.socket.write(encodeHandshake({ infoHash, peerId: id("-LT2080-abcdefghijkl") }));
    await stage.world.run(500);
    stage.ends[0]?.socket.write(
      concatBytes([
        encodeHandshake({ infoHash, peerId: id("-TR3000-abcdefghijkl") }),
        encodeMessage({ type: "bitfield", bits: Uint8Array.of(0xc0) }),
      ]),
    );
    await stage.world.run(500);
    out.socket.write(
      concatBytes([
        encodeMessage({ type: "interested" }),
        encodeMessage({ type: "request", piece: 0, begin: 0, length: 16_384 }),
      ]),
    );
    await stage.world.run(500);
    ending.abort();
    expect(await stage.do(run)).toEqual({ connections: 1, messages: 5, faults: 1, notes: 0 });
    expect(lines.map((line) => line.replace(/: a request for .*/, ""))).toEqual([
      "peer 1 → from libtorrent 2.0.8: handshake -LT2080-... libtorrent 2.0.8",
      "peer 1 ← from Transmission 3.00: handshake -TR3000-... Transmission 3.00",
      "peer 1 ← from Transmission 3.00: bitfield 2 of 2 pieces",
      "peer 1 → from libtorrent 2.0.8: interested",
      "peer 1 → from libtorrent 2.0.8: request piece 0, 16384 bytes from 0  ! request.choked (BEP 3)",
      "peer 1 → closed: the proxy ended",
    ]);
    const replay = new Replay(await stage.do(readRecording(stage.proxy.runtime, "/data/session.jsonl")), {
      linter: () => createLinter(),
    });
    replay.end();
    const screen = (views: Between["views"]): string[] =>
      views.map((view) =>
        timelineTable(view, { style: plainStyle, speakers: twoSpeakers(view) }).draw({ width: 100, style: plainStyle }),
      );
    expect(screen(replay.peers)).toEqual(screen(between[0]?.views ?? replay.peers));
  });

  it("leaves nothing open when its recording cannot be created", async () => {
    const stage = new Stage();
    stage.proxy.disk.put("/data/session.jsonl", new Uint8Array(1));
    await expect(stage.do(runBetween(options(stage, { record: "/data/session.jsonl" })))).rejects.toMatchObject({
      code: "storage.exists",
    });
    expect([stage.proxy.sockets, stage.proxy.listeners]).toEqual([0, 0]);
  });
});
