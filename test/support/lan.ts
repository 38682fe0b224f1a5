import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterEach } from "vitest";
import { Program } from "./process.ts";
import { NFT } from "./programs.ts";

const [IP, TC] = ["/usr/sbin/ip", "/usr/sbin/tc"];

/**
 * A NAT as home routers have it: it keeps the source port where it can, and passes only datagrams from endpoints to
 * which the host has sent.
 */
const NAT_RULES = `
table ip nat {
  chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}
table ip filter {
  chain input { type filter hook input priority filter; iifname "eth0" drop; }
  chain forward { type filter hook forward priority filter; iifname "eth0" ct state != { established, related } drop; }
}`;

/** Whether network namespaces can be made: as root on Linux, with iproute2. */
const canMake = ((): boolean => {
  if (!existsSync(IP) || process.getuid?.() !== 0) return false;
  const name = `millrace-probe-${process.pid}`;
  try {
    execFileSync(IP, ["netns", "add", name], { stdio: "ignore" });
    execFileSync(IP, ["netns", "del", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** Why tests with a {@link Lan} are skipped, for `missing`: empty when they can run. */
export const lackingLan: readonly string[] = canMake ? [] : ["network namespaces (root, iproute2)"];

const open = new Set<Lan>();
let made = 0;

afterEach(() => {
  for (const lan of open) lan.close();
});

/** A host of a {@link Lan}: a network namespace with an interface `eth0`. */
export class LanHost {
  readonly ip: string;
  readonly ip6: string;
  readonly namespace: string;

  /** `router` is the router behind which the host is. */
  constructor(namespace: string, number: number, router?: LanHost) {
    this.namespace = namespace;
    this.ip = router?.ip ?? `10.77.0.${number}`;
    this.ip6 = router === undefined ? `fd77::${number}` : "";
  }

  /** The address of an interface that {@link Lan.link} adds; other hosts reach it without a router. */
  get linkIp(): string {
    return this.ip.replace("10.77.", "10.78.");
  }

  /** Gives `eth0` the host's address in 10.78.0.0/24 as well. */
  addLinkIp(): void {
    ip("-n", this.namespace, "addr", "add", `${this.linkIp}/24`, "dev", "eth0");
  }

  /** Removes an interface. */
  removeLink(name: string): void {
    ip("-n", this.namespace, "link", "del", name);
  }

  /** Replaces a file of `/etc`, such as `hosts`, for the programs that run on this host. */
  etc(name: string, content: string): void {
    mkdirSync(this.#etcFolder, { recursive: true });
    writeFileSync(`${this.#etcFolder}/${name}`, content);
  }

  /** Removes the host. */
  remove(): void {
    ip("netns", "del", this.namespace);
    rmSync(this.#etcFolder, { recursive: true, force: true });
  }

  get #etcFolder(): string {
    return `/etc/netns/${this.namespace}`;
  }

  /** The command line that runs a program on this host. */
  command(program: string, args: readonly string[]): readonly [string, readonly string[]] {
    return [IP, ["netns", "exec", this.namespace, program, ...args]];
  }

  /** Starts a program on this host. It is ended after the test. */
  run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return new Program(...this.command(program, args), { env: { ...process.env, ...env } });
  }
}

/**
 * A local network of real network namespaces on one bridge, without a way out: each host has an address in 10.77.0.0/24
 * and one in fd77::/64, and multicast reaches all hosts. It is removed after the test.
 */
export class Lan {
  readonly #switch = `mr-${process.pid}-${++made}`;
  readonly #hosts: LanHost[] = [];
  #links = 0;

  constructor() {
    open.add(this);
    ip("netns", "add", this.#switch);
    this.#onSwitch("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
    this.#onSwitch("link", "set", "br0", "up");
  }

  /** Adds a host. */
  host(): LanHost {
    const number = this.#hosts.length + 1;
    const host = new LanHost(`${this.#switch}-${number}`, number);
    this.#hosts.push(host);
    const port = `p${number}`;
    const inHost = (...args: string[]): void => ip("-n", host.namespace, ...args);
    ip("netns", "add", host.namespace);
    this.#onSwitch("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace);
    this.#onSwitch("link", "set", port, "master", "br0", "up");
    inHost("link", "set", "lo", "up");
    inHost("addr", "add", `${host.ip}/24`, "dev", "eth0");
    // Without duplicate address detection the IPv6 addresses can be used at once.
    inHost("addr", "add", `${host.ip6}/64`, "dev", "eth0", "nodad");
    inHost("link", "set", "eth0", "up");
    // Systems have a default route; some programs find the interface for multicast by it.
    inHost("route", "add", "default", "dev", "eth0");
    return host;
  }

  /**
   * Adds another interface to a host, with an address in 10.78.0.0/24 on the same bridge. It is there until
   * {@link LanHost.removeLink}, and may be added again.
   */
  link(host: LanHost, name: string): void {
    const port = `l${++this.#links}`;
    this.#onSwitch("link", "add", port, "type", "veth", "peer", "name", name, "netns", host.namespace);
    this.#onSwitch("link", "set", port, "master", "br0", "up");
    ip("-n", host.namespace, "addr", "add", `${host.linkIp}/24`, "dev", name);
    ip("-n", host.namespace, "link", "set", name, "up");
  }

  /** Limits what reaches a host to `bits` a second; what waits longer than `queueMs` is lost. */
  slow(host: LanHost, { bits, queueMs }: { readonly bits: number; readonly queueMs: number }): void {
    const port = `p${this.#hosts.indexOf(host) + 1}`;
    const queue = String(Math.round((bits / 8) * (queueMs / 1000)));
    const shape = ["tbf", "rate", `${bits}bit`, "burst", "32kb", "limit", queue];
    execFileSync(IP, ["netns", "exec", this.#switch, TC, "qdisc", "add", "dev", port, "root", ...shape]);
  }

  /**
   * Adds a host behind a router of its own, with a NAT (nftables): connections and datagrams from outside reach the
   * host only as replies. Its `ip` is the router's, from which it appears to send; it has no IPv6.
   */
  hostBehindNat(): LanHost {
    const router = this.host();
    const number = this.#hosts.length;
    const inner = new LanHost(`${router.namespace}-in`, number, router);
    this.#hosts.push(inner);
    ip("netns", "add", inner.namespace);
    const [outside, inside] = [`192.168.${number}.1`, `192.168.${number}.2`];
    const onRouter = (...args: string[]): void => ip("-n", router.namespace, ...args);
    const inHost = (...args: string[]): void => ip("-n", inner.namespace, ...args);
    onRouter("link", "add", "in0", "type", "veth", "peer", "name", "eth0", "netns", inner.namespace);
    onRouter("addr", "add", `${outside}/24`, "dev", "in0");
    onRouter("link", "set", "in0", "up");
    inHost("link", "set", "lo", "up");
    inHost("addr", "add", `${inside}/24`, "dev", "eth0");
    inHost("link", "set", "eth0", "up");
    inHost("route", "add", "default", "via", outside);
    execFileSync(...router.command("/usr/sbin/sysctl", ["-q", "-w", "net.ipv4.ip_forward=1"]));
    execFileSync(...router.command(NFT, ["-f", "-"]), { input: NAT_RULES });
    return inner;
  }

  /** Removes the network. Programs that still run keep their namespaces until they end. */
  close(): void {
    open.delete(this);
    for (const host of this.#hosts) host.remove();
    ip("netns", "del", this.#switch);
  }

  #onSwitch(...args: string[]): void {
    ip("-n", this.#switch, ...args);
  }
}

function ip(...args: string[]): void {
  execFileSync(IP, args, { stdio: ["ignore", "ignore", "pipe"] });
}
