import type { Millrace } from "../clients/millrace.ts";
import type { Bench } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { now } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { ShapedLink } from "../lib/shaped-link.ts";
import { sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";

const BITS = 50_000_000;
/** The part of the link's rate that is payload, in packets of 1,472 bytes with headers of UDP, IP and Ethernet. */
const PAYLOAD_PART = (1_472 - 20) / (1_472 + 28 + 14);
const FAR = { delayMs: 100, loss: 0.01 };
const QUEUES_MS = [50, 100, 500];

/** One uTP connection over a slow link of network namespaces, as root: from afar with loss, and beside TCP. */
export const utpLan: BenchMode = {
  about: "uTP over a link of 50 Mbit/s in network namespaces: 200 ms and 1 % loss; beside TCP and after it (as root)",
  metrics: [
    { key: "far", title: "% of the link, 200 ms, 1 % loss" },
    { key: "alone", title: "alone" },
    { key: "beside", title: "beside TCP" },
    { key: "tcp", title: "TCP's part" },
    { key: "after", title: "in the 10th second after TCP" },
  ],
  run: async (bench) => {
    for (const millrace of bench.millraces()) {
      const keep = (what: string, figures: Figures): void =>
        bench.keep({ mode: "utp-lan", what, client: millrace.name, round: 0, figures });
      keep("200 ms there and back, 1 % loss", await far(bench, millrace));
      for (const queueMs of QUEUES_MS) keep(`a queue of ${queueMs} ms`, await besideTcp(bench, millrace, queueMs));
    }
  },
};

type Host = "near" | "router" | "far";

/** The programs on a link, which end with it. */
class Scene {
  readonly link: ShapedLink;
  readonly #bench: Bench;
  readonly #millrace: Millrace;
  readonly #children: Child[] = [];
  readonly #close: () => void;

  constructor(bench: Bench, millrace: Millrace, queueMs: number) {
    this.#bench = bench;
    this.#millrace = millrace;
    this.link = new ShapedLink({ bits: BITS, queueMs });
    this.#close = bench.whenClosed(() => this.link.close());
  }

  start(host: Host, driver: string, job: Readonly<Record<string, unknown>>): Child {
    const program = [
      process.execPath,
      this.#bench.driver(driver),
      JSON.stringify({ ...job, root: this.#millrace.root }),
    ];
    const child = new Child(driver, this.link.command(host, program));
    this.#children.push(child);
    return child;
  }

  async receive(kind: "utp" | "tcp"): Promise<{ readonly child: Child; readonly to: { ip: string; port: number } }> {
    const ip = this.link.addresses.far;
    const child = this.start("far", "flow.js", { kind, ip });
    return { child, to: { ip, port: await portOf(child) } };
  }

  async close(): Promise<void> {
    for (const child of this.#children) await child.stop();
    this.#close();
  }
}

async function far(bench: Bench, millrace: Millrace): Promise<Figures> {
  const scene = new Scene(bench, millrace, 200);
  try {
    const { near, routerNear, routerFar } = scene.link.addresses;
    const { child, to } = await scene.receive("utp");
    const relay = scene.start("router", "udp-relay.js", { ips: [routerNear, routerFar], to, ...FAR });
    const port = await portOf(relay);
    scene.start("near", "flow.js", { kind: "utp", ip: near, to: { ip: routerNear, port } });
    await sleep(bench.isQuick ? 3 : 6);
    return { far: await shareOf(child, bench.isQuick ? 3 : 10) };
  } finally {
    await scene.close();
  }
}

async function besideTcp(bench: Bench, millrace: Millrace, queueMs: number): Promise<Figures> {
  const scene = new Scene(bench, millrace, queueMs);
  try {
    const { near } = scene.link.addresses;
    const utp = await scene.receive("utp");
    const tcp = await scene.receive("tcp");
    scene.start("near", "flow.js", { kind: "utp", ip: near, to: utp.to });
    await sleep(4);
    const alone = await shareOf(utp.child, 2);
    const sender = scene.start("near", "flow.js", { kind: "tcp", ip: near, to: tcp.to });
    await sleep(3);
    const seconds = bench.isQuick ? 3 : 8;
    const [beside, tcpPart] = await Promise.all([shareOf(utp.child, seconds), shareOf(tcp.child, seconds)]);
    await sender.stop();
    await sleep(9);
    return { alone, beside, tcp: tcpPart, after: await shareOf(utp.child, 1) };
  } finally {
    await scene.close();
  }
}

/** The percentage of the link's rate that a receiver gets in the next seconds. */
async function shareOf(child: Child, seconds: number): Promise<number> {
  const [bytes, begin] = [bytesOf(child), now()];
  await sleep(seconds);
  return ((bytesOf(child) - bytes) * 800) / (now() - begin) / (BITS * PAYLOAD_PART);
}

function bytesOf(child: Child): number {
  return Number(child.events("received").at(-1)?.fields["bytes"] ?? 0);
}

async function portOf(child: Child): Promise<number> {
  return Number((await child.waitFor("ready", 10)).fields["port"]);
}
