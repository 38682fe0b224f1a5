import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { MillraceApi, type AddOptions } from "../../src/api/index.ts";
import { encode } from "../../src/bencode/index.ts";
import type { Bench } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { freePorts } from "../lib/ports.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { quantile } from "../lib/statistics.ts";
import { GIB, MIB } from "../lib/units.ts";
import { sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";
import { seedersOf, torrentOf } from "./transfer.ts";

const CHROMIUM = "/usr/bin/chromium";
const TOKEN = "a-token-for-the-benchmark";
/** Torrents that are added at once. */
const ADDERS = 32;
/** Seconds after which V8 has collected the garbage of ten thousand additions. */
const SETTLE_SECONDS = 45;
const IDLE_SECONDS = 15;
const LABELS = ["films", "linux", "", "music"];
/** Pixels that the list is scrolled by in a frame: fast, as with a wheel. */
const STRIDE = 60;

export const page: BenchMode = {
  about: "the daemon's page in Chromium with 10,000 torrents, and its API during a download at full speed",
  metrics: [
    { key: "add", title: "adding, s" },
    { key: "load", title: "list usable ms" },
    { key: "fps", title: "scrolling fps" },
    { key: "slowest", title: "slow frames %" },
    { key: "idle", title: "idle page, % of a core" },
    { key: "change", title: "a change shows ms" },
    { key: "memory", title: "resident MB" },
    { key: "api", title: "API p99 ms" },
    { key: "rate", title: "download MB/s" },
  ],
  run: async (bench) => {
    if (!existsSync(CHROMIUM)) throw new Error(`this needs ${CHROMIUM}, of Debian's package chromium`);
    const count = bench.isQuick ? 500 : 10_000;
    const contenders = bench
      .millraces()
      .map((millrace) => ({ name: millrace.name, run: () => measure(bench, millrace.root, count) }));
    await bench.compare({
      mode: "page",
      what: `${count.toLocaleString("en-US")} torrents`,
      contenders,
      runs: bench.runs(1),
    });
  },
};

class Daemon {
  readonly child: Child;
  url = "";
  api = new MillraceApi();

  constructor(root: string, home: string) {
    const args = [
      "daemon",
      "--json",
      "--listen",
      "127.0.0.1:0",
      "--state",
      join(home, "state"),
      "--dir",
      join(home, "downloads"),
      "--peer-port",
      "0",
      "--allow-private",
    ];
    this.child = new Child("millrace daemon", [process.execPath, join(root, "bin/millrace.js"), ...args], {
      env: {
        MILLRACE_TOKEN: TOKEN,
        XDG_CONFIG_HOME: home,
        MILLRACE_LOG_LEVEL: "warn",
        MILLRACE_DHT: "false",
        MILLRACE_LSD: "false",
      },
    });
  }

  async ready(): Promise<void> {
    this.url = String((await this.child.waitFor("ready", 30)).fields["url"]);
    this.api = new MillraceApi({ url: this.url, token: TOKEN });
  }

  async add(torrent: Uint8Array, options: AddOptions): Promise<string> {
    return (await this.api.addFile(new Blob([Buffer.from(torrent)]), options)).id;
  }
}

async function measure(bench: Bench, root: string, count: number): Promise<Figures> {
  const home = await bench.workspace.folder("daemon");
  const daemon = new Daemon(root, home);
  try {
    await daemon.ready();
    const begun = performance.now();
    const ids = await addMany(daemon, count);
    const add = (performance.now() - begun) / 1000;
    const shown = await inBrowser(daemon, ids, count, bench.isQuick);
    return {
      add,
      ...shown,
      memory: (memoryOf(daemon.child.pid)?.resident ?? Number.NaN) / 1e6,
      ...(await duringDownload(bench, daemon)),
    };
  } finally {
    await daemon.child.stop();
    await bench.workspace.drop(home);
  }
}

async function addMany(daemon: Daemon, count: number): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const adder = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const info = {
        length: 16_384 + at,
        name: `torrent number ${at}.iso`,
        "piece length": 32_768,
        pieces: randomBytes(20),
      };
      ids[at] = await daemon.add(encode({ info }), { paused: at % 3 !== 0, label: LABELS[at % LABELS.length] ?? "" });
    }
  };
  await Promise.all(Array.from({ length: ADDERS }, adder));
  return ids;
}

async function inBrowser(daemon: Daemon, ids: readonly string[], count: number, isQuick: boolean): Promise<Figures> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--headless=new"] });
  try {
    const tab = await (await browser.newContext({ viewport: { width: 1360, height: 820 } })).newPage();
    await tab.goto(daemon.url);
    await tab.getByLabel("Token").fill(TOKEN);
    await tab.getByRole("button", { name: "Sign in" }).click();
    const usable = async (): Promise<void> => {
      await tab.locator("[role=grid] [role=row][data-id]").first().waitFor();
      await tab
        .getByText(`${count.toLocaleString("en-US")} torrents`)
        .first()
        .waitFor();
    };
    await usable();
    const loads: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const begun = performance.now();
      await tab.reload({ waitUntil: "commit" });
      await usable();
      loads.push(performance.now() - begun);
    }
    await sleep(isQuick ? 1 : SETTLE_SECONDS);
    const scrolled = await scroll(tab);
    await sleep(2);
    const before = daemon.child.cpu();
    await sleep(isQuick ? 2 : IDLE_SECONDS);
    const idle = ((daemon.child.cpu() - before) / (isQuick ? 2 : IDLE_SECONDS)) * 100;
    const changes: number[] = [];
    for (let turn = 0; turn < 10; turn++) changes.push(await changeShows(tab, daemon, ids[5] ?? ""));
    return { load: quantile(loads, 0.5), ...scrolled, idle, change: Math.max(...changes) };
  } finally {
    await browser.close();
  }
}

/** Frames a second while the list scrolls for five seconds, and the share of frames of more than 20 ms. */
async function scroll(tab: Page): Promise<Figures> {
  const frames = await tab.evaluate(
    (stride) =>
      new Promise<number[]>((resolve) => {
        const scope = globalThis as unknown as {
          document: { querySelector(what: string): { scrollTop: number } };
          requestAnimationFrame(call: (now: number) => void): void;
        };
        const grid = scope.document.querySelector("[role=grid]");
        const times: number[] = [];
        const step = (now: number): void => {
          times.push(now);
          grid.scrollTop += stride;
          if (now - (times[0] ?? now) < 5_000) scope.requestAnimationFrame(step);
          else resolve(times);
        };
        scope.requestAnimationFrame(step);
      }),
    STRIDE,
  );
  const lengths = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
  return { fps: lengths.length / 5, slowest: (lengths.filter((length) => length > 20).length / lengths.length) * 100 };
}

/** Milliseconds from a request that changes a torrent until the page shows the change. */
async function changeShows(tab: Page, daemon: Daemon, id: string): Promise<number> {
  const label = randomBytes(4).toString("hex");
  const shown = tab
    .getByRole("navigation", { name: "Filters" })
    .getByText(label)
    .waitFor()
    .then(() => performance.now());
  const begun = performance.now();
  await daemon.api.act({ action: "label", ids: [id], label });
  return (await shown) - begun;
}

/** The response times of the API while libtorrent sends a file at full speed. */
async function duringDownload(bench: Bench, daemon: Daemon): Promise<Figures> {
  const size = bench.isQuick ? 64 * MIB : GIB;
  const torrent = await torrentOf(bench, size, MIB, [MIB]);
  const peers = await freePorts(1);
  const seeder = await seedersOf(bench, torrent, peers);
  try {
    const begun = performance.now();
    const id = await daemon.add(await readFile(torrent.path), { peers: peers.map((port) => `127.0.0.1:${port}`) });
    const { api } = daemon;
    const times: number[] = [];
    const timed = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      const asked = performance.now();
      const answer = await ask();
      times.push(performance.now() - asked);
      return answer;
    };
    for (;;) {
      const { state } = await timed(() => api.torrent(id));
      if (state === "seeding")
        return { api: quantile(times, 0.99), rate: size / ((performance.now() - begun) / 1000) / 1e6 };
      for (const ask of [
        () => api.list({ limit: 100 }),
        () => api.peers(id),
        () => api.pieces(id),
        api.session,
        api.statistics,
      ])
        await timed<unknown>(ask);
      await sleep(0.02);
    }
  } finally {
    await seeder.stop();
  }
}
