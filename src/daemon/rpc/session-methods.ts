import { statfs } from "node:fs/promises";
import { InputError, toError } from "../../base/index.ts";
import type { Session } from "../session/session.ts";
import type { JsonObject } from "./names.ts";
import { snake } from "./names.ts";
import { SettingsForm, type Facts } from "./settings-form.ts";
import type { Method } from "./torrent-methods.ts";

/** Options of {@link sessionMethods}. */
export interface SessionMethodOptions {
  readonly version: string;
  readonly sessionId: string;
  readonly stateDir: string;
  /** Called when a client requests that the daemon stops. */
  readonly onShutdown: () => void;
}

/** Returns the RPC methods that concern the session, by name. */
export function sessionMethods(options: SessionMethodOptions): Readonly<Record<string, Method>> {
  const form = new SettingsForm(options);
  const factsOf = ({ statistics }: Session): Facts => statistics.info();
  return {
    session_set: async ({ session }, args) => {
      const changes = form.changes(args, session.settings.get(), factsOf(session));
      if (Object.keys(changes).length > 0) await session.settings.change(changes);
      return {};
    },
    session_get: ({ session }, args) => {
      const all = form.describe(session.settings.get(), factsOf(session));
      const fields = args.texts("fields")?.map(snake);
      return fields === undefined
        ? all
        : Object.fromEntries(Object.entries(all).filter(([name]) => fields.includes(name)));
    },
    session_stats: ({ session }) => {
      const statistics = session.statistics.totals();
      const seconds = Math.floor((Date.now() - statistics.startedAt) / 1000);
      const stats = (downloaded: number, uploaded: number): JsonObject => ({
        downloaded_bytes: downloaded,
        uploaded_bytes: uploaded,
        files_added: statistics.torrents,
        session_count: 1,
        seconds_active: seconds,
      });
      const paused = (statistics.states["paused"] ?? 0) + (statistics.states["failed"] ?? 0);
      return {
        active_torrent_count: statistics.torrents - paused,
        download_speed: Math.round(statistics.downRate),
        paused_torrent_count: paused,
        torrent_count: statistics.torrents,
        upload_speed: Math.round(statistics.upRate),
        cumulative_stats: stats(statistics.downloaded, statistics.uploaded),
        current_stats: stats(statistics.sessionDownloaded, statistics.sessionUploaded),
      };
    },
    free_space: async (_, args) => {
      const path = args.text("path");
      if (path === undefined || !path.startsWith("/")) throw new InputError("rpc.argument", "path must be absolute");
      try {
        const { bavail, blocks, bsize } = await statfs(path);
        return { path, size_bytes: bavail * bsize, total_size: blocks * bsize };
      } catch (error) {
        throw new InputError("rpc.argument", `free space of ${path}: ${toError(error).message}`, { cause: error });
      }
    },
    port_test: ({ session }) => ({ port_is_open: session.statistics.info().isReachable }),
    blocklist_update: () => {
      throw new InputError("rpc.unsupported", "there is no blocklist");
    },
    group_get: () => ({ group: [] }),
    group_set: () => {
      throw new InputError("rpc.unsupported", "bandwidth groups are not supported");
    },
    session_close: () => {
      options.onShutdown();
      return {};
    },
  };
}
