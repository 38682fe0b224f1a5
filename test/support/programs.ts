import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export const OPENTRACKER = "/usr/bin/opentracker";
export const TRANSMISSION = "/usr/bin/transmission-daemon";
export const ARIA2 = "/usr/bin/aria2c";
export const RTORRENT = "/usr/bin/rtorrent";
export const QBITTORRENT = "/usr/bin/qbittorrent-nox";
export const DELUGED = "/usr/bin/deluged";
export const DANTE = "/usr/sbin/danted";
export const MICROSOCKS = "/usr/bin/microsocks";
export const TINYPROXY = "/usr/bin/tinyproxy";
export const MINIUPNPD = "/usr/sbin/miniupnpd";
export const NFT = "/usr/sbin/nft";
export const NGINX = "/usr/sbin/nginx";
export const LIGHTTPD = "/usr/sbin/lighttpd";
export const TMUX = "/usr/bin/tmux";
export const PYTHON = "/usr/bin/python3";

const hasLibtorrent = existsSync(PYTHON) && spawnSync(PYTHON, ["-c", "import libtorrent"]).status === 0;

/** The Debian packages that the tests use. */
export type DebianPackage =
  | "opentracker"
  | "transmission-daemon"
  | "aria2"
  | "python3-libtorrent"
  | "rtorrent"
  | "qbittorrent-nox"
  | "deluged"
  | "dante-server"
  | "microsocks"
  | "tinyproxy"
  | "miniupnpd"
  | "nftables"
  | "nginx-light"
  | "lighttpd"
  | "tmux";

/** The named Debian packages that are not installed. */
export function missing(...packages: readonly DebianPackage[]): string[] {
  const isThere = {
    opentracker: existsSync(OPENTRACKER),
    "transmission-daemon": existsSync(TRANSMISSION),
    aria2: existsSync(ARIA2),
    "python3-libtorrent": hasLibtorrent,
    rtorrent: existsSync(RTORRENT),
    "qbittorrent-nox": existsSync(QBITTORRENT),
    deluged: existsSync(DELUGED),
    "dante-server": existsSync(DANTE),
    microsocks: existsSync(MICROSOCKS),
    tinyproxy: existsSync(TINYPROXY),
    miniupnpd: existsSync(MINIUPNPD),
    nftables: existsSync(NFT),
    "nginx-light": existsSync(NGINX),
    lighttpd: existsSync(LIGHTTPD),
    tmux: existsSync(TMUX),
  };
  return packages.filter((name) => !isThere[name]);
}

/** For the title of a suite that cannot run. */
export function because(packages: readonly string[]): string {
  return packages.length === 0 ? "" : ` (skipped, because not installed: ${packages.join(", ")})`;
}
