import type { Command } from "commander";
import { DEFAULT_BOOTSTRAP } from "../../dht/index.ts";
import { DEFAULT_PORTS } from "../../client/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { toError } from "../../base/index.ts";
import { isDown, type Route } from "../../runtime/index.ts";
import { act, newCommand, type CommandEntry } from "../command.ts";
import { checkClock } from "../doctor/clock.ts";
import { ok, problem, unknown, type Check, type Finding, type Level } from "../doctor/finding.ts";
import { checkMapping } from "../doctor/mapping.ts";
import { checkDisk, checkOpenFiles, checkProcessor } from "../doctor/machine.ts";
import { checkDht, checkListening, checkNames } from "../doctor/network.ts";
import { proxyFindings } from "../doctor/proxy.ts";
import { checkSwarm } from "../doctor/swarm.ts";
import { checkTrackers, serverTimes } from "../doctor/trackers.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import { wholeArgument } from "../input/arguments.ts";
import { dhtBootstrap } from "../input/dht-bootstrap.ts";
import { mapsPort } from "../input/port-mapping.ts";
import { bindOf } from "../input/bind.ts";
import { proxyOf } from "../input/proxy.ts";
import { readSource } from "../input/torrent-file.ts";
import type { Output } from "../output/output.ts";
import type { Session } from "../session.ts";
import { addSwarmOptions, clientFlags, type SwarmFlags } from "../torrents/flags.ts";

interface DoctorFlags extends SwarmFlags {
  /** The value of `--wait` in seconds. */
  readonly wait: number;
}

/** Defines `millrace doctor`. */
export function doctorCommand(entry: CommandEntry): Command {
  const command = newCommand(
    entry,
    [
      "Checks what Millrace needs: open files, disk, processor, clock, host names, the listening port, firewall and DHT; and what to do about each problem.",
      "With a torrent, it also announces to the trackers, and takes part in the swarm for some seconds, with the data in memory: whether peers connect to this machine, and what limits the download. The exit status is 0 when there is no problem.",
    ].join("\n\n"),
    [
      ["doctor", "check this machine"],
      ["doctor film.torrent --dir ~/downloads", "find out why a torrent is slow"],
      ["doctor --json | jq 'select(.level == \"problem\")'", "one JSON line for each finding"],
    ],
  )
    .argument("[torrent]", "a torrent file, magnet link or info-hash")
    .option("-d, --dir <dir>", "the folder for downloads", ".")
    .option("--wait <seconds>", "the time to take part in the swarm", wholeArgument("--wait", 1, 600), 15);
  addSwarmOptions(command);
  return act<DoctorFlags>(command, entry, doctor);
}

async function doctor(session: Session<DoctorFlags>): Promise<number> {
  const { output } = session;
  const { signal } = session.interrupt;
  const worst = { problems: 0, warnings: 0 };
  for (const check of await checksOf(session)) {
    for (const finding of await findingsOf(check, signal)) {
      print(output, check.name, finding);
      if (finding.level === "problem") worst.problems++;
      if (finding.level === "warning") worst.warnings++;
    }
  }
  if (worst.problems > 0) output.line(output.style.bad(count(worst.problems, "problem")));
  else output.line(worst.warnings > 0 ? count(worst.warnings, "warning") : "no problems");
  return worst.problems > 0 ? EXIT_FAILED : EXIT_DONE;
}

async function checksOf(session: Session<DoctorFlags>): Promise<Check[]> {
  const { flags, args } = session;
  const runtime = await session.runtime();
  const [source] = args;
  const proxy = proxyOf(flags);
  const bootstrap = dhtBootstrap(flags.dhtBootstrap);
  const torrent = source === undefined ? undefined : await readSource(runtime, source);
  const infoHash = torrent?.kind === "torrent" ? torrent.metainfo.id : torrent?.magnet.infoHash;
  const own = torrent?.kind === "torrent" ? torrent.metainfo.trackers.flat() : torrent?.magnet.trackers;
  const trackers = flags.trackers ? (own ?? []) : [];
  let port = flags.port ?? DEFAULT_PORTS.first;
  const ports = flags.port === undefined ? range(DEFAULT_PORTS) : [flags.port];
  const bind = bindOf(flags);
  const ways: Check[] = [
    ...(runtime.route.binding === undefined
      ? []
      : [{ name: "interface", run: async () => [interfaceFinding(runtime.route)] }]),
    ...(proxy === undefined
      ? []
      : [{ name: "proxy", run: async (signal: AbortSignal) => proxyFindings(proxy, bind, signal) }]),
  ];
  const checks: Check[] = [
    ...ways,
    { name: "open files", run: () => checkOpenFiles() },
    { name: "disk", run: () => checkDisk(runtime, flags.dir) },
    { name: "processor", run: () => Promise.resolve(checkProcessor(runtime)) },
    {
      name: "clock",
      run: async (signal) => checkClock(runtime.clock.wallTime(), await serverTimes(runtime, trackers, signal)),
    },
    {
      name: "host names",
      run: async (signal) =>
        proxy === undefined
          ? checkNames(runtime, flags.dht ? (bootstrap ?? DEFAULT_BOOTSTRAP) : trackerHosts(trackers), signal)
          : [unknown("the proxy looks up host names")],
    },
    {
      name: "listening",
      run: async () => {
        if (proxy?.only === true) {
          port = 0;
          return [unknown("no connections are accepted, because all traffic uses the proxy")];
        }
        if (proxy !== undefined) return [unknown("not checked: connections from here go through the proxy")];
        const checked = await checkListening(runtime, ports);
        port = checked.port;
        return checked.findings;
      },
    },
  ];
  if (mapsPort(flags.portMapping) && proxy === undefined)
    checks.push({ name: "router", run: (signal) => checkMapping(runtime, port, signal) });
  if (flags.dht) checks.push({ name: "DHT", run: (signal) => checkDht(runtime, bootstrap, signal) });
  if (source === undefined || infoHash === undefined) return checks;
  if (flags.trackers)
    checks.push({
      name: "trackers",
      run: (signal) => checkTrackers(runtime, { infoHash, trackers }, port, signal),
    });
  checks.push({
    name: "torrent",
    run: (signal) =>
      checkSwarm(
        {
          runtime,
          source,
          client: { port, ...clientFlags(flags) },
          peers: flags.peer ?? [],
          durationMs: flags.wait * 1_000,
        },
        signal,
      ),
  });
  return checks;
}

function interfaceFinding(route: Route): Finding {
  const { bind = "", ips = [] } = route.binding ?? {};
  return isDown(route)
    ? problem(`${clean(bind)} is down: nothing is sent`, "bring it up, or check its name with `ip address`")
    : ok(`${clean(bind)} has ${ips.join(" and ")}`);
}

/** Returns the hosts of tracker URLs, as `HOST:PORT`. */
function trackerHosts(urls: readonly string[]): string[] {
  return urls.flatMap((url) => (URL.canParse(url) ? [`${new URL(url).hostname}:80`] : []));
}

function range({ first, last }: { readonly first: number; readonly last: number }): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

async function findingsOf(check: Check, signal: AbortSignal): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  try {
    return await check.run(signal);
  } catch (error) {
    signal.throwIfAborted();
    return [problem(clean(toError(error).message), "see the message; --verbose prints a log")];
  }
}

const MARKS: Readonly<Record<Level, string>> = { ok: "ok", warning: "warning", problem: "PROBLEM", unknown: "-" };
const NAME_WIDTH = 11;
const MARK_WIDTH = 8;

function print(output: Output, name: string, { level, text, advice }: Finding): void {
  output.data({ event: "finding", check: name, level, text, advice: advice ?? null });
  const mark = MARKS[level].padEnd(MARK_WIDTH);
  const { style } = output;
  const shown = level === "problem" ? style.bad(mark) : level === "warning" ? style.warn(mark) : mark;
  output.line(`${name.padEnd(NAME_WIDTH)}${shown}${text}`);
  if (advice !== undefined) output.line(`${"".padEnd(NAME_WIDTH + MARK_WIDTH)}→ ${advice}`);
}
