#!/usr/bin/env bash
# All tests: installs the real clients they run against (on Debian, as root), builds, lints, runs everything, and ends with one
# line that counts it.
set -uo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

packages=(opentracker transmission-daemon transmission-cli aria2 python3-libtorrent mktorrent rtorrent qbittorrent-nox deluged chromium ffmpeg curl tmux)

# Installs what is missing. Without root or apt the suites that need it are skipped, each by its name.
install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed, and not root on Debian: ${missing[*]}; tests that need them are skipped"
    return
  fi
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  # A policy of "no" keeps the packages from starting their services: the tests start their own.
  local policy=/usr/sbin/policy-rc.d made=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=yes
  fi
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    say "apt-get failed; tests that need these packages are skipped:"
    tail -n 20 "$log" >&2
  fi
  [ "$made" = yes ] && rm -f "$policy"
  rm -f "$log"
}

command -v dpkg-query >/dev/null && install_packages
[ -d node_modules ] || npm ci --no-audit --no-fund || exit 1
npm run -s build || exit 1
npm run -s lint || exit 1

report=$(mktemp)
trap 'rm -f "$report"' EXIT
npx vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@"
status=$?
node scripts/test-summary.mjs "$report" "$status"
