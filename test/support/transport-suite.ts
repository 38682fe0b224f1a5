import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AbortError, NetworkError, type Endpoint, type PeerAddress } from "../../src/base/index.ts";
import type { SocketHandlers } from "../../src/runtime/index.ts";
import type { Connection, Transport } from "../../src/transport/index.ts";
import { noise } from "./stage.ts";

const MIB = 1024 * 1024;
/** Connections that are opened and closed to check that nothing is left. */
const MANY = 10_000;
const AT_ONCE = 100;
const TIMEOUT_MS = 10_000;

/** Two ends of a transport under test. */
export interface TransportStage {
  readonly dialer: Transport;
  readonly listener: Transport;
  /** The address at which the dialer reaches the listener, which listens at `local`. */
  address(local: Endpoint | undefined): PeerAddress;
  /** An address without a listener. */
  readonly nowhere: PeerAddress;
  /** Awaits `promise` while the world runs. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** The number of open connections, both ends counted. */
  open(): number | Promise<number>;
  close(): Promise<void>;
}

/** One end of a connection, and the bytes that it has received. */
class End {
  readonly connection: Connection;
  received = 0;
  readonly #sum = createHash("sha1");
  drains = 0;
  readonly closed: Promise<Error | undefined>;
  #onNews: () => void = () => undefined;

  constructor(connection: Connection, handOver = false) {
    this.connection = connection;
    this.closed = new Promise((resolve) => {
      const handlers: SocketHandlers = {
        onData: (chunk) => {
          this.received += chunk.length;
          this.#sum.update(chunk);
          this.#onNews();
        },
        onDrain: () => {
          this.drains++;
          this.#onNews();
        },
        onClose: resolve,
      };
      if (handOver) connection.handOver(handlers);
      else connection.start(handlers);
    });
  }

  get digest(): string {
    return this.#sum.copy().digest("hex");
  }

  /** Resolves when `isSo` returns true; it is called at each event. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#onNews = resolve;
      });
    }
  }
}

const digestOf = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** Tests that every transport must pass. */
export function transportSuite(name: string, make: () => Promise<TransportStage>): void {
  describe(`${name} as a transport`, () => {
    let stage: TransportStage;
    let at: PeerAddress;
    let incoming: (connection: Connection) => void;

    beforeEach(async () => {
      stage = await make();
      incoming = (connection) => connection.destroy();
      at = stage.address(await stage.settle(stage.listener.listen((connection) => incoming(connection))));
    });
    afterEach(async () => {
      await stage.settle(Promise.all([stage.dialer.close(), stage.listener.close()]));
      await stage.close();
    });

    const dial = (address = at, signal = new AbortController().signal): Promise<Connection> =>
      stage.dialer.dial(address, { signal, timeoutMs: TIMEOUT_MS });
    const connect = (): Promise<[Connection, Connection]> => {
      const accepted = new Promise<Connection>((resolve) => {
        incoming = resolve;
      });
      return stage.settle(Promise.all([dial(), accepted]));
    };
    const pair = async (): Promise<[End, End]> => {
      const [one, other] = await connect();
      return [new End(one), new End(other)];
    };

    it("carries bytes both ways, in order", async () => {
      const [one, other] = await pair();
      const [there, back] = [noise(3 * MIB, 3), noise(2 * MIB, 5)];
      for (let from = 0; from < there.length; from += 50_000) one.connection.write(there.subarray(from, from + 50_000));
      other.connection.write(back);
      await stage.settle(
        Promise.all([other.until(() => other.received >= there.length), one.until(() => one.received >= back.length)]),
      );
      expect([other.digest, one.digest]).toEqual([digestOf(there), digestOf(back)]);
      one.connection.destroy();
      await stage.settle(Promise.all([one.closed, other.closed]));
    });

    it("returns the addresses and the kind of a connection", async () => {
      const [one, other] = await pair();
      expect([one.connection.kind, other.connection.kind]).toEqual([stage.dialer.kind, stage.listener.kind]);
      expect(one.connection.address).toEqual(at);
      expect(one.connection.isEncrypted).toBe(other.connection.isEncrypted);
      one.connection.destroy();
      await stage.settle(Promise.all([one.closed, other.closed]));
    });

    it("holds back a writer whose reader pauses, and calls onDrain when it may write again", async () => {
      const [one, other] = await pair();
      other.connection.pause();
      const chunk = noise(MIB);
      let written = 0;
      while (written < 64 && one.connection.write(chunk)) written++;
      expect(written).toBeLessThan(64);
      expect(one.connection.queuedBytes).toBeGreaterThan(0);
      const before = other.received;
      other.connection.resume();
      await stage.settle(
        Promise.all([one.until(() => one.drains > 0), other.until(() => other.received >= (written + 1) * MIB)]),
      );
      expect(before).toBeLessThan(2 * MIB);
      expect(one.connection.queuedBytes).toBe(0);
      one.connection.destroy();
      await stage.settle(Promise.all([one.closed, other.closed]));
    });

    it("delivers the queued bytes, and then the end, to both sides without an error", async () => {
      const [one, other] = await pair();
      const bytes = noise(2 * MIB);
      one.connection.write(bytes);
      one.connection.end();
      const errors = await stage.settle(Promise.all([other.closed, one.closed]));
      expect([other.digest, errors]).toEqual([digestOf(bytes), [undefined, undefined]]);
    });

    it("reports each write when it was flushed, also when the connection ended first", async () => {
      const [one, other] = await pair();
      await stage.settle(
        new Promise<void>((resolve) => {
          one.connection.write(noise(1_000), () => resolve());
        }),
      );
      other.connection.pause();
      const failed = new Promise<unknown>((resolve) => {
        one.connection.write(noise(32 * MIB), resolve);
      });
      one.connection.destroy();
      await stage.settle(one.closed);
      await stage.settle(failed);
      let isTaken = true;
      const late = new Promise<unknown>((resolve) => {
        isTaken = one.connection.write(noise(10), resolve);
      });
      await stage.settle(late);
      expect(isTaken).toBe(false);
      other.connection.destroy();
      await stage.settle(other.closed);
    });

    it("hands a connection over without losing a byte", async () => {
      const [one, accepted] = await connect();
      const sender = new End(one);
      const first = new End(accepted);
      const bytes = noise(4 * MIB);
      for (let from = 0; from < bytes.length; from += 100_000)
        sender.connection.write(bytes.subarray(from, from + 100_000));
      await stage.settle(first.until(() => first.received > 0));
      const second = new End(accepted, true);
      await stage.settle(second.until(() => first.received + second.received >= bytes.length));
      expect(second.digest).toBe(digestOf(bytes.subarray(first.received)));
      one.destroy();
      await stage.settle(Promise.all([sender.closed, second.closed]));
    });

    it("rejects a dial without a listener, and to an address that it cannot dial", async () => {
      await expect(stage.settle(dial(stage.nowhere))).rejects.toBeInstanceOf(NetworkError);
      const foreign: PeerAddress = { kind: "webrtc", id: "00" };
      expect([stage.dialer.canDial(at), stage.dialer.canDial(foreign)]).toEqual([true, false]);
      await expect(stage.settle(dial(foreign))).rejects.toMatchObject({ code: "net.unreachable" });
    });

    it("rejects a dial that is aborted, before and during it", async () => {
      await expect(stage.settle(dial(at, AbortSignal.abort()))).rejects.toBeInstanceOf(AbortError);
      const abort = new AbortController();
      const dialing = dial(at, abort.signal);
      abort.abort();
      await expect(stage.settle(dialing)).rejects.toBeInstanceOf(AbortError);
    });

    it("accepts no more connections after close, and keeps the open ones", async () => {
      const [one, other] = await pair();
      await stage.settle(stage.listener.close());
      await expect(stage.settle(dial())).rejects.toBeInstanceOf(NetworkError);
      one.connection.write(noise(1_000));
      await stage.settle(other.until(() => other.received === 1_000));
      one.connection.destroy();
      await stage.settle(Promise.all([one.closed, other.closed]));
    });

    it(`leaves nothing behind of ${MANY} connections`, { timeout: 120_000 }, async () => {
      incoming = (connection) => void new End(connection);
      for (let done = 0; done < MANY; done += AT_ONCE) {
        const ends = (await stage.settle(Promise.all(Array.from({ length: AT_ONCE }, () => dial())))).map(
          (connection) => new End(connection),
        );
        // Closed in every way.
        for (const [index, { connection }] of ends.entries()) {
          if (index % 2 === 0) connection.write(noise(100));
          if (index % 3 === 0) connection.end();
          else connection.destroy();
        }
        await stage.settle(Promise.all(ends.map(({ closed }) => closed)));
      }
      expect(await stage.open()).toBe(0);
    });
  });
}
