import { UsageError } from "./base/index.ts";
import { Client as EngineClient, type ClientOptions as EngineOptions } from "./client/index.ts";
import { nodeRuntime } from "./runtime/node/index.ts";
import type { Runtime } from "./runtime/index.ts";

/** Options of {@link Client}. */
export interface ClientOptions extends Omit<EngineOptions, "runtime"> {
  /** The runtime. Default: one for this machine, which the client closes. A runtime that is given is not closed. */
  readonly runtime?: Runtime;
  /**
   * The name of a network interface, or an IP address of this host, that all traffic uses; see
   * `NodeRuntimeOptions.bind`. Only without `runtime`. Default: the system chooses.
   */
  readonly bind?: string;
}

/**
 * A BitTorrent client on this machine.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { Client } from "millrace";
 * import { createTorrent } from "millrace/creation";
 * import { nodeRuntime } from "millrace/runtime/node";
 *
 * const runtime = nodeRuntime();
 * await writeFile("film.mkv", "not much of a film");
 * const { bytes } = await createTorrent(runtime, { path: "film.mkv" });
 *
 * const seeder = new Client({ runtime, downloadDir: ".", port: 0 });
 * await (await seeder.add(bytes)).done;
 *
 * const leecher = new Client({ runtime, downloadDir: "copy", port: 0 });
 * const torrent = await leecher.add(bytes, { peers: [`127.0.0.1:${seeder.port}`] });
 * await torrent.done;
 * torrent.state.kind; // => "seeding"
 *
 * await leecher.close();
 * await seeder.close();
 * await runtime.close();
 * ```
 */
export class Client extends EngineClient {
  readonly #own: Runtime | undefined;

  /** Throws as the constructor of the engine's client, InputError `bind.invalid`, and UsageError `client.bind`. */
  constructor(options: ClientOptions = {}) {
    const { bind } = options;
    if (bind !== undefined && options.runtime !== undefined)
      throw new UsageError("client.bind", "bind is an option of nodeRuntime when a runtime is given");
    const runtime = options.runtime ?? nodeRuntime(bind === undefined ? {} : { bind });
    super({ ...options, runtime });
    this.#own = options.runtime === undefined ? runtime : undefined;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#own?.close();
  }
}
