import { chmod, mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InfoHash } from "../../src/base/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { scrape } from "../../src/tracker/index.ts";
import { eventually, freePort, Program } from "./process.ts";
import { OPENTRACKER } from "./programs.ts";

/** A running tracker: its announce URLs. */
export interface RunningTracker {
  readonly http: string;
  readonly udp: string;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Debian's opentracker serves listed torrents only, and runs as the user `nobody`, which must be able to read the list.
 */
export async function startOpentracker(folder: string, allowed: readonly InfoHash[]): Promise<RunningTracker> {
  const home = join(folder, "opentracker");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "list"), allowed.map((hash) => `${hash.hex}\n`).join(""));
  await chmod(folder, 0o755);
  await chmod(home, 0o755);
  const port = await freePort();
  const program = new Program(
    OPENTRACKER,
    ["-i", "127.0.0.1", "-p", String(port), "-P", String(port), "-d", home, "-w", "list"],
    { cwd: home },
  );
  await eventually("opentracker accepts connections", () => {
    if (program.hasExited) throw program.failure("ended");
    return accepts(port);
  });
  return { http: `http://127.0.0.1:${port}/announce`, udp: `udp://127.0.0.1:${port}/announce` };
}

/** `millrace tracker`, as a user runs it. */
export async function startMillraceTracker(): Promise<RunningTracker> {
  const bin = fileURLToPath(new URL("../../bin/millrace.js", import.meta.url));
  const program = new Program(process.execPath, [
    bin,
    "tracker",
    "--http",
    "127.0.0.1:0",
    "--udp",
    "127.0.0.1:0",
    "--json",
  ]);
  let ready: { http: string; udp: string } | undefined;
  program.lines((line) => {
    const event = JSON.parse(line) as { event: string; http: string; udp: string };
    if (event.event === "ready") ready = event;
  });
  const { http, udp } = await eventually("millrace tracker is ready", () => {
    if (program.hasExited) throw program.failure("ended");
    return ready;
  });
  return { http: `http://${http}/announce`, udp: `udp://${udp}/announce` };
}

/** Resolves when the tracker counts that many seeders and leechers. */
export async function trackerKnows(
  runtime: Runtime,
  url: string,
  infoHash: InfoHash,
  wanted: { readonly seeders?: number; readonly leechers?: number },
): Promise<void> {
  await eventually(`${url} knows ${JSON.stringify(wanted)}`, async () => {
    const [entry] = await scrape(runtime, url, [infoHash]);
    return entry !== undefined && entry.seeders >= (wanted.seeders ?? 0) && entry.leechers >= (wanted.leechers ?? 0);
  });
}
