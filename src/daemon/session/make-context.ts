import type { EventData, Settings } from "../../api/index.ts";
import { Client } from "../../client/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";
import { refusePrivate } from "./address-rules.ts";
import type { SessionContext } from "./context.ts";
import { RecordStore } from "./records/record-store.ts";
import { TorrentTable } from "./rows/torrent-table.ts";
import type { SessionOptions } from "./session-options.ts";
import { TorrentFiles } from "./records/torrent-files.ts";

/** The objects from which {@link makeContext} makes a context. */
export interface ContextParts {
  readonly options: SessionOptions;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly settings: () => Settings;
  readonly onDelta: (delta: EventData<"delta">) => void;
}

/** Makes the client and the stores of a session, in the session's state folder. No file or port is opened yet. */
export function makeContext({ options, runtime, log, settings, onDelta }: ContextParts): SessionContext {
  const { stateDir, peerPort, listenIp, version, allowPrivateAddresses } = options;
  return {
    runtime,
    client: new Client({
      runtime,
      downloadDir: options.settings.downloadDir,
      stateDir: `${stateDir}/resume`,
      ownFolders: [stateDir, `${stateDir}/torrents`],
      port: peerPort,
      ...(listenIp === undefined ? {} : { listenIp }),
      userAgent: `Millrace ${version}`,
      ...(allowPrivateAddresses ? {} : { checkAddress: refusePrivate }),
    }),
    table: new TorrentTable({ clock: runtime.clock, onDelta }),
    store: new RecordStore(runtime.files, `${stateDir}/torrents.jsonl`, (error) =>
      log.error("cannot write the session's state", { reason: String(error) }),
    ),
    torrentFiles: new TorrentFiles(runtime.files, `${stateDir}/torrents`),
    log,
    settings,
    removals: new Map(),
  };
}
