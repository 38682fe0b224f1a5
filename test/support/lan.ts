import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterEach } from "vitest";
import { Program } from "./process.ts";

const IP = "/usr/sbin/ip";

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

  constructor(namespace: string, number: number) {
    this.namespace = namespace;
    this.ip = `10.77.0.${number}`;
    this.ip6 = `fd77::${number}`;
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
