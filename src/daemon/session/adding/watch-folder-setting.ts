import type { SessionContext } from "../context.ts";
import { placeOf } from "../files/folders.ts";
import type { TakenFiles } from "./taken-files.ts";
import { WatchFolder } from "./watch-folder.ts";

/** Options of {@link WatchFolderSetting}. */
export interface WatchFolderSettingOptions {
  readonly context: SessionContext;
  /** Adds a torrent from the content of a file: the bytes of a torrent file, or a magnet link. */
  readonly add: (source: Uint8Array | string) => Promise<unknown>;
  /** Whether the system reports changes in folders. A simulated system does not. */
  readonly hasFileEvents: boolean;
  readonly taken: TakenFiles;
}

/** Watches the folder that the setting `watchDir` names, and another one when the setting changes. */
export class WatchFolderSetting {
  readonly #options: WatchFolderSettingOptions;
  #watch: { readonly folder: string; readonly watching: WatchFolder } | undefined;

  constructor(options: WatchFolderSettingOptions) {
    this.#options = options;
  }

  /** Watches the folder of the current settings, and stops watching the previous one when it is a different folder. */
  apply(): void {
    const { context, add, hasFileEvents, taken } = this.#options;
    const { runtime, log } = context;
    const settings = context.settings();
    const folder = settings.watchDir === "" ? "" : placeOf(settings, settings.watchDir);
    if (folder === (this.#watch?.folder ?? "")) return;
    this.#watch?.watching
      .close()
      .catch((error: unknown) =>
        log.debug("cannot stop watching the previous watch folder", { reason: String(error) }),
      );
    this.#watch =
      folder === ""
        ? undefined
        : { folder, watching: new WatchFolder({ runtime, folder, add, isReal: hasFileEvents, taken }) };
  }

  async close(): Promise<void> {
    await this.#watch?.watching.close();
  }
}
