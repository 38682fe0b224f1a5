import type { AddOptions, Priority } from "../../../api/index.ts";
import { InfoHash, InputError, UsageError } from "../../../base/index.ts";
import type { AddOptions as EngineOptions, KeptWhere, Torrent } from "../../../client/index.ts";
import { isLink } from "../../../client/index.ts";
import type { SessionContext } from "../context.ts";
import { registerTorrent, type RegisterOptions } from "./register-torrent.ts";
import { parseMetainfo } from "../../../metainfo/index.ts";
import { folderFor, placeOf } from "../files/folders.ts";
import { MAX_CHANGES_AT_ONCE } from "../limits.ts";
import type { LoadedRecords } from "../records/record-store.ts";
import { changedLimits, newRecord, NO_LIMITS, recordedLabels, type TorrentRecord } from "../records/record.ts";
import { eachOf } from "../torrents/each-of.ts";

/** Adds torrents to the session: new ones, and those that were stored in an earlier run. */
export class Adder {
  readonly #options: RegisterOptions;
  #nextQueue = 0;

  constructor(options: RegisterOptions) {
    this.#options = options;
  }

  /** Implements {@link SessionTorrents.add}. Resolves to the torrent's id when its record is on the disk. */
  async add(source: Uint8Array | string, options: AddOptions): Promise<string> {
    const { context } = this.#options;
    // A path is refused: it would let any caller of the API read files of the daemon.
    if (typeof source === "string" && !isLink(source))
      throw new InputError("session.source", "the source is not a magnet link, an info-hash or an http(s) address");
    const settings = context.settings();
    const labels = recordedLabels(options.labels ?? [options.label ?? ""]);
    const destination = folderFor(settings, labels.label, options.folder);
    const folder = await this.#startFolder(source, destination);
    const priorities = options.priorities ?? null;
    const limits = changedLimits(NO_LIMITS, options.limits);
    const torrent = await this.#addToClient(source, {
      ...engineOptions({ folder, priorities, limits }),
      ...flags(options),
      ...options.discovery,
    });
    const id = torrent.infoHash.hex;
    // When it is removed, the client has forgotten it before its record is deleted.
    await context.removals.get(id);
    const record = newRecord({
      id,
      magnet: torrent.metainfo === undefined ? torrent.magnet : null,
      addedAt: context.runtime.clock.wallTime(),
      folder,
      destination: folder === destination ? null : destination,
      ...labels,
      isStarted: !(options.paused ?? !settings.startAdded),
      sequential: options.sequential ?? false,
      skipCheck: options.skipCheck ?? false,
      limits,
      discovery: torrent.discovery,
      priorities,
      peers: [...(options.peers ?? [])],
      queue: this.#nextQueue++,
      size: torrent.metainfo?.totalSize ?? 0,
      // An estimate; the open torrent counts by pieces.
      wanted:
        torrent.metainfo?.files.reduce(
          (sum, { index, length }) => (priorities?.[index] === "skip" ? sum : sum + length),
          0,
        ) ?? 0,
    });
    try {
      // The torrent first: a record without it would be one of nothing.
      const bytes = torrent.torrentBytes();
      if (bytes !== undefined) await context.torrentFiles.put(id, bytes);
      await context.store.put(record);
    } catch (error) {
      await context.store.delete(id).catch(() => undefined);
      await torrent.remove();
      throw error;
    }
    registerTorrent(this.#options, torrent, record);
    context.log.info(`added: ${torrent.name}`, { infoHash: id });
    return id;
  }

  /**
   * Adds a torrent to the client. When a torrent with the same id or path is being removed, first waits for the end of
   * the removal.
   */
  async #addToClient(source: Uint8Array | string, options: EngineOptions): Promise<Torrent> {
    const { client, removals } = this.#options.context;
    for (;;) {
      try {
        return await client.add(source, options);
      } catch (error) {
        const inTheWay = obstacles(error, removals);
        if (inTheWay.length === 0) throw error;
        await Promise.all(inTheWay);
      }
    }
  }

  /**
   * Returns the folder in which a torrent starts: the folder for incomplete downloads, when it is set and the
   * destination contains none of the torrent's data; otherwise the destination.
   */
  async #startFolder(source: Uint8Array | string, destination: string): Promise<string> {
    const { settings, runtime } = this.#options.context;
    const { incompleteDir } = settings();
    if (incompleteDir === "") return destination;
    const incomplete = placeOf(settings(), incompleteDir);
    if (typeof source === "string") return incomplete;
    const { name } = parseMetainfo(source, runtime.hasher, { mayLackLayers: true });
    return (await runtime.files.stat(`${destination}/${name}`)) === undefined ? incomplete : destination;
  }

  /**
   * Restores the torrents of an earlier run, in the order in which they were added. A torrent that cannot be restored
   * is logged, and its files are not deleted. When the record of a torrent is damaged or missing, the torrent is
   * restored paused: its labels, limits and priorities are lost, and the folder of its data is read from the engine's
   * state.
   */
  async restore({ records, damaged, problems }: LoadedRecords): Promise<void> {
    await this.#restore([...records.values()]);
    const { context } = this.#options;
    for (const problem of problems) context.log.warn(problem);
    const files = new Set(await context.torrentFiles.ids());
    for (const id of damaged)
      if (!files.has(id))
        context.log.error("cannot restore a torrent: its record is damaged and its torrent file is missing", {
          infoHash: id,
        });
    const lost = [...files].filter((id) => !records.has(id));
    const places = new Map<string, KeptWhere | undefined>();
    await eachOf(lost, MAX_CHANGES_AT_ONCE, async (id) => {
      places.set(id, await context.client.keptWhere(id));
    });
    const saved = lost.map((id): TorrentRecord => {
      context.log.error(
        "the record of a torrent is damaged or lost: the torrent was restored from its torrent file and paused",
        {
          infoHash: id,
        },
      );
      const { folder, name } = places.get(id) ?? { folder: folderFor(context.settings(), ""), name: undefined };
      return newRecord({
        id,
        addedAt: context.runtime.clock.wallTime(),
        folder,
        diskName: name ?? null,
        queue: this.#nextQueue++,
      });
    });
    await this.#restore(saved);
    await Promise.all(saved.map((record) => context.store.put(record)));
  }

  async #restore(records: readonly TorrentRecord[]): Promise<void> {
    const { context } = this.#options;
    const { size } = context.table;
    const named = await Promise.all(records.map((record) => this.#named(record)));
    const sorted = named.toSorted((a, b) => a.addedAt - b.addedAt);
    const inQueue = sorted.toSorted((a, b) => a.queue - b.queue);
    const places = new Map(inQueue.map(({ id }, place) => [id, size + place]));
    this.#nextQueue = size + sorted.length;
    const torrents = new Map<string, Torrent>();
    await eachOf(sorted, MAX_CHANGES_AT_ONCE, async (record) => {
      try {
        torrents.set(record.id, await this.#revive(record));
      } catch (error) {
        context.log.error("cannot restore a torrent of the previous run", {
          infoHash: record.id,
          reason: String(error),
        });
      }
    });
    for (const record of sorted) {
      const torrent = torrents.get(record.id);
      if (torrent !== undefined)
        registerTorrent(this.#options, torrent, { ...record, queue: places.get(record.id) ?? 0 });
    }
  }

  /**
   * Returns the record with the name that the data has on the disk now. The stored name may be wrong after a crash that
   * interrupted a renaming.
   */
  async #named(record: TorrentRecord): Promise<TorrentRecord> {
    const { renamingTo, diskName, folder } = record;
    if (renamingTo === null) return record;
    const { files } = this.#options.context.runtime;
    const isThere = async (name: string): Promise<boolean> =>
      (await files.linkStat(`${folder}/${name}`).catch(() => undefined)) !== undefined;
    // When both names exist, the new one belongs to another program.
    const isRenamed = (diskName === null || !(await isThere(diskName))) && (await isThere(renamingTo));
    return { ...record, diskName: isRenamed ? renamingTo : diskName, renamingTo: null };
  }

  async #revive(record: TorrentRecord): Promise<Torrent> {
    const { client, torrentFiles } = this.#options.context;
    const source = (await torrentFiles.get(record.id)) ?? record.magnet;
    if (source === null) throw new InputError("session.no-torrent", `the torrent file of ${record.id} is missing`);
    const torrent = await client.add(source, {
      infoHash: InfoHash.parse(record.id),
      ...engineOptions(record),
      ...flags(record),
      ...record.discovery,
      name: record.diskName ?? undefined,
      downloaded: record.downloaded,
      uploaded: record.uploaded,
      hadData: record.done > 0,
      ...(record.trackers === null ? {} : { trackerTiers: record.trackers }),
    });
    if (torrent.infoHash.hex === record.id) return torrent;
    await torrent.remove();
    throw new UsageError(
      "session.other-torrent",
      `the torrent file of ${record.id} belongs to another torrent: ${torrent.infoHash.hex}`,
    );
  }
}

/**
 * Returns the removals still in progress that may have made adding a torrent fail with `error`, as promises. The caller
 * waits for them and tries again.
 */
function obstacles(error: unknown, removals: SessionContext["removals"]): readonly Promise<void>[] {
  if (!(error instanceof UsageError)) return [];
  if (error.code === "client.path-in-use") return [...removals.values()];
  const removal = error.code === "client.duplicate" ? removals.get(String(error.fields["infoHash"])) : undefined;
  return removal === undefined ? [] : [removal];
}

/** Returns the engine's options for a torrent with this record. Torrents are added paused; RunControl starts them. */
function engineOptions(record: Pick<TorrentRecord, "folder" | "priorities" | "limits">): EngineOptions {
  const { folder, priorities, limits } = record;
  return {
    downloadDir: folder,
    paused: true,
    maxDownloadRate: limits.maxDownloadRate ?? undefined,
    maxUploadRate: limits.maxUploadRate ?? undefined,
    maxPeers: limits.maxPeers ?? undefined,
    ...(priorities === null
      ? {}
      : { priorities: (file: { readonly index: number }): Priority => priorities[String(file.index)] ?? "normal" }),
  };
}

function flags(options: Pick<AddOptions, "sequential" | "skipCheck" | "peers">): EngineOptions {
  return {
    sequential: options.sequential ?? false,
    skipCheck: options.skipCheck ?? false,
    ...(options.peers === undefined || options.peers.length === 0 ? {} : { peers: options.peers }),
  };
}
