import { describe, expect, it } from "vitest";
import { AbortError, ipPeer, NetworkError } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { digest } from "../../test/support/stage.ts";
import { Connector } from "./connector.ts";
import { DIAL_AFTER_REFUSAL_MS, DIAL_STAGGER_MS } from "./limits.ts";
import type { Connection, DialOptions, Transport, TransportKind } from "./transport.ts";

const PEER = ipPeer({ ip: "10.0.0.2", port: 6881 });

/** A transport that notes its dials, each of which ends as the test says. */
class FakeTransport implements Transport {
  readonly kind: TransportKind;
  readonly dials: { readonly at: number; readonly options: DialOptions }[] = [];
  destroyed = 0;
  readonly #now: () => number;
  readonly #after: (ms: number, run: () => void) => void;
  /** The time until the reply, and the error; no error: it connects. */
  reply: { readonly ms: number; readonly code?: string } = { ms: 10 };

  constructor(kind: TransportKind, clock: { now(): number; after(ms: number, run: () => void): unknown }) {
    this.kind = kind;
    this.#now = () => clock.now();
    this.#after = (ms, run) => void clock.after(ms, run);
  }

  canDial(): boolean {
    return true;
  }

  dial(_address: unknown, options: DialOptions): Promise<Connection> {
    this.dials.push({ at: this.#now(), options });
    const { ms, code } = this.reply;
    return new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(new AbortError()));
      this.#after(Math.min(ms, options.timeoutMs), () => {
        if (ms > options.timeoutMs) reject(new NetworkError("net.timeout", "late"));
        else if (code !== undefined) reject(new NetworkError(code, "no"));
        else resolve({ kind: this.kind, destroy: () => void this.destroyed++ } as unknown as Connection);
      });
    });
  }

  listen(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function stage() {
  const world = simWorld({ digest });
  const { clock } = world.host("10.0.0.1").runtime;
  const [tcp, utp] = [new FakeTransport("tcp", clock), new FakeTransport("utp", clock)];
  const connector = new Connector(clock, [tcp, utp]);
  const dial = async (signal = new AbortController().signal, timeoutMs = 8_000) =>
    (await world.settled(connector.dial(PEER, { signal, timeoutMs }), 60_000)).kind;
  return { world, tcp, utp, connector, dial };
}

describe("Connector with two transports", () => {
  it("dials by the first one only, when it connects soon", async () => {
    const { world, utp, dial } = stage();
    expect(await dial()).toBe("tcp");
    await world.run(10_000);
    expect(utp.dials).toEqual([]);
  });

  it("dials by the second one after a while, and aborts the loser", async () => {
    const { tcp, utp, dial } = stage();
    tcp.reply = { ms: Infinity };
    expect(await dial()).toBe("utp");
    expect(utp.dials[0]?.at).toBe(DIAL_STAGGER_MS);
    expect(tcp.dials[0]?.options.signal.aborted).toBe(true);
  });

  it("dials by the second one at once when the first is refused, for a shorter time", async () => {
    const { tcp, utp, dial, world } = stage();
    tcp.reply = { ms: 10, code: "net.refused" };
    expect(await dial()).toBe("utp");
    expect(utp.dials[0]?.at).toBe(10);
    utp.reply = { ms: Infinity };
    const begin = world.now;
    // It begins with the transport that connected last, and then has the whole time.
    await expect(dial()).rejects.toMatchObject({ code: "net.refused" });
    expect(world.now - begin).toBe(8_000);
    const other = stage();
    other.tcp.reply = { ms: 10, code: "net.refused" };
    other.utp.reply = { ms: Infinity };
    await expect(other.dial()).rejects.toMatchObject({ code: "net.refused" });
    expect(other.world.now).toBe(10 + DIAL_AFTER_REFUSAL_MS);
  });

  it("begins with the transport that a peer is said to support, or by which it was reached", async () => {
    const { tcp, utp, connector, dial } = stage();
    connector.prefer(PEER, "utp");
    expect([await dial(), tcp.dials.length]).toEqual(["utp", 0]);
    utp.reply = { ms: 10, code: "net.refused" };
    expect([await dial(), tcp.dials.length]).toEqual(["tcp", 1]);
    expect([await dial(), utp.dials.length]).toEqual(["tcp", 2]);
    utp.reply = { ms: 10 };
    // A peer may accept connections of a transport only to close them.
    connector.failed(PEER, "tcp");
    expect(await dial()).toBe("utp");
  });

  it("destroys a connection that comes too late, and ends when it is aborted", async () => {
    const { world, tcp, utp, dial } = stage();
    // A transport that does not notice the abort.
    const late: Promise<Connection> = new Promise((resolve) => {
      world.host("10.0.0.9").runtime.clock.after(2_000, () => {
        resolve({ kind: "tcp", destroy: () => void tcp.destroyed++ } as unknown as Connection);
      });
    });
    tcp.dial = () => late;
    expect(await dial()).toBe("utp");
    await world.run(3_000);
    expect([tcp.destroyed, utp.destroyed]).toEqual([1, 0]);
    const abort = new AbortController();
    tcp.dial = () => new Promise(() => undefined);
    const dialing = dial(abort.signal);
    abort.abort();
    await expect(dialing).rejects.toBeInstanceOf(AbortError);
  });
});
