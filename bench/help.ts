import { MODES } from "./args.ts";
import { modes } from "./modes/index.ts";

export function helpText(): string {
  return `Usage: npm run bench -- [MODE...] [options]

Runs Millrace and the real clients of this machine on the same work, in turns, checks the data, and prints tables.

Modes (all of them when none is named):
${MODES.map((mode) => `  ${mode.padEnd(11)} ${modes[mode].about}`).join("\n")}
  all
  setup       installs the clients: Debian packages (as root) and npm packages (into a cache folder)

Options:
  --quick            small sizes and one run: to see that it works, not to measure
  --runs N           runs of each client (default: 3 to 20, by mode)
  --size SIZE        of the file, such as 512M or 2G
  --piece LIST       piece lengths, such as 1M,256K
  --count N          torrents of idle, peers of peers, nodes of dht
  --clients LIST     compare only with these: libtorrent, aria2c, webtorrent, transmission, mktorrent, …
  --only LIST        floods of hostile: have-all, bitfield, …
  --rate SIZE        bytes a second that each flood of hostile offers, in place of its own
  --also NAME=FOLDER another built copy of Millrace, as "millrace NAME"; may be repeated
  --out FILE         every run as JSON, too
  --plot FILE        the plot of dht, as SVG
  --data FOLDER      where data lies (default: /dev/shm, or MILLRACE_BENCH_DATA)
  --dir FOLDER       a real disk, for loop (default: the temporary folder)
  --npm-root FOLDER  where the npm packages are (default: what setup fills, or MILLRACE_BENCH_NPM)
  --python FILE      a Python with libtorrent (default: /usr/bin/python3, or MILLRACE_BENCH_PYTHON)
  --quiet-wait SEC   wait for a quiet machine before a run, at most (default: 10; with --quick 1)
  --timeout SEC      for one run (default: 600)
  --no-build         measure dist/ as it is
  -h, --help
`;
}
