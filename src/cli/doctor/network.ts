import {
  formatEndpoint,
  ipFamily,
  parseHostPort,
  canonicalIp,
  toError,
  errorCode,
  type IpFamily,
} from "../../base/index.ts";
import { DEFAULT_BOOTSTRAP, Dht } from "../../dht/index.ts";
import type { Listener, Runtime } from "../../runtime/index.ts";
import { UdpPort } from "../../transport/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { ok, problem, unknown, warning, type Finding } from "./finding.ts";

/** The maximum time, in milliseconds, for a connection or datagram from this machine to itself. */
const SELF_MS = 3_000;
/** The time, in milliseconds, between two datagrams to this machine itself. */
const RESEND_MS = 300;
/** The maximum time, in milliseconds, for the first DHT node to reply. */
const DHT_MS = 15_000;

/** Checks that host names are resolved. `names` are `HOST:PORT`. */
export async function checkNames(
  { net }: Pick<Runtime, "net">,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const hosts = [...new Set(names.map((name) => parseHostPort(name).host))].filter(
    (host) => canonicalIp(host) === undefined,
  );
  if (hosts.length === 0) return [unknown("there is no host name to look up")];
  const failed: string[] = [];
  const begun = Date.now();
  await Promise.all(
    hosts.map((host) =>
      net.resolve(host, signal, { isStoppable: true }).catch((error: unknown) => {
        signal.throwIfAborted();
        failed.push(`${clean(host)} (${clean(toError(error).message)})`);
      }),
    ),
  );
  if (failed.length === 0) return [ok(`${count(hosts.length, "host name")} found in ${Date.now() - begun} ms`)];
  if (failed.length < hosts.length)
    return [warning(`not found: ${failed.join(", ")}`, "the others were found: these hosts may no longer exist")];
  return [
    problem(
      `no host name can be looked up: ${failed[0] ?? ""}`,
      "check the name servers in /etc/resolv.conf, and that no firewall blocks UDP and TCP port 53",
    ),
  ];
}

/**
 * Checks that peers could connect to the port: that it is free, and that no firewall of this machine drops what is sent
 * to it. What a router does is not visible from here.
 */
export async function checkListening(
  runtime: Runtime,
  ports: readonly number[],
): Promise<{ findings: Finding[]; port: number }> {
  const { net, multicast } = runtime;
  const opened = await firstListener(runtime, ports);
  if ("findings" in opened) return { findings: opened.findings, port: 0 };
  const { listener } = opened;
  const { port } = listener.local;
  const findings: Finding[] = [];
  if (opened.inUse.length > 0)
    findings.push(
      warning(
        `port ${opened.inUse.join(", ")} is in use, by Millrace or another program`,
        "if it is another program, choose another port with --port, and the same one for your router",
      ),
    );
  try {
    const addresses = (await multicast.interfaces()).filter(
      ({ isLoopback, ip }) => !isLoopback && !ip.startsWith("fe80:"),
    );
    if (addresses.length === 0) {
      findings.push(problem("this machine has no address in a network", "connect it to a network"));
      return { findings, port };
    }
    const blocked: string[] = [];
    for (const { ip } of addresses) {
      try {
        (await net.connect({ ip, port, timeoutMs: SELF_MS })).destroy();
      } catch {
        blocked.push(`TCP ${formatEndpoint({ ip, port })}`);
      }
      if (!(await receivesDatagrams(runtime, ip, port))) blocked.push(`UDP ${formatEndpoint({ ip, port })}`);
    }
    findings.push(
      blocked.length === 0
        ? ok(`listens on port ${port}, and reaches it at ${addresses.map(({ ip }) => ip).join(", ")}`)
        : problem(
            `a firewall of this machine drops what is sent to ${blocked.join(", ")}`,
            `allow incoming TCP and UDP to port ${port}: \`ufw allow ${port}\`, or \`nft list ruleset\` to find the rule`,
          ),
    );
  } finally {
    await listener.close();
  }
  return { findings, port };
}

async function firstListener(
  { net }: Pick<Runtime, "net">,
  ports: readonly number[],
): Promise<{ listener: Listener; inUse: readonly number[] } | { findings: Finding[] }> {
  const inUse: number[] = [];
  for (const port of ports) {
    for (const ip of ["::", "0.0.0.0"]) {
      try {
        return { listener: await net.listen({ ip, port, onSocket: (socket) => socket.destroy() }), inUse };
      } catch (error) {
        const code = errorCode(error);
        if (code === "net.address-in-use") {
          inUse.push(port);
          break;
        }
        // Without IPv6, IPv4 is tried.
        if (ip === "::" && code !== "net.denied") continue;
        return {
          findings: [
            problem(`cannot listen on port ${port}: ${toError(error).message}`, "choose another port with --port"),
          ],
        };
      }
    }
  }
  return {
    findings: [
      problem(
        `${inUse.length === 1 ? `port ${inUse[0] ?? 0} is` : `all ports from ${inUse[0] ?? 0} to ${inUse.at(-1) ?? 0} are`} in use`,
        "end the program that uses it, or choose another port with --port",
      ),
    ],
  };
}

/** Whether datagrams from this machine to one of its addresses arrive. */
async function receivesDatagrams({ datagrams, clock }: Runtime, ip: string, port: number): Promise<boolean> {
  const family: IpFamily = ipFamily(ip);
  const any = family === 4 ? "0.0.0.0" : "::";
  let onArrival = (): void => undefined;
  const receiver = await datagrams.bind({ ip: any, port, onDatagram: () => onArrival() }).catch(() => undefined);
  // Another program has the UDP port: nothing can be said about the firewall.
  if (receiver === undefined) return true;
  const sender = await datagrams.bind({ ip: any, port: 0, onDatagram: () => undefined });
  const send = (): void => sender.send(new Uint8Array(1), { ip, port });
  const timers = [clock.every(RESEND_MS, send)];
  try {
    return await new Promise<boolean>((resolve) => {
      onArrival = () => resolve(true);
      timers.push(clock.after(SELF_MS, () => resolve(false)));
      send();
    });
  } finally {
    for (const timer of timers) timer.cancel();
    await Promise.all([receiver.close(), sender.close()]);
  }
}

/** Checks that DHT nodes reply. */
export async function checkDht(
  runtime: Runtime,
  bootstrap: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (bootstrap?.length === 0)
    return [unknown("there is no DHT node to begin with", "name one with --dht-bootstrap HOST:PORT")];
  const sockets = new UdpPort({ runtime, port: () => 0 });
  const dht = new Dht({ runtime, sockets, bootstrap: bootstrap ?? DEFAULT_BOOTSTRAP, readOnly: true });
  try {
    await dht.open();
    if (!(await dht.ready(DHT_MS, signal))) {
      signal.throwIfAborted();
      return [
        problem(
          `no DHT node has replied in ${DHT_MS / 1_000} s`,
          "check that no firewall blocks outgoing UDP; behind a proxy, that it forwards UDP; or name other nodes with --dht-bootstrap HOST:PORT",
        ),
      ];
    }
    const { families } = dht.stats;
    const nodes = families.reduce((sum, family) => sum + family.nodes, 0);
    const seen = families.flatMap(({ externalIp }) => externalIp ?? []);
    return [
      ok(
        `${count(nodes, "DHT node")} replied${seen.length === 0 ? "" : `; they see this machine at ${seen.join(", ")}`}`,
      ),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [
      problem(
        `the DHT cannot be used: ${clean(toError(error).message)}`,
        "check the firewall, and the proxy if there is one",
      ),
    ];
  } finally {
    await dht.close();
    await sockets.close();
  }
}
