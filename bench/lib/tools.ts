/** The installed programs to compare with, and their versions. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** How a tool is found, and its Debian package. */
const PROGRAMS: Readonly<
  Record<string, { readonly command: string; readonly version: readonly string[]; readonly debian: string }>
> = {
  aria2c: { command: "aria2c", version: ["--version"], debian: "aria2" },
  transmission: { command: "transmission-daemon", version: ["--version"], debian: "transmission-daemon" },
  "transmission-create": { command: "transmission-create", version: ["--version"], debian: "transmission-cli" },
  mktorrent: { command: "mktorrent", version: ["-h"], debian: "mktorrent" },
  opentracker: { command: "opentracker", version: [], debian: "opentracker" },
  cc: { command: "cc", version: ["--version"], debian: "gcc" },
};

/**
 * With versions, so that figures of different days are comparable; without one npm installs an older WebTorrent, since
 * the new one requires Node 22.
 */
export const NPM_PACKAGES: Readonly<Record<string, string>> = {
  webtorrent: "3.0.21",
  "create-torrent": "6.1.3",
  "parse-torrent": "11.0.24",
  bencode: "4.0.1",
  "bittorrent-protocol": "5.0.9",
  "bittorrent-tracker": "11.2.3",
};

/** The values of `--clients`. */
export const TOOL_NAMES: readonly string[] = [
  "libtorrent",
  ...Object.keys(PROGRAMS).filter((name) => name !== "cc"),
  ...Object.keys(NPM_PACKAGES),
];

/** The packages that `setup` installs with apt. */
export const DEBIAN_PACKAGES: readonly string[] = [
  "python3-libtorrent",
  "libc6-dev",
  ...Object.values(PROGRAMS).map(({ debian }) => debian),
];

export function defaultNpmRoot(env: Readonly<Record<string, string | undefined>>): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "millrace-bench");
}

export class Tools {
  /** Python with libtorrent. */
  readonly python: string | undefined;
  readonly npmRoot: string;
  /** The installed tools by name. */
  readonly versions: ReadonlyMap<string, string>;
  /** A line for each tool that is not installed. */
  readonly missing: readonly string[];

  constructor(python: string, npmRoot: string) {
    this.npmRoot = npmRoot;
    const versions = new Map<string, string>();
    const missing: string[] = [];
    const libtorrent = spawnSync(python, ["-c", "import libtorrent; print(libtorrent.__version__)"], {
      encoding: "utf8",
    });
    if (libtorrent.status === 0) versions.set("libtorrent", libtorrent.stdout.trim());
    else missing.push("libtorrent is left out: no Python with its binding (Debian: python3-libtorrent)");
    this.python = libtorrent.status === 0 ? python : undefined;
    for (const [name, { command, version, debian }] of Object.entries(PROGRAMS)) {
      if (isInPath(command)) versions.set(name, version.length === 0 ? "" : firstNumber(command, version));
      else missing.push(`${name} is left out: there is no ${command} (Debian: ${debian})`);
    }
    for (const name of Object.keys(NPM_PACKAGES)) {
      const manifest = join(npmRoot, "node_modules", name, "package.json");
      if (existsSync(manifest))
        versions.set(name, (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version);
      else missing.push(`npm ${name} is left out: it is not in ${npmRoot}`);
    }
    this.versions = versions;
    this.missing = missing;
  }

  has(name: string): boolean {
    return this.versions.has(name);
  }
}

function isInPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function firstNumber(command: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 5000 });
  return /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? "";
}
