import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PortMappingState } from "../../src/client/index.ts";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { eventually } from "../support/process.ts";
import { because, MINIUPNPD, missing, NFT } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const absent = [...missing("miniupnpd", "nftables"), ...lackingLan];
const EXTERNAL_IP = "93.184.216.1";

/** The chains that miniupnpd fills. */
const CHAINS = `
table inet filter {
  chain forward { type filter hook forward priority 0
    jump miniupnpd
  }
  chain miniupnpd {
  }
  chain prerouting { type nat hook prerouting priority -100
    jump prerouting_miniupnpd
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
}
`;

/** A router with miniupnpd. */
class Router {
  readonly host: LanHost;
  readonly #home: string;

  constructor(host: LanHost, home: string) {
    this.host = host;
    this.#home = home;
    this.#run("ip", "link", "add", "wan0", "type", "veth", "peer", "name", "wan1");
    this.#run("ip", "addr", "add", `${EXTERNAL_IP}/24`, "dev", "wan0");
    this.#run("ip", "link", "set", "wan0", "up");
    this.#run("ip", "link", "set", "wan1", "up");
    this.#run(NFT, CHAINS);
  }

  /** Starts miniupnpd, with UPnP, and with PCP and NAT-PMP or without. */
  async start(natPmp: boolean): Promise<void> {
    const file = join(this.#home, "miniupnpd.conf");
    await writeFile(
      file,
      [
        "ext_ifname=wan0",
        "listening_ip=eth0",
        "http_port=5000",
        `enable_natpmp=${natPmp ? "yes" : "no"}`,
        "enable_upnp=yes",
        "secure_mode=yes",
        "uuid=00000000-0000-0000-0000-000000000001",
        "allow 1024-65535 10.77.0.0/24 1024-65535",
        "deny 0-65535 0.0.0.0/0 0-65535",
        "",
      ].join("\n"),
    );
    const program = this.host.run(MINIUPNPD, ["-d", "-f", file, "-P", join(this.#home, "miniupnpd.pid")]);
    await eventually("miniupnpd listens", () => {
      if (program.hasExited) throw program.failure("ended");
      return program.output.includes("HTTP listening");
    });
  }

  /** The rules that forward ports, such as `dport 6881 dnat ip to 10.77.0.2:6881`. */
  rules(): string[] {
    const [command, args] = this.host.command(NFT, ["list", "chain", "inet", "filter", "prerouting_miniupnpd"]);
    return execFileSync(command, [...args], { encoding: "utf8" }).match(/dport \d+ dnat ip to \S+/g) ?? [];
  }

  /** Runs a program on the router; the text of nft comes from its standard input. */
  #run(program: string, ...args: readonly string[]): void {
    const isNft = program === NFT;
    const [command, list] = this.host.command(program, isNft ? ["-f", "-"] : args);
    execFileSync(command, [...list], { input: isNft ? args[0] : "", stdio: ["pipe", "ignore", "pipe"] });
  }
}

/** A router and a host behind it that maps its port 6881. */
async function stage(natPmp: boolean) {
  const lan = new Lan();
  const router = new Router(lan.host(), await tempFolder());
  const host = lan.host();
  const [command, args] = host.command("ip", ["route", "replace", "default", "via", router.host.ip]);
  execFileSync(command, [...args]);
  await router.start(natPmp);
  const states: PortMappingState[] = [];
  const program = host.run(process.execPath, [
    fileURLToPath(new URL("../support/map-port.mjs", import.meta.url)),
    "6881",
  ]);
  program.lines((line) => void states.push(JSON.parse(line) as PortMappingState));
  const mapped = await eventually("the port is mapped", () => {
    if (program.hasExited) throw program.failure("ended");
    return states.find(({ kind }) => kind === "mapped");
  });
  return { router, host, program, mapped };
}

describe.skipIf(absent.length > 0)(`a port mapped by miniupnpd${because(absent)}`, () => {
  it.each([
    ["pcp", true],
    ["upnp", false],
  ])("by %s is forwarded for TCP and UDP, until the mapper is closed", async (method, natPmp) => {
    const { router, host, program, mapped } = await stage(natPmp);
    const at = { gateway: router.host.ip, externalIp: EXTERNAL_IP, tcp: 6_881, udp: 6_881 };
    expect(mapped).toEqual({ kind: "mapped", method, ...at });
    const rule = `dport 6881 dnat ip to ${host.ip}:6881`;
    expect(router.rules()).toEqual([rule, rule]);
    program.child.stdin?.end();
    expect(await program.exit()).toBe(0);
    expect(router.rules()).toEqual([]);
  });
});
