import type { TorrentRow } from "../../src/api/index.ts";
import { openSession } from "../../src/daemon/session/index.ts";
import { silentLog, type Runtime } from "../../src/runtime/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { SETTINGS } from "./settings.ts";
import { eventually } from "./process.ts";

/** What a session makes of a state folder. */
export interface Settled {
  /** The rows by the torrents' names. */
  readonly rows: ReadonlyMap<string, TorrentRow>;
  /** The number of bytes of files that were hashed. */
  readonly hashed: number;
  /** The names of the torrents that were paused, sorted. */
  readonly paused: readonly string[];
}

/** The least number of bytes that count as data: state files and torrents of the tests are shorter. */
const DATA_BYTES = 8_192;

/** A runtime that counts the bytes of data that are hashed. */
function countingRuntime(): { readonly runtime: Runtime; readonly hashed: () => number } {
  const real = nodeRuntime();
  const { hasher } = real;
  let hashed = 0;
  const note = (length: number): void => {
    if (length >= DATA_BYTES) hashed += length;
  };
  const counting: Runtime["hasher"] = {
    parallelism: hasher.parallelism,
    allocate: (length) => hasher.allocate(length),
    close: () => hasher.close(),
    digest: (algorithm, bytes) => {
      note(bytes.length);
      return hasher.digest(algorithm, bytes);
    },
    digestSync: (algorithm, bytes) => {
      note(bytes.length);
      return hasher.digestSync(algorithm, bytes);
    },
    digestFiles: (job, signal) => {
      for (const { length } of job.segments) note(length);
      return hasher.digestFiles(job, signal);
    },
  };
  return { runtime: { ...real, hasher: counting }, hashed: () => hashed };
}

/** Opens a session on a state folder, starts the paused torrents, waits until none is checked, and closes it. */
export async function settle(stateDir: string, downloadDir: string): Promise<Settled> {
  const { runtime, hashed } = countingRuntime();
  const session = await openSession({
    stateDir,
    settings: { ...SETTINGS, downloadDir, labels: {}, pex: false, utp: false },
    peerPort: 0,
    listenIp: "127.0.0.1",
    version: "0.0.0",
    log: silentLog,
    runtime,
    hasFileEvents: false,
    allowPrivateAddresses: true,
  });
  try {
    const paused = session.torrents.list().filter(({ state }) => state === "paused");
    await session.torrents.act({ action: "start", ids: paused.map(({ id }) => id) });
    await eventually("all torrents run", () =>
      session.torrents.list().every(({ state }) => ["downloading", "seeding", "failed"].includes(state)),
    );
    return {
      rows: new Map(session.torrents.list().map((row) => [row.name, row])),
      hashed: hashed(),
      paused: paused.map(({ name }) => name).toSorted(),
    };
  } finally {
    await session.close();
    await runtime.close();
  }
}
