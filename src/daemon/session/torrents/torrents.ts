import type * as Api from "../../../api/index.ts";
import type { Adder } from "../adding/adder.ts";
import { checkTrackers } from "../adding/tracker-urls.ts";
import { counters, remember, type SessionContext } from "../context.ts";
import { MAX_RECORDED_PEERS } from "../limits.ts";
import { recordedLabels } from "../records/record.ts";
import * as views from "../rows/views.ts";
import type { SessionTorrents } from "../session.ts";
import type { Actions } from "./actions.ts";

/** The torrents of the session, and the methods that change them: the implementation of {@link SessionTorrents}. */
export class Torrents implements SessionTorrents {
  readonly #context: SessionContext;
  readonly #actions: Actions;
  readonly #adder: Adder;

  constructor(context: SessionContext, actions: Actions, adder: Adder) {
    this.#context = context;
    this.#actions = actions;
    this.#adder = adder;
  }

  list(): readonly Api.TorrentRow[] {
    return this.#context.table.current().rows();
  }

  row(id: string): Api.TorrentRow | undefined {
    return this.#context.table.current().find(id)?.row;
  }

  inspect(torrent: Uint8Array): Api.Inspected {
    const { runtime, table } = this.#context;
    return views.inspect(torrent, runtime.hasher, (id) => table.find(id) !== undefined);
  }

  add(source: Uint8Array | string, options: Api.AddOptions): Promise<string> {
    return this.#adder.add(source, options);
  }

  act(request: Api.ActionRequest): Promise<Api.ActionResult> {
    return this.#actions.act(request);
  }

  async patch(id: string, request: Api.PatchRequest): Promise<void> {
    const entry = this.#context.table.current().get(id);
    const { name, diskName, label, labels, sequential, limits, discovery } = request;
    if (diskName !== undefined) await this.#actions.rename(entry, diskName);
    if (sequential !== undefined) entry.torrent.setSequential(sequential);
    if (discovery !== undefined) entry.torrent.setDiscovery(discovery);
    await remember(this.#context, entry, {
      ...(name === undefined ? {} : { name }),
      ...(label === undefined ? {} : recordedLabels([label])),
      ...(labels === undefined ? {} : recordedLabels(labels)),
      ...(sequential === undefined ? {} : { sequential }),
      ...(discovery === undefined ? {} : { discovery: entry.torrent.discovery }),
    });
    if (limits !== undefined) await this.#actions.setLimits(entry, limits);
  }

  async setPriorities(id: string, priorities: ReadonlyMap<number, Api.Priority>): Promise<void> {
    const entry = this.#context.table.current().get(id);
    await entry.torrent.setPriorities(priorities);
    const chosen = entry.torrent.files().filter(({ priority }) => priority !== "normal");
    await remember(this.#context, entry, {
      priorities: Object.fromEntries(chosen.map(({ index, priority }) => [String(index), priority])),
      ...counters(entry),
    });
  }

  async setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void> {
    const entry = this.#context.table.current().get(id);
    checkTrackers(tiers, entry.torrent.trackerTiers);
    entry.torrent.setTrackers(tiers);
    entry.trackerHosts = views.trackerHosts(tiers);
    await remember(this.#context, entry, { trackers: tiers.map((urls) => [...urls]) });
  }

  async addPeers(id: string, peers: readonly string[]): Promise<void> {
    const entry = this.#context.table.current().get(id);
    await entry.torrent.addPeers(peers);
    const known = [...new Set([...entry.record.peers, ...peers])].slice(-MAX_RECORDED_PEERS);
    await remember(this.#context, entry, { peers: known });
  }
}
