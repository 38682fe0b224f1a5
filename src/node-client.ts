import { Client as EngineClient, type ClientOptions as EngineOptions } from "./client/index.ts";
import { nodeRuntime } from "./runtime/node/index.ts";
import type { Runtime } from "./runtime/index.ts";

export interface ClientOptions extends Omit<EngineOptions, "runtime"> {
  /** Default: this machine. One that is given is not closed with the client. */
  readonly runtime?: Runtime;
}

/**
 * A BitTorrent client on this machine.
 *
 * @example
 * const client = new Client({ downloadDir: "downloads" });
 * const torrent = await client.add("ubuntu.torrent");
 * await torrent.done;
 * await client.close();
 */
export class Client extends EngineClient {
  readonly #own: Runtime | undefined;

  constructor(options: ClientOptions = {}) {
    const runtime = options.runtime ?? nodeRuntime();
    super({ ...options, runtime });
    this.#own = options.runtime === undefined ? runtime : undefined;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#own?.close();
  }
}
