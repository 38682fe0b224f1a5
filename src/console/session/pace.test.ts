import { describe, expect, it } from "vitest";
import type { Clock, SocketHandlers } from "../../runtime/index.ts";
import type { Connection } from "../../transport/index.ts";
import { ipPeer } from "../../base/index.ts";
import { MAX_TURN_MS, PACE_BYTES } from "../limits.ts";
import { Pace, PacedConnection } from "./pace.ts";

/** A clock that stands still but when it is told, and calls back when it is told. */
class FakeClock implements Clock {
  time = 0;
  readonly soons: (() => void)[] = [];
  now(): number {
    return this.time;
  }
  wallTime(): number {
    return this.time;
  }
  after(): { cancel(): void } {
    return { cancel: () => undefined };
  }
  every(): { cancel(): void } {
    return { cancel: () => undefined };
  }
  soon(callback: () => void): void {
    this.soons.push(callback);
  }
  turn(): void {
    for (const callback of this.soons.splice(0)) callback();
  }
}

class FakeSocket implements Connection {
  readonly kind = "tcp";
  readonly isEncrypted = false;
  readonly address = ipPeer({ ip: "127.0.0.1", port: 1 });
  readonly remote = { ip: "127.0.0.1", port: 1 };
  readonly local = { ip: "127.0.0.1", port: 2 };
  readonly queuedBytes = 0;
  isPaused = false;
  isDestroyed = false;
  handlers: SocketHandlers | undefined;
  start(handlers: SocketHandlers): void {
    this.handlers = handlers;
  }
  handOver(handlers: SocketHandlers): void {
    this.handlers = handlers;
  }
  write(): boolean {
    return true;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  destroy(): void {
    this.isDestroyed = true;
    this.handlers?.onClose(undefined);
  }
  end(): void {
    this.handlers?.onClose(undefined);
  }
}

/** A connection whose every part takes `cost` milliseconds to read. */
function begin(
  clock: FakeClock,
  pace: Pace,
  cost: number,
): { socket: FakeSocket; connection: PacedConnection; got: number[]; closes: number[] } {
  const socket = new FakeSocket();
  const connection = new PacedConnection(socket, pace);
  const got: number[] = [];
  const closes: number[] = [];
  connection.start({
    onData: (chunk) => {
      clock.time += cost;
      got.push(...chunk);
    },
    onDrain: () => undefined,
    onClose: () => closes.push(got.length),
  });
  return { socket, connection, got, closes };
}

const bytes = (parts: number): Uint8Array =>
  Uint8Array.from({ length: parts * PACE_BYTES }, (_, at) => Math.floor(at / 100) & 0xff);

describe("PacedConnection", () => {
  it("delivers data at once to a quick reader, and ends", () => {
    const clock = new FakeClock();
    const { socket, got, closes } = begin(clock, new Pace(clock), 0);
    socket.handlers?.onData(bytes(5));
    expect([got.length, socket.isPaused]).toEqual([5 * PACE_BYTES, false]);
    socket.handlers?.onClose(undefined);
    expect(closes).toEqual([got.length]);
  });

  it("delivers the rest in later turns, in order, reads nothing more until then, and ends after the last byte", () => {
    const clock = new FakeClock();
    const { socket, got, closes } = begin(clock, new Pace(clock), MAX_TURN_MS / 2);
    const all = bytes(7);
    const lent = all.slice();
    socket.handlers?.onData(lent);
    // The memory is used again.
    lent.fill(0xee);
    expect([got.length, socket.isPaused]).toEqual([2 * PACE_BYTES, true]);
    // What was on its way all the same.
    socket.handlers?.onData(Uint8Array.of(1, 2, 3));
    socket.handlers?.onClose(undefined);
    let turns = 0;
    while (closes.length === 0 && turns < 20) {
      clock.turn();
      turns++;
    }
    expect([turns, closes]).toEqual([3, [all.length + 3]]);
    expect(Buffer.from(got).equals(Buffer.concat([all, Uint8Array.of(1, 2, 3)]))).toBe(true);
    expect(clock.soons.length).toBeLessThanOrEqual(1);
    clock.turn();
    expect(clock.soons).toEqual([]);
  });

  it("shares a turn among connections", () => {
    const clock = new FakeClock();
    const pace = new Pace(clock);
    const [a, b] = [begin(clock, pace, MAX_TURN_MS), begin(clock, pace, MAX_TURN_MS)];
    a.socket.handlers?.onData(bytes(3));
    b.socket.handlers?.onData(bytes(3));
    const progress = [[a.got.length / PACE_BYTES, b.got.length / PACE_BYTES]];
    for (let turn = 0; turn < 5; turn++) {
      clock.turn();
      progress.push([a.got.length / PACE_BYTES, b.got.length / PACE_BYTES]);
    }
    expect(progress).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
    expect([a.socket.isPaused, b.socket.isPaused]).toEqual([false, false]);
  });

  it("delivers nothing while it is paused, and continues afterwards", () => {
    const clock = new FakeClock();
    const { socket, connection, got } = begin(clock, new Pace(clock), MAX_TURN_MS);
    socket.handlers?.onData(bytes(3));
    connection.pause();
    for (let turn = 0; turn < 3; turn++) clock.turn();
    expect(got.length).toBe(PACE_BYTES);
    connection.resume();
    for (let turn = 0; turn < 3; turn++) clock.turn();
    expect([got.length, socket.isPaused]).toEqual([3 * PACE_BYTES, false]);
  });

  it("drops the rest when it is destroyed, and reports the end once", () => {
    const clock = new FakeClock();
    const { socket, connection, got, closes } = begin(clock, new Pace(clock), MAX_TURN_MS);
    socket.handlers?.onData(bytes(3));
    connection.destroy();
    for (let turn = 0; turn < 3; turn++) clock.turn();
    expect([got.length, socket.isDestroyed, closes]).toEqual([PACE_BYTES, true, [PACE_BYTES]]);
  });
});
