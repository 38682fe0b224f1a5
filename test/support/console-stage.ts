import { afterEach } from "vitest";
import { createLinter } from "../../src/console/lint/index.ts";
import { ConsoleSession, type SessionOptions } from "../../src/console/session/session.ts";
import type { ConsolePeer } from "../../src/console/session/peer/peer.ts";
import { magnetOf } from "../../src/metainfo/index.ts";
import type { SimHost } from "../../src/sim/index.ts";
import { ScriptedPeer } from "./scripted-peer.ts";
import { makePlay, Stage, type Play } from "./stage.ts";

/** Bytes of a block, and of a piece. */
export const BLOCK = 16_384;
export const PIECE = 65_536;
export const PIECES = 16;
/** Blocks of the torrent: the last piece has two, of which the last is short. */
export const BLOCKS = (PIECES - 1) * 4 + 2;
/** Where the session listens. */
export const HOME = "10.0.0.1";

let play: Play | undefined;
const open = new Set<ConsoleStage>();

afterEach(async () => {
  for (const stage of open) await stage.close();
  open.clear();
});

/**
 * A console session among simulated peers. It is closed after the test, which then checks that nothing is left open.
 */
export class ConsoleStage {
  readonly stage: Stage;
  readonly host: SimHost;
  readonly session: ConsoleSession;
  /** The bytes of the torrent. */
  readonly data: Uint8Array;

  private constructor(stage: Stage, host: SimHost, session: ConsoleSession, data: Uint8Array) {
    this.stage = stage;
    this.host = host;
    this.session = session;
    this.data = data;
    open.add(this);
  }

  /** `seeding`: the session has all pieces. `magnet`: it lacks the metadata. `line`: of the session's host. */
  static async begin(
    options: Partial<SessionOptions> & {
      readonly seeding?: boolean;
      readonly magnet?: boolean;
      readonly line?: { up?: number; down?: number };
    } = {},
  ): Promise<ConsoleStage> {
    play ??= await makePlay({ "a.bin": (PIECES - 1) * PIECE + BLOCK + 1_000 });
    const data = play.files.get("a.bin") ?? new Uint8Array();
    const { seeding = false, magnet = false, line, ...rest } = options;
    const stage = new Stage(play);
    const host = stage.world.host(HOME, line ?? {});
    if (seeding) host.disk.put("/data/a.bin", data);
    const given = {
      runtime: host.runtime,
      source: magnet ? magnetOf(play.metainfo) : play.metainfo,
      clientName: "Test",
      linter: () => createLinter(),
      ...(seeding ? { folder: "/data" } : {}),
      ...rest,
    };
    const session = await stage.world.settled(ConsoleSession.open(given), 10_000);
    await stage.world.settled(session.accept({ ports: { first: 6881, last: 6881 } }), 1_000);
    return new ConsoleStage(stage, host, session, data);
  }

  get play(): Play {
    return this.stage.play;
  }

  run(ms: number): Promise<void> {
    return this.stage.world.run(ms);
  }

  until(isSo: () => boolean, maxMs = 10_000): Promise<boolean> {
    return this.stage.world.until(isSo, maxMs);
  }

  wait<T>(promise: Promise<T> | undefined): Promise<T> {
    return this.stage.world.settled(promise ?? Promise.reject(new Error("nothing to wait for")), 60_000);
  }

  /** A scripted peer, and the session's view of it. */
  async meet(
    ip: string,
    options: { fast?: boolean; extended?: boolean } = {},
  ): Promise<{ readonly far: ScriptedPeer; readonly near: ConsolePeer }> {
    const far = new ScriptedPeer(this.stage.world.host(ip).runtime, this.play);
    const { peers } = this.session;
    const count = peers.length;
    await this.wait(far.dial(HOME, options));
    await this.until(() => peers.length > count && peers.last?.conversation.sides.out.handshake !== undefined);
    const near = peers.last;
    if (near === undefined) throw new Error("no peer connected");
    return { far, near };
  }

  /** A real client that seeds, and the session's contact with it. */
  async seed(ip: string, line: { up?: number } = {}): Promise<ConsolePeer> {
    await this.stage.seeder(ip, line);
    return this.wait(this.session.contact(ip, 6881));
  }

  /** Downloaded bytes of unfinished and finished pieces. */
  get received(): number {
    let sum = 0;
    for (let piece = 0; piece < PIECES; piece++) sum += this.session.content.pieces?.received(piece) ?? 0;
    return sum;
  }

  logged(text: string): boolean {
    return this.session.log.some((line) => line.text.includes(text));
  }

  /** Waits until the engine has completed the download. Returns whether every byte is right. */
  async completes(): Promise<boolean> {
    if (!(await this.until(() => this.logged("the download is complete"), 120_000))) return false;
    const { pieces } = this.session.content;
    const parts: Uint8Array[] = [];
    for (let piece = 0; piece < PIECES; piece++) parts.push(await this.wait(pieces?.piece(piece).read()));
    return pieces?.have.isFull === true && Buffer.compare(Buffer.concat(parts), this.data) === 0;
  }

  async close(): Promise<void> {
    const faults = this.session.peers.flatMap(ourFaults);
    if (faults.length > 0) throw new Error(`we broke rules:\n${faults.join("\n")}`);
    await this.wait(this.session.close());
    const { timers, sockets, listeners } = this.host;
    if (timers + sockets + listeners > 0)
      throw new Error(`the session left ${timers} timers, ${sockets} sockets and ${listeners} listeners behind`);
    await this.stage.close();
  }
}

/** The linter's findings about our side: `RULE: TEXT`. */
export function ourFaults(peer: ConsolePeer): string[] {
  return peer.findings
    .filter(({ way, severity }) => way === "out" && severity === "fault")
    .map(({ rule, text }) => `${rule}: ${text}`);
}

/** Replies to each request while `goesOn` returns true. */
export function serve(far: ScriptedPeer, goesOn: () => boolean = () => true): void {
  far.onMessage = (message) => {
    if (message.type === "request" && goesOn()) far.deliver(message.piece, message.begin, message.length);
  };
}

/** The requests that a peer received, in order: `PIECE:BEGIN`. */
export function asked(peer: ConsolePeer): string[] {
  return peer.timeline.flatMap((entry) =>
    entry.way === "out" && entry.type === "request" ? [`${entry.piece}:${entry.begin}`] : [],
  );
}
