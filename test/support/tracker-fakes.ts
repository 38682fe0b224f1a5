import type { Endpoint } from "../../src/base/index.ts";
import { formatEndpoint, InfoHash, PeerId } from "../../src/base/index.ts";
import type { BindOptions, Clock, HttpReply, HttpRequest, Random, Timer } from "../../src/runtime/index.ts";
import { silentLog } from "../../src/runtime/index.ts";
import type { ServerHost, TrackerHost } from "../../src/tracker/index.ts";

/** A clock that moves only when a test advances it. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now + 1_700_000_000_000;
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { at: this.#now + ms, run: callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  every(ms: number, callback: () => void): Timer {
    let current: Timer;
    const arm = (): void => {
      current = this.after(ms, () => {
        arm();
        callback();
      });
    };
    arm();
    return { cancel: () => current.cancel() };
  }

  soon(callback: () => void): void {
    this.after(0, callback);
  }

  /** The number of pending timers. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer, or `undefined`. */
  get next(): number | undefined {
    const times = [...this.#timers].map((timer) => timer.at - this.#now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Settles promises, then advances the time. Timers run in order, each at its time, with promises settled in between.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = end;
  }
}

/** Resolves when all pending promise callbacks have run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 40; i++) await Promise.resolve();
}

/** A random generator with a seed: the same values in every run. */
export function seededRandom(seed = 1): Random {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
    below: (limit) => Math.floor(next() * limit),
  };
}

/** Randomness that keeps the order of lists: `shuffle` swaps each item with itself. */
export const orderlyRandom: Random = { bytes: (length) => new Uint8Array(length).fill(7), below: (limit) => limit - 1 };

/** A datagram that was sent through {@link FakeNetwork}. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly to: Endpoint;
  readonly reply: (bytes: Uint8Array, from?: Endpoint) => void;
}

export type HttpAnswer = (request: HttpRequest) => Promise<HttpReply | Uint8Array> | HttpReply | Uint8Array;

/** A host whose network is scripted by the test. */
export class FakeHost implements TrackerHost, ServerHost {
  readonly log = silentLog;
  readonly clock = new FakeClock();
  readonly random: Random;
  /** All sent datagrams. */
  readonly sent: Sent[] = [];
  /** URLs of the HTTP requests. */
  readonly requests: HttpRequest[] = [];
  onDatagram: (sent: Sent) => void = () => undefined;
  onHttp: HttpAnswer = () => new Promise<never>(() => undefined);
  names: Record<string, string[]> = {};
  openSockets = 0;
  binds: string[] = [];

  constructor(random: Random = seededRandom()) {
    this.random = random;
  }

  readonly http: TrackerHost["http"] = {
    get: async (request) => {
      this.requests.push(request);
      const aborted = new Promise<never>((_resolve, reject) => {
        request.signal?.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      });
      aborted.catch(() => undefined);
      const answer = await Promise.race([this.onHttp(request), aborted]);
      return answer instanceof Uint8Array ? { status: 200, headers: {}, body: answer, url: request.url } : answer;
    },
    session: () => {
      throw new Error("not here");
    },
    close: () => Promise.resolve(),
  };

  readonly httpServers: ServerHost["httpServers"] = { serve: () => Promise.reject(new Error("not here")) };

  readonly net: TrackerHost["net"] = {
    connect: () => Promise.reject(new Error("not here")),
    listen: () => Promise.reject(new Error("not here")),
    resolve: (host) => Promise.resolve(this.names[host] ?? [host]),
  };

  readonly datagrams: TrackerHost["datagrams"] = {
    bind: (options: BindOptions) => {
      this.openSockets++;
      this.binds.push(options.ip);
      let open = true;
      return Promise.resolve({
        local: { ip: options.ip, port: 50_000 },
        receiveBufferBytes: 0,
        send: (bytes: Uint8Array, to: Endpoint) => {
          const sent = {
            bytes: bytes.slice(),
            to,
            reply: (reply: Uint8Array, from: Endpoint = to) => (open ? options.onDatagram(reply, from) : undefined),
          };
          this.sent.push(sent);
          this.onDatagram(sent);
        },
        close: () => {
          if (open) this.openSockets--;
          open = false;
          return Promise.resolve();
        },
      });
    },
  };

  /** Addresses to which datagrams went, in order. */
  get sentTo(): string[] {
    return this.sent.map((sent) => formatEndpoint(sent.to));
  }
}

export const INFO_HASH = InfoHash.fromBytes(Uint8Array.from({ length: 20 }, (_, index) => index * 13));
export const PEER_ID = PeerId.fromBytes(
  Uint8Array.from("-MR0001-abcdefghijkl", (character) => character.charCodeAt(0)),
);
