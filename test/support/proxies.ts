import { writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { eventually, freePort, Program } from "./process.ts";
import { DANTE, MICROSOCKS, TINYPROXY } from "./programs.ts";

/** The proxies that the tests run. Only dante forwards UDP. */
export type ProxyKind = "dante" | "microsocks" | "tinyproxy";

/** Where and how a proxy runs. */
export interface ProxyPlace {
  /** A folder for its configuration. */
  readonly home: string;
  /** The address at which it listens, and from which it connects. Default: loopback. */
  readonly ip?: string;
  /** Starts a program, on another host perhaps. */
  readonly run?: (program: string, args: readonly string[]) => Program;
  /** The user name and password that it requires; for microsocks and tinyproxy. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** Starts a proxy; resolves with its URL, without the login. */
export async function startProxy(kind: ProxyKind, place: ProxyPlace): Promise<string> {
  const { home, ip = "127.0.0.1", run = (program, args) => new Program(program, args), login } = place;
  const port = await freePort();
  const config = join(home, `${kind}.conf`);
  const program = await start(kind, { ip, port, config, run, login });
  await eventually(`${kind} accepts connections`, async () => {
    if (program.hasExited) throw program.failure("ended");
    return place.run === undefined ? accepts(ip, port) : kind !== "dante" || program.output.includes("running");
  });
  return `${kind === "tinyproxy" ? "http" : "socks5"}://${ip}:${port}`;
}

interface Start extends Required<Pick<ProxyPlace, "ip" | "run">> {
  readonly port: number;
  readonly config: string;
  readonly login: ProxyPlace["login"];
}

async function start(kind: ProxyKind, { ip, port, config, run, login }: Start): Promise<Program> {
  if (kind === "microsocks") {
    return run(MICROSOCKS, [
      "-i",
      ip,
      "-p",
      String(port),
      ...(login === undefined ? [] : ["-u", login.user, "-P", login.password]),
    ]);
  }
  if (kind === "tinyproxy") {
    await writeFile(
      config,
      [
        `Port ${port}`,
        `Listen ${ip}`,
        "Timeout 600",
        ...(login === undefined ? [] : [`BasicAuth ${login.user} ${login.password}`]),
        "",
      ].join("\n"),
    );
    return run(TINYPROXY, ["-d", "-c", config]);
  }
  await writeFile(
    config,
    [
      "logoutput: stderr",
      `internal: ${ip} port = ${port}`,
      `external: ${ip}`,
      "clientmethod: none",
      "socksmethod: none",
      "user.privileged: root",
      "user.unprivileged: daemon",
      "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
      "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate udpreply }",
      "",
    ].join("\n"),
  );
  return run(DANTE, ["-f", config]);
}

function accepts(ip: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, ip);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
