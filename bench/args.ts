/** The arguments of `npm run bench --`. */
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseSize } from "../src/base/index.ts";
import { FLOOD_NAMES, isFlood } from "./lib/floods.ts";
import type { FloodName } from "./lib/floods.ts";
import { defaultNpmRoot, TOOL_NAMES } from "./lib/tools.ts";
import { formatSize } from "./lib/units.ts";

export const MODES = [
  "download",
  "upload",
  "encrypted",
  "v2",
  "webseed",
  "handshake",
  "utp",
  "utp-soak",
  "utp-lan",
  "swarm-down",
  "swarm-up",
  "verify",
  "create",
  "idle",
  "codec",
  "tracker",
  "peers",
  "start",
  "loop",
  "page",
  "hostile",
  "dht",
  "dht-load",
  "dht-flood",
] as const;
export type Mode = (typeof MODES)[number];

export interface Options {
  readonly modes: readonly Mode[];
  readonly isSetup: boolean;
  readonly isHelp: boolean;
  readonly isQuick: boolean;
  /** Bytes of the file; a mode has its own default. */
  readonly size: number | undefined;
  readonly pieceLengths: readonly number[] | undefined;
  readonly runs: number | undefined;
  readonly count: number | undefined;
  /** Peers to compare with; all that are found when `undefined`. */
  readonly clients: readonly string[] | undefined;
  /** Floods of `hostile`; all of them when `undefined`. */
  readonly only: readonly FloodName[] | undefined;
  /** Bytes a second that each flood of `hostile` offers; each has its own when `undefined`. */
  readonly rate: number | undefined;
  readonly out: string | undefined;
  /** The file for the plot of `dht`. */
  readonly plot: string | undefined;
  readonly data: string;
  /** A folder on a real disk, for `loop`. */
  readonly disk: string;
  readonly npmRoot: string;
  /** One that has libtorrent's binding. */
  readonly python: string;
  /** Other copies of Millrace, by the name they get in the tables. */
  readonly others: ReadonlyMap<string, string>;
  /** Seconds that a run waits for a quiet machine. */
  readonly quietWait: number;
  /** Seconds that one run may take. */
  readonly timeout: number;
}

/** A wrong option; the message is for the user. */
export class UsageError extends Error {}

/** Piece lengths that the harness's own torrents can have: every one divides 4 MiB. */
const MIN_PIECE = 16 * 1024;
const MAX_PIECE = 4 * 2 ** 20;

export function parseOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { values, positionals } = parse(argv);
  const isSetup = positionals.includes("setup");
  const named = positionals.filter((word) => word !== "all" && word !== "setup");
  if (isSetup && positionals.length > 1) throw new UsageError("setup takes no other arguments");
  const unknown = named.find((word) => !isMode(word));
  if (unknown !== undefined)
    throw new UsageError(`unknown mode "${unknown}"; the modes are ${MODES.join(", ")}, all and setup`);
  return {
    modes: named.length === 0 ? MODES : named.filter(isMode),
    isSetup,
    isHelp: values.help === true,
    isQuick: values.quick === true,
    size: values.size === undefined ? undefined : size("--size", values.size),
    pieceLengths: values.piece?.split(",").map(pieceLength),
    runs: values.runs === undefined ? undefined : whole("--runs", values.runs),
    count: values.count === undefined ? undefined : whole("--count", values.count),
    clients: values.clients?.split(",").filter(Boolean).map(client),
    only: values.only?.split(",").filter(Boolean).map(flood),
    rate: values.rate === undefined ? undefined : size("--rate", values.rate),
    out: values.out,
    plot: values.plot,
    data: resolve(values.data ?? env["MILLRACE_BENCH_DATA"] ?? "/dev/shm"),
    disk: resolve(values.dir ?? tmpdir()),
    npmRoot: resolve(values["npm-root"] ?? env["MILLRACE_BENCH_NPM"] ?? defaultNpmRoot(env)),
    python: values.python ?? env["MILLRACE_BENCH_PYTHON"] ?? "/usr/bin/python3",
    others: new Map((values.also ?? []).map(other)),
    quietWait:
      values["quiet-wait"] === undefined
        ? values.quick === true
          ? 1
          : 10
        : whole("--quiet-wait", values["quiet-wait"], 0),
    timeout: values.timeout === undefined ? 600 : whole("--timeout", values.timeout),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        quick: { type: "boolean" },
        "no-build": { type: "boolean" },
        size: { type: "string" },
        piece: { type: "string" },
        runs: { type: "string" },
        count: { type: "string" },
        clients: { type: "string" },
        only: { type: "string" },
        rate: { type: "string" },
        out: { type: "string" },
        plot: { type: "string" },
        data: { type: "string" },
        dir: { type: "string" },
        "npm-root": { type: "string" },
        python: { type: "string" },
        also: { type: "string", multiple: true },
        "quiet-wait": { type: "string" },
        timeout: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isMode(word: string): word is Mode {
  return (MODES as readonly string[]).includes(word);
}

function size(option: string, text: string): number {
  try {
    const bytes = parseSize(text);
    if (bytes > 0) return bytes;
  } catch {
    // Said below.
  }
  throw new UsageError(`${option} takes a size such as 512M or 2G, not "${text}"`);
}

function pieceLength(text: string): number {
  const bytes = size("--piece", text);
  if (bytes < MIN_PIECE || bytes > MAX_PIECE || (bytes & (bytes - 1)) !== 0) {
    throw new UsageError(
      `--piece takes powers of two from ${formatSize(MIN_PIECE)} to ${formatSize(MAX_PIECE)}, not "${text}"`,
    );
  }
  return bytes;
}

function whole(option: string, text: string, from = 1): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < from)
    throw new UsageError(`${option} takes a whole number from ${from}, not "${text}"`);
  return value;
}

function client(name: string): string {
  if (!TOOL_NAMES.includes(name))
    throw new UsageError(`--clients: unknown client "${name}"; the clients are ${TOOL_NAMES.join(", ")}`);
  return name;
}

function flood(name: string): FloodName {
  if (!isFlood(name)) throw new UsageError(`--only: unknown flood "${name}"; the floods are ${FLOOD_NAMES.join(", ")}`);
  return name;
}

function other(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--also takes NAME=FOLDER, the folder of another built Millrace, not "${text}"`);
  return [`millrace ${text.slice(0, at)}`, resolve(text.slice(at + 1))];
}
