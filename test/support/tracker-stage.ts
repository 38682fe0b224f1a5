import type { Endpoint } from "../../src/base/index.ts";
import type { BInput } from "../../src/bencode/index.ts";
import { encode } from "../../src/bencode/index.ts";
import type { TrackerSessionOptions, TrackerStatus } from "../../src/tracker/index.ts";
import { TrackerSession } from "../../src/tracker/index.ts";
import { FakeHost, INFO_HASH, orderlyRandom, PEER_ID } from "./tracker-fakes.ts";

export interface Announced {
  readonly host: string;
  readonly event: string | undefined;
  readonly url: URL;
}

/**
 * A tracker session among fake trackers. `answers` has the reply of each host: a dictionary, an error, or nothing for
 * silence.
 */
export class Stage {
  readonly host: FakeHost;
  readonly session: TrackerSession;
  readonly peers: [string, readonly Endpoint[]][] = [];
  readonly statuses: TrackerStatus[] = [];
  answers: Record<string, BInput | Error | undefined> = {};
  left = 100;
  port = 6881;

  constructor(tiers: string[], options: Partial<TrackerSessionOptions> = {}, host = new FakeHost(orderlyRandom)) {
    this.host = host;
    this.host.onHttp = (request) => {
      const answer = this.answers[new URL(request.url).hostname];
      if (answer instanceof Error) throw answer;
      return answer === undefined ? new Promise<never>(() => undefined) : encode(answer);
    };
    this.session = new TrackerSession(this.host, {
      tiers: tiers.map((tier) =>
        tier.split(" ").map((name) => (name.includes(":") ? name : `http://${name}/announce`)),
      ),
      infoHash: INFO_HASH,
      peerId: PEER_ID,
      key: 1,
      port: () => this.port,
      stats: () => ({ uploaded: 1, downloaded: 2, left: this.left }),
      numWant: () => 50,
      userAgent: "test/1",
      onPeers: (peers, source) => this.peers.push([source, peers]),
      onStatus: (status) => this.statuses.push(status),
      ...options,
    });
  }

  get announced(): Announced[] {
    return this.host.requests.map((request) => {
      const url = new URL(request.url);
      return { host: url.hostname, event: url.searchParams.get("event") ?? undefined, url };
    });
  }

  /** The announces in order, as `a:started b b:stopped`: host and event. */
  get told(): string {
    return this.announced.map(({ host, event }) => (event === undefined ? host : `${host}:${event}`)).join(" ");
  }

  states(): string {
    return this.session
      .status()
      .map((status) => `${new URL(status.url).hostname}=${status.state.kind}`)
      .join(" ");
  }
}

export const OK = { interval: 1800, peers: Uint8Array.of(1, 2, 3, 4, 0, 5), complete: 3, incomplete: 4, downloaded: 5 };
export const DOWN = new Error("connection refused");
