#!/usr/bin/env bash
# All tests: installs the real clients they run against (on Debian, as root), builds, lints, runs everything, and ends with one
# line that counts it.
set -uo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

packages=(opentracker transmission-daemon transmission-cli aria2 python3-libtorrent mktorrent rtorrent qbittorrent-nox deluged chromium ffmpeg curl tmux dante-server microsocks tinyproxy nftables iproute2 nginx-light lighttpd)

if command -v dpkg-query >/dev/null; then
  bash scripts/install-debian.sh "${packages[@]}" || say "tests that need missing packages are skipped, each by its name"
fi
[ -d node_modules ] || npm ci --no-audit --no-fund || exit 1
npm run -s build || exit 1
npm run -s lint || exit 1

report=$(mktemp)
trap 'rm -f "$report"' EXIT
npx vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@"
status=$?
node scripts/test-summary.mjs "$report" "$status"
