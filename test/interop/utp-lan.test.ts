import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { eventually, type Program } from "../support/process.ts";
import { because } from "../support/programs.ts";

const BITS = 20_000_000;

interface Told {
  readonly port: number;
  readonly received: number;
  readonly sha256: string | undefined;
}

/** A program of `test/support` on a host, and what it has told last. */
class End {
  readonly #program: Program;
  #told: Partial<Told> = {};

  constructor(host: LanHost, script: string, job: object) {
    const path = fileURLToPath(new URL(`../support/${script}`, import.meta.url));
    this.#program = host.run(process.execPath, [path, JSON.stringify({ ip: host.ip, ...job })]);
    this.#program.lines((line) => {
      this.#told = { ...this.#told, ...(JSON.parse(line) as Partial<Told>) };
    });
  }

  get received(): number {
    return this.#told.received ?? 0;
  }

  async port(): Promise<number> {
    return this.#until("the program listens", ({ port }) => port);
  }

  async sha256(): Promise<string> {
    return this.#until("the flow is complete", ({ sha256 }) => sha256);
  }

  #until<T>(what: string, read: (told: Partial<Told>) => T | undefined): Promise<T> {
    return eventually(what, () => {
      if (this.#program.hasExited && read(this.#told) === undefined) throw this.#program.failure("ended");
      return read(this.#told);
    });
  }
}

const receive = (host: LanHost, kind: "utp" | "tcp"): End => new End(host, "utp-flow.mjs", { kind });
const send = (host: LanHost, kind: "utp" | "tcp", to: object, bytes?: number): End =>
  new End(host, "utp-flow.mjs", { kind, to, bytes });

describe.skipIf(lackingLan.length > 0)(`uTP between hosts${because(lackingLan)}`, () => {
  it("carries data unchanged over a round trip of 200 ms with 1 % loss", async () => {
    const lan = new Lan();
    const [near, router, far] = [lan.host(), lan.host(), lan.host()];
    const receiver = receive(far, "utp");
    const to = { ip: far.ip, port: await receiver.port() };
    const relay = new End(router, "udp-relay.mjs", { to, delayMs: 100, loss: 0.01 });
    const sender = send(near, "utp", { ip: router.ip, port: await relay.port() }, 3_000_000);
    const [sent, received] = await Promise.all([sender.sha256(), receiver.sha256()]);
    expect([received, receiver.received]).toEqual([sent, 3_000_000]);
  });

  it("yields to TCP on a slow link", async () => {
    const lan = new Lan();
    const [near, far] = [lan.host(), lan.host()];
    lan.slow(far, { bits: BITS, queueMs: 100 });
    const [utp, tcp] = [receive(far, "utp"), receive(far, "tcp")];
    send(near, "utp", { ip: far.ip, port: await utp.port() });
    await eventually("uTP uses the link", () => utp.received > 4_000_000);
    send(near, "tcp", { ip: far.ip, port: await tcp.port() });
    await eventually("TCP has begun", () => tcp.received > 4_000_000);
    const before = { utp: utp.received, tcp: tcp.received };
    await eventually("both have gone on", () => utp.received + tcp.received > before.utp + before.tcp + 10_000_000);
    const [byUtp, byTcp] = [utp.received - before.utp, tcp.received - before.tcp];
    expect(byUtp / (byUtp + byTcp)).toBeLessThan(0.5);
  });
});
