/** Three network namespaces: two hosts with a router between them, whose link to the second host is slow. */
import { execFileSync } from "node:child_process";

const [IP, TC] = ["/usr/sbin/ip", "/usr/sbin/tc"];

export interface LinkOptions {
  /** Bits a second towards the second host. */
  readonly bits: number;
  /** Milliseconds for which bytes wait for the link at the most; what comes then is lost. */
  readonly queueMs: number;
}

/** As root, with iproute2. */
export class ShapedLink {
  readonly addresses = { near: "10.78.1.2", routerNear: "10.78.1.1", routerFar: "10.78.2.1", far: "10.78.2.2" };
  readonly #prefix = `mrb-${process.pid}`;

  constructor({ bits, queueMs }: LinkOptions) {
    const { near, routerNear, routerFar, far } = this.addresses;
    for (const host of ["near", "router", "far"] as const) {
      run(IP, "netns", "add", this.#name(host));
      this.#ip(host, "link", "set", "lo", "up");
    }
    for (const [host, ip, routerIp] of [
      ["near", near, routerNear],
      ["far", far, routerFar],
    ] as const) {
      this.#ip("router", "link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", this.#name(host));
      this.#ip("router", "addr", "add", `${routerIp}/24`, "dev", host);
      this.#ip("router", "link", "set", host, "up");
      this.#ip(host, "addr", "add", `${ip}/24`, "dev", "eth0");
      this.#ip(host, "link", "set", "eth0", "up");
      this.#ip(host, "route", "add", "default", "via", routerIp);
    }
    run(...this.command("router", ["/usr/sbin/sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]));
    const limit = Math.round((bits / 8) * (queueMs / 1000));
    const shape = ["qdisc", "add", "dev", "far", "root", "tbf", "rate", `${bits}bit`, "burst", "32kb"];
    run(...this.command("router", [TC, ...shape, "limit", String(limit)]));
  }

  /** The command line that runs a program on a host. */
  command(host: "near" | "router" | "far", argv: readonly string[]): [string, ...string[]] {
    return [IP, "netns", "exec", this.#name(host), ...argv];
  }

  close(): void {
    for (const host of ["near", "router", "far"] as const) run(IP, "netns", "del", this.#name(host));
  }

  #name(host: string): string {
    return `${this.#prefix}-${host}`;
  }

  #ip(host: string, ...args: readonly string[]): void {
    run(IP, "-n", this.#name(host), ...args);
  }
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
}
