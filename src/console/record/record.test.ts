import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { digest, makePlay, type Play } from "../../../test/support/stage.ts";
import { concatBytes, errorCode, InputError, StorageError, utf8 } from "../../base/index.ts";
import type { Files } from "../../runtime/index.ts";
import { simWorld, type SimHost, type World } from "../../sim/index.ts";
import { styleFor } from "../../terminal/index.ts";
import {
  encodeBitfield,
  encodeHandshake,
  encodeHave,
  encodeInterested,
  encodeKeepAlive,
  encodePiece,
  encodeRequest,
  encodeUnchoke,
} from "../../wire/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Way } from "../conversation/entry.ts";
import { createLinter } from "../lint/index.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { lintTable, timelineTable } from "../view/index.ts";
import { readRecording, Recorder, Replay, Tape, type RecorderOptions, type Recording } from "./index.ts";

const PATH = "/session.jsonl";
const style = styleFor({ isTTY: false }, { LC_ALL: "C.UTF-8" });
const linter = (): ReturnType<typeof createLinter> => createLinter({ sha1: (bytes) => digest("sha1", bytes) });

/** What a person sees of conversations. */
function screen(views: readonly PeerView[]): string {
  return [
    ...views.map((view) => timelineTable(view, { style }).draw({ width: 100, style })),
    lintTable(views).draw({ width: 100, style }),
  ].join("\n");
}

let play: Play;
beforeAll(async () => {
  play = await makePlay({ "data.bin": 200_000 }, 32_768);
});

/** A session without sockets: peers to whose conversations bytes are told. */
class Scene {
  readonly world: World = simWorld({ digest });
  readonly host: SimHost = this.world.host("10.0.0.1");
  readonly views: PeerView[] = [];
  readonly tape: Tape;
  readonly errors: Error[] = [];
  now = 0;

  constructor(limit?: number) {
    this.tape = new Tape({ now: () => this.now, limit });
    this.host.disk.put("/.keep", new Uint8Array());
  }

  get infoHash(): Uint8Array {
    return play.metainfo.id.wire;
  }

  contact(knowsTorrent = true): PeerView {
    const metainfo = knowsTorrent ? play.metainfo : undefined;
    const conversation = new Conversation({ infoHash: this.infoHash, metainfo, linter: linter() });
    const view = new PeerView({
      number: this.views.length + 1,
      address: `10.0.0.${this.views.length + 2}:6881`,
      direction: "outgoing",
      conversation,
    });
    this.tape.attach(view);
    this.views.push(view);
    return view;
  }

  learn(): void {
    for (const { conversation } of this.views) conversation.learn(play.metainfo);
    this.tape.learned(play.metainfo);
  }

  record(options: Partial<RecorderOptions> = {}): Promise<Recorder> {
    const header = { kind: "session", startedAt: 1_800_000_000_000, infoHash: play.metainfo.id.hex } as const;
    return this.do(
      Recorder.open({
        ...header,
        files: this.host.runtime.files,
        path: PATH,
        tape: this.tape,
        onError: (error) => this.errors.push(error),
        ...options,
      }),
    );
  }

  do<T>(work: Promise<T>): Promise<T> {
    return this.world.settled(work, 60_000);
  }

  read(path = PATH): Promise<Recording> {
    return this.do(readRecording(this.host.runtime, path));
  }

  async replay(): Promise<Replay> {
    return new Replay(await this.read(), { linter });
  }
}

function handshake(seed: number): Uint8Array {
  return encodeHandshake({
    infoHash: play.metainfo.id.wire,
    peerId: new Uint8Array(20).fill(seed),
    reserved: { fast: false },
  });
}

/** What an honest seeder and an honest leecher say. */
function streams(): Record<Way, Uint8Array> {
  const block = (play.files.get("data.bin") ?? new Uint8Array()).slice(0, 16_384);
  return {
    out: concatBytes([handshake(1), encodeInterested(), encodeRequest(0, 0, 16_384), encodeKeepAlive()]),
    in: concatBytes([
      handshake(2),
      encodeBitfield(new Uint8Array([0xfe])),
      encodeUnchoke(),
      encodePiece(0, 0, block),
      encodeHave(3),
      new Uint8Array([0, 0, 0, 1, 99]),
    ]),
  };
}

const chunking = fc.array(
  fc.record({
    way: fc.constantFrom<Way>("out", "in"),
    length: fc.integer({ min: 1, max: 9_000 }),
    pause: fc.double({ min: 0, max: 200_000, noNaN: true }),
  }),
  { maxLength: 40 },
);
const noise = fc.uint8Array({ maxLength: 40 });

describe("Replay", () => {
  it(
    "prints the same screen as the session, for any chunks, times and bytes, and any start of the recording",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          chunking,
          noise,
          fc.nat(40),
          fc.nat(40),
          fc.nat(40),
          async (chunks, bad, badAt, begins, learns) => {
            const scene = new Scene();
            const view = scene.contact(false);
            const rest = streams();
            let recorder: Recorder | undefined;
            for (const [at, { way, length, pause }] of chunks.entries()) {
              scene.now += pause;
              if (at === begins) recorder = await scene.record();
              if (at === learns) scene.learn();
              const bytes = at === badAt ? bad : rest[way].slice(0, length);
              if (at !== badAt) rest[way] = rest[way].subarray(length);
              view.conversation.receive(way, bytes, scene.now);
              // Its memory is used again.
              bytes.fill(0xee);
            }
            view.conversation.close("in", "the peer closed the connection", scene.now);
            recorder ??= await scene.record();
            await scene.do(recorder.close());
            expect(scene.errors).toEqual([]);
            const replay = await scene.replay();
            replay.end();
            expect(screen(replay.peers)).toBe(screen(scene.views));
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it("keeps the order when a reply is sent in the middle of the received chunk", async () => {
    const scene = new Scene();
    scene.learn();
    const { conversation, messages, timeline } = scene.contact();
    conversation.receive("out", concatBytes([handshake(1), encodeInterested()]), 0);
    conversation.receive("in", handshake(2), 1);
    messages.watch((entry) => {
      if (entry.type === "unchoke") conversation.receive("out", encodeRequest(0, 0, 16_384), 5);
      if (entry.type === "have") conversation.receive("out", encodeKeepAlive(), 6);
    });
    const bytes = concatBytes([
      encodeBitfield(new Uint8Array([0xfe])),
      encodeUnchoke(),
      encodeHave(1),
      encodeUnchoke(),
    ]);
    conversation.receive("in", bytes.slice(0, 3), 2);
    conversation.receive("in", bytes.slice(3, -2), 4);
    conversation.receive("in", bytes.slice(-2), 7);
    expect(timeline.map(({ type }) => type).join(" ")).toBe(
      "handshake interested handshake bitfield unchoke request have keep-alive unchoke request",
    );
    const recorder = await scene.record();
    await scene.do(recorder.close());
    const replay = await scene.replay();
    replay.end();
    expect(screen(replay.peers)).toBe(screen(scene.views));
  });

  it("moves forward, back, to a time and to the end", async () => {
    const scene = new Scene();
    scene.learn();
    const { conversation } = scene.contact();
    const told = [handshake(1), encodeInterested(), encodeKeepAlive()];
    for (const [at, bytes] of told.entries()) conversation.receive("out", bytes, (at + 1) * 1000);
    conversation.close("out", "the console closed the connection", 4000);
    const recorder = await scene.record();
    await scene.do(recorder.close());
    const replay = await scene.replay();
    const types = (): string[] => replay.peers.flatMap(({ timeline }) => timeline.map(({ type }) => type));
    expect([replay.length, replay.position, replay.current]).toEqual([6, 0, "the beginning: no message was sent yet"]);
    replay.step();
    expect(replay.current).toMatch(/the torrent is known: data\.bin/);
    expect(replay.step(2).map(({ entry, peer }) => [entry.type, peer.number])).toEqual([["handshake", 1]]);
    expect(replay.current).toMatch(/peer 1 .* handshake/);
    expect(replay.goto(2.5).map(({ entry }) => entry.type)).toEqual(["interested"]);
    expect([replay.position, replay.at]).toEqual([4, 2000]);
    replay.back(2);
    expect(types()).toEqual([]);
    expect(replay.peers).toHaveLength(1);
    replay.back(100);
    expect([replay.position, replay.peers.length]).toEqual([0, 0]);
    replay.end();
    expect(types()).toEqual(["handshake", "interested", "keep-alive", "closed"]);
    replay.goto(1);
    expect(types()).toEqual(["handshake"]);
    expect(replay.step(1000)).toHaveLength(3);
    expect(replay.step()).toEqual([]);
    for (const wrong of [() => replay.step(-1), () => replay.back(0.5), () => replay.goto(Number.NaN)])
      expect(wrong).toThrow(/must be a (whole )?number from 0/);
  });
});

describe("Tape", () => {
  it("drops a whole peer at the limit, and a recording that begins later reports it; a running one has everything", async () => {
    const scene = new Scene(20_000);
    const early = await scene.record({ path: "/early.jsonl" });
    const [much, little] = [scene.contact(), scene.contact()];
    for (const { conversation } of [much, little]) conversation.receive("out", handshake(1), 1);
    for (let at = 0; at < 60; at++)
      much.conversation.receive("in", at === 0 ? handshake(2) : encodeKeepAlive(), 2 + at);
    expect(scene.tape.leftOut).toBe(1);
    const late = await scene.record({ path: "/late.jsonl" });
    for (const { conversation } of [much, little]) conversation.close("in", "the peer closed the connection", 100);
    await scene.do(Promise.all([early.close(), late.close()]));
    const texts = async (path: string): Promise<string> => {
      const replay = new Replay(await scene.read(path), { linter });
      replay.end();
      return screen(replay.peers);
    };
    expect(await texts("/early.jsonl")).toBe(screen(scene.views));
    expect(await texts("/late.jsonl")).toBe(screen([little]));
    expect((await scene.read("/late.jsonl")).events).toContainEqual(
      expect.objectContaining({ event: "left-out", peers: 1 }),
    );
  });

  it("drops closed peers first", () => {
    const scene = new Scene(10_000);
    const [gone, here] = [scene.contact(), scene.contact()];
    gone.conversation.receive("in", handshake(2), 1);
    gone.conversation.close("in", "the peer closed the connection", 2);
    for (let at = 0; at < 10; at++)
      here.conversation.receive("in", at === 0 ? handshake(2) : encodeKeepAlive(), 2 + at);
    expect(scene.tape.leftOut).toBe(1);
    const kept = new Set<number>();
    scene.tape.follow((event) => {
      if ("peer" in event) kept.add(event.peer);
    });
    expect([...kept]).toEqual([2]);
  });
});

describe("Recorder", () => {
  it("rejects an existing file, unless it may be replaced", async () => {
    const scene = new Scene();
    scene.host.disk.put(PATH, utf8("precious and longer than what comes in its place".repeat(20)));
    await expect(scene.record()).rejects.toMatchObject({ code: "storage.exists" });
    await scene.do((await scene.record({ overwrite: true })).close());
    expect(await scene.read()).toMatchObject({
      kind: "session",
      startedAt: 1_800_000_000_000,
      events: [],
      isCut: false,
    });
  });

  it("reports once that the disk failed, and the session continues", async () => {
    const scene = new Scene();
    const recorder = await scene.record();
    const { conversation } = scene.contact();
    conversation.receive("out", handshake(1), 1);
    await scene.world.run(10);
    scene.host.disk.fault = (operation) =>
      operation === "write" ? new StorageError("storage.full", "the disk is full") : undefined;
    conversation.receive("in", handshake(2), 2);
    await scene.world.run(10);
    conversation.receive("out", encodeInterested(), 3);
    await scene.world.run(10);
    await scene.do(recorder.close());
    expect(scene.errors.map(({ message }) => message)).toEqual(["the disk is full"]);
    expect(recorder.isRunning).toBe(false);
    expect(conversation.entries).toHaveLength(3);
    scene.host.disk.fault = undefined;
    expect((await scene.read()).events.map(({ event }) => event)).toEqual(["peer", "bytes"]);
  });

  it("ends instead of filling memory when the disk is slow, and writes the queued lines", async () => {
    const scene = new Scene();
    const recorder = await scene.record({ maxWaiting: 2_000 });
    await scene.world.run(10);
    scene.host.disk.latencyMs = 1_000;
    const { conversation } = scene.contact();
    for (let at = 0; at < 100; at++) conversation.receive("out", at === 0 ? handshake(1) : encodeKeepAlive(), at);
    expect(scene.errors).toMatchObject([{ code: "console.record-slow" }]);
    await scene.do(recorder.close());
    const { events, isCut } = await scene.read();
    expect(isCut).toBe(false);
    expect(events.length).toBeGreaterThan(5);
    expect(events.length).toBeLessThan(50);
  });

  it("ends before the recording is too large to be read", async () => {
    const scene = new Scene();
    const recorder = await scene.record({ maxBytes: 1_000 });
    const { conversation } = scene.contact();
    for (let at = 0; at < 100; at++) {
      conversation.receive("out", at === 0 ? handshake(1) : encodeKeepAlive(), at);
      await scene.world.run(1);
    }
    await scene.do(recorder.close());
    expect(scene.errors).toMatchObject([{ code: "console.record-full" }]);
    expect(scene.host.disk.get(PATH)?.length).toBeLessThanOrEqual(1_000);
    expect((await scene.read()).events.length).toBeGreaterThan(2);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "has every line on disk when it is closed, also one that is added %i turns after another was written",
    async (turns) => {
      const written: string[] = [];
      const file = {
        truncate: () => Promise.resolve(),
        sync: () => Promise.resolve(),
        close: () => Promise.resolve(),
        write: (bytes: Uint8Array) => Promise.resolve(void written.push(new TextDecoder().decode(bytes))),
      };
      const tape = new Tape({ now: () => 0 });
      const recorder = await Recorder.open({
        files: { open: () => Promise.resolve(file) } as unknown as Files,
        path: PATH,
        tape,
        kind: "session",
        startedAt: 0,
        infoHash: undefined,
        onError: (error) => expect.unreachable(error.message),
      });
      tape.learned(play.metainfo);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      tape.learned(play.metainfo);
      await recorder.close();
      tape.learned(play.metainfo);
      expect(written.join("").split("\n")).toHaveLength(4);
      await recorder.close();
    },
  );

  it("contains the messages as text for a reader of the file", async () => {
    const scene = new Scene();
    const recorder = await scene.record();
    scene.contact().conversation.receive("out", concatBytes([handshake(1), encodeRequest(3, 0, 16_384)]), 12.5);
    await scene.do(recorder.close());
    const [, , line = ""] = new TextDecoder().decode(scene.host.disk.get(PATH)).split("\n");
    expect(JSON.parse(line)).toEqual({
      event: "bytes",
      at: 12.5,
      peer: 1,
      way: "out",
      says: [expect.stringContaining("handshake") as string, "request piece 3, 16384 bytes from 0"],
      base64: expect.any(String) as string,
    });
  });
});

describe("readRecording", () => {
  const header = '{"format":"millrace-session","version":1,"kind":"session","startedAt":5}';
  const peer = '{"event":"peer","at":0,"peer":1,"address":"10.0.0.2:1","direction":"incoming"}';
  const read = (text: string | Uint8Array): Promise<Recording> => {
    const scene = new Scene();
    scene.host.disk.put(PATH, typeof text === "string" ? utf8(text) : text);
    return scene.read();
  };

  it("reads a recording that was cut off anywhere, except for its last line", async () => {
    const scene = new Scene();
    const recorder = await scene.record();
    scene.learn();
    const { conversation } = scene.contact();
    for (const [way, bytes] of Object.entries(streams())) conversation.receive(way === "out" ? "out" : "in", bytes, 1);
    await scene.do(recorder.close());
    const whole = scene.host.disk.get(PATH) ?? new Uint8Array();
    const { events } = await scene.read();
    const firstLine = whole.indexOf(10);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: firstLine + 1, max: whole.length }), async (length) => {
        const part = whole.slice(0, length);
        const cut = await read(part);
        const lines = part.filter((byte) => byte === 10).length;
        // A line of which only the end is missing is whole all the same.
        expect(cut.events.length - (lines - 1)).toBe(part.at(-1) !== 10 && whole[length] === 10 ? 1 : 0);
        expect(cut.isCut).toBe(part.at(-1) !== 10 && whole[length] !== 10);
        expect(cut.events).toEqual(events.slice(0, cut.events.length));
      }),
    );
    await expect(read(whole.slice(0, firstLine - 1))).rejects.toThrow(InputError);
  });

  it("reads many lines, for any chunks of the disk", async () => {
    const count = 20_000;
    const line = (at: number): string =>
      `{"event":"bytes","at":${at},"peer":1,"way":"out","base64":"${"AAAA".repeat(at % 7)}"}\n`;
    const { events } = await read(`${header}\n${peer}\n${Array.from({ length: count }, (_, at) => line(at)).join("")}`);
    expect(events).toHaveLength(count + 1);
    expect(events.at(-1)).toMatchObject({ at: count - 1, bytes: new Uint8Array(3 * ((count - 1) % 7)) });
  });

  it.each([
    ["nothing", "", /is empty/],
    ["another file", "hello\n", /line 1: this is not a recording/],
    ["other JSON", '{"a":1}\n', /line 1: this is not a recording/],
    ["a later version", '{"format":"millrace-session","version":2}\n', /line 1: a recording of version 2/],
    ["a line in the middle that is no JSON", `${header}\n{"event":\n${peer}\n`, /line 2: not a line of JSON/],
    ["an event that there is not", `${header}\n{"event":"dance","at":1}\n`, /line 2: event must be one of/],
    [
      "an invalid time",
      `${header}\n${peer}\n{"event":"bytes","at":-1,"peer":1,"way":"in","base64":""}\n`,
      /line 3: at must be a number/,
    ],
    [
      "an unknown peer",
      `${header}\n{"event":"bytes","at":1,"peer":7,"way":"in","base64":""}\n`,
      /line 2: peer 7 has no earlier event/,
    ],
    ["a peer told of twice", `${header}\n${peer}\n${peer}\n`, /line 3: peer 1 occurs twice/],
    ["half a peer", `${header}\n${peer.replace('"peer":1', '"peer":1.5')}\n`, /line 2: peer is not a whole number/],
    [
      "bytes that are not base64",
      `${header}\n${peer}\n{"event":"bytes","at":1,"peer":1,"way":"in","base64":"a?=="}\n`,
      /line 3: base64 is not base64/,
    ],
    [
      "too many bytes at once",
      `${header}\n${peer}\n{"event":"bytes","at":1,"peer":1,"way":"in","base64":"${"AAAA".repeat(1_400_000)}"}\n`,
      /line 3: 4200000 bytes in one event; at most 4194304 are allowed/,
    ],
    [
      "a reason that is too long",
      `${header}\n${peer}\n{"event":"closed","at":1,"peer":1,"way":"in","why":"${"x".repeat(10_001)}"}\n`,
      /line 3: why has 10001 characters/,
    ],
    [
      "an unknown direction",
      `${header}\n${peer}\n{"event":"closed","at":1,"peer":1,"way":"up","why":""}\n`,
      /line 3: way must be one of out, in/,
    ],
    ["a torrent that is none", `${header}\n{"event":"torrent","at":1,"info":"ZGU="}\n`, /line 2: /],
    [
      "an invalid info-hash",
      '{"format":"millrace-session","version":1,"kind":"session","startedAt":5,"infoHash":"xyz"}\n',
      /line 1: /,
    ],
  ])("rejects %s with the reason and the line", async (_what, text, message) => {
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: "console.recording", message: expect.stringMatching(message) as string });
  });

  it("throws only its own errors, for any content of the file", async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("bytes", "peer", "torrent", "in", "out", "closed", 1));
    const line = fc
      .dictionary(
        fc.constantFrom("event", "at", "peer", "way", "base64", "why", "info", "address", "direction", "peers"),
        value,
      )
      .map((object) => JSON.stringify(object));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(line, fc.string(), fc.constant(peer))), async (lines) => {
        const outcome = await read(`${header}\n${lines.join("\n")}\n`).then(
          (recording) => {
            new Replay(recording, { linter }).end();
            return "read";
          },
          (thrown: unknown) => errorCode(thrown),
        );
        expect(["read", "console.recording"]).toContain(outcome);
      }),
    );
  });
});
