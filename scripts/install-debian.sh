#!/usr/bin/env bash
# Installs the named Debian packages that are missing: for the tests and for `npm run bench -- setup`. Exits with 1 when
# some are still missing: without root or apt, or when apt-get fails.
set -uo pipefail

say() { printf '%s\n' "$*" >&2; }

missing=()
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say "not installed, and not root on Debian: ${missing[*]}"
  exit 1
fi
say "installing ${missing[*]}"
log=$(mktemp)
# A policy of "no" keeps the packages from starting their services: Millrace starts its own.
policy=/usr/sbin/policy-rc.d
made=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=yes
fi
status=0
if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
  say "apt-get failed:"
  tail -n 20 "$log" >&2
  status=1
fi
[ "$made" = yes ] && rm -f "$policy"
rm -f "$log"
exit "$status"
