import type { ActionRequest, ActionResult } from "../../../api/index.ts";
import { errorCode, toError, toMillraceError, unreachable } from "../../../base/index.ts";
import { checkDiskName } from "../../../client/index.ts";
import type { RunControl } from "../running/run-control.ts";
import { note, remember, type SessionContext } from "../context.ts";
import { eachOf } from "./each-of.ts";
import type { TorrentEntry } from "./torrent-entry.ts";
import { placeOf } from "../files/folders.ts";
import { MAX_CHANGES_AT_ONCE } from "../limits.ts";
import { ENDLESS } from "../running/goals.ts";
import { changedLimits, recordedLabels, type LimitChanges, type TorrentRecord } from "../records/record.ts";
import { moveInQueue, type QueueMove } from "../running/queue.ts";

/** Performs the actions on torrents: start, pause, check, move, remove and others. */
export class Actions {
  readonly #context: SessionContext;
  readonly #runControl: RunControl;

  constructor(context: SessionContext, runControl: RunControl) {
    this.#context = context;
    this.#runControl = runControl;
  }

  /**
   * Applies an action to several torrents; when it fails for one, the others continue. Resolves when the requested
   * state is on the disk; pausing and checking the data continue in the background.
   */
  async act(request: ActionRequest): Promise<ActionResult> {
    const ids = [...new Set(request.ids)];
    const failed: ActionResult["failed"] = [];
    const isSlow = request.action === "remove" || request.action === "move";
    const queued = request.action === "queue" ? this.#moveInQueue(ids, request.to) : undefined;
    await eachOf(ids, isSlow ? MAX_CHANGES_AT_ONCE : ids.length, async (id) => {
      try {
        await this.#do(this.#context.table.get(id), request);
      } catch (thrown) {
        const error = toMillraceError(thrown);
        failed.push({ id, code: error.code, message: error.message });
      }
    });
    await queued;
    this.#runControl.apply();
    return { done: ids.length - failed.length, failed };
  }

  async setLimits(entry: TorrentEntry, limits: LimitChanges): Promise<void> {
    const all = changedLimits(entry.record.limits, limits);
    entry.torrent.setRates({
      maxDownloadRate: all.maxDownloadRate ?? undefined,
      maxUploadRate: all.maxUploadRate ?? undefined,
    });
    entry.torrent.setMaxPeers(all.maxPeers ?? undefined);
    await remember(this.#context, entry, { limits: all });
    this.#runControl.checkGoals([entry]);
  }

  remove(entry: TorrentEntry, deleteData: boolean): Promise<void> {
    const { removals } = this.#context;
    const removal = this.#remove(entry, deleteData);
    const ended = removal.catch(() => undefined).finally(() => removals.delete(entry.id));
    removals.set(entry.id, ended);
    return removal;
  }

  async #remove(entry: TorrentEntry, deleteData: boolean): Promise<void> {
    const { table, store, torrentFiles, log } = this.#context;
    // The torrent is removed from here on, also after a crash: the next start finishes the removal.
    const before = entry.record;
    table.delete(entry.id);
    entry.record = { ...before, isStarted: false, removal: deleteData ? "delete-data" : "keep-data" };
    try {
      await store.put(entry.record);
    } catch (error) {
      // The removal is not recorded: the torrent stays, and the list shows it.
      entry.record = before;
      table.add(entry);
      note(this.#context, entry, {});
      throw error;
    }
    await entry.torrent.remove({ deleteData });
    await torrentFiles.remove(entry.id);
    await store.delete(entry.id);
    log.info(`removed${deleteData ? " with its data" : ""}: ${entry.row.name}`, { infoHash: entry.id });
  }

  /** Sets the folder of a torrent whose data the user has moved to that folder, and checks the data there. */
  async #find(entry: TorrentEntry, folder: string): Promise<void> {
    const place = placeOf(this.#context.settings(), folder);
    await entry.torrent.move(place, { find: true });
    await remember(this.#context, entry, { folder: place, destination: null });
    this.#context.log.info(`the torrent now uses the data in ${place}: ${entry.row.name}`, { infoHash: entry.id });
  }

  /**
   * Renames the torrent's file or folder on the disk. When this fails, rejects with the errors of {@link
   * SessionTorrents.patch}, and the torrent keeps its old name.
   */
  async rename(entry: TorrentEntry, name: string): Promise<void> {
    checkDiskName(name);
    const { torrent, record } = entry;
    const before = torrent.metainfo?.name;
    if (name === before) return;
    try {
      // Both names are recorded first: after a crash the disk shows which one is in use.
      if (before !== undefined) await remember(this.#context, entry, { diskName: before, renamingTo: name });
      await torrent.rename(name);
    } catch (error) {
      const isBusy = errorCode(error) === "torrent.moving";
      if (before !== undefined)
        note(
          this.#context,
          entry,
          isBusy
            ? { diskName: record.diskName, renamingTo: record.renamingTo }
            : { diskName: torrent.metainfo?.name ?? before, renamingTo: null },
        );
      throw error;
    } finally {
      this.#runControl.reconsider();
    }
    note(this.#context, entry, { diskName: name, renamingTo: null });
    this.#context.log.info(`renamed on the disk to ${name}: ${entry.row.name}`, { infoHash: entry.id });
  }

  /**
   * Moves a completed torrent from the folder for incomplete downloads to its destination, when it is still in that
   * folder.
   */
  async arrive(entry: TorrentEntry): Promise<void> {
    const { destination } = entry.record;
    if (destination !== null) await this.#moveNow(entry, destination);
  }

  async move(entry: TorrentEntry, folder: string): Promise<void> {
    const place = placeOf(this.#context.settings(), folder);
    const { destination, done, wanted } = entry.record;
    // It stays in the folder for incomplete torrents until it is complete.
    if (destination !== null && (wanted === 0 || done < wanted))
      return remember(this.#context, entry, { destination: place });
    return this.#moveNow(entry, place);
  }

  async #moveNow(entry: TorrentEntry, place: string): Promise<void> {
    if (place === entry.record.folder && entry.record.movingTo === null)
      return remember(this.#context, entry, { destination: null });
    const before = entry.record.movingTo;
    try {
      await remember(this.#context, entry, { movingTo: place });
      await entry.torrent.move(place);
    } catch (error) {
      // A move that the end of the daemon interrupts continues at the next start. A move under way keeps its folder.
      const code = errorCode(error);
      if (code !== "aborted") note(this.#context, entry, { movingTo: code === "torrent.moving" ? before : null });
      this.#runControl.reconsider();
      throw error;
    }
    await remember(this.#context, entry, { folder: place, movingTo: null, destination: null });
    this.#context.log.info(`moved to ${place}: ${entry.row.name}`, { infoHash: entry.id });
    this.#runControl.reconsider();
  }

  async #do(entry: TorrentEntry, request: ActionRequest): Promise<void> {
    switch (request.action) {
      case "start":
      case "start-now":
        await remember(this.#context, entry, {
          isStarted: true,
          isForced: request.action === "start-now",
          isFinished: false,
          ...withoutGoal(entry),
        });
        if (entry.torrent.state.kind === "failed") entry.torrent.resume();
        return;
      case "pause":
        entry.isRechecking = false;
        return remember(this.#context, entry, { isStarted: false, isForced: false });
      case "recheck":
        this.#recheck(entry);
        return;
      case "reannounce":
        entry.torrent.reannounce();
        return;
      case "remove":
        return this.remove(entry, request.deleteData ?? false);
      case "label":
        return remember(this.#context, entry, recordedLabels([request.label]));
      case "labels":
        return remember(this.#context, entry, recordedLabels(request.labels));
      case "move":
        return request.find === true ? this.#find(entry, request.folder) : this.move(entry, request.folder);
      case "limits":
        return this.setLimits(entry, request.limits);
      case "queue":
        return;
      default:
        unreachable(request);
    }
  }

  #recheck(entry: TorrentEntry): void {
    entry.isRechecking = true;
    entry.torrent.recheck().catch((error: unknown) => {
      entry.isRechecking = false;
      this.#context.log.error("cannot check a torrent", { infoHash: entry.id, reason: toError(error).message });
    });
  }

  /** Moves torrents to another position in the queue. Resolves when the new order of the queue is on the disk. */
  #moveInQueue(ids: readonly string[], to: QueueMove): Promise<unknown> {
    const { table } = this.#context;
    const order = [...table.entries()].toSorted((a, b) => a.record.queue - b.record.queue).map(({ id }) => id);
    const changed = moveInQueue(order, new Set(ids), to).flatMap((id, queue) => {
      const entry = table.find(id);
      return entry === undefined || entry.record.queue === queue ? [] : [{ entry, queue }];
    });
    return Promise.all(changed.map(({ entry, queue }) => remember(this.#context, entry, { queue })));
  }

  /** Completes a removal or a move of data that a crash interrupted. */
  async finish(entry: TorrentEntry): Promise<void> {
    const { movingTo, removal } = entry.record;
    try {
      if (removal !== "none") await this.remove(entry, removal === "delete-data");
      else if (movingTo !== null) await this.#moveNow(entry, movingTo);
      else if (entry.record.wanted > 0 && entry.record.done >= entry.record.wanted) await this.arrive(entry);
    } catch (error) {
      if (errorCode(error) === "aborted") return;
      this.#context.log.error("cannot finish the removal or move that was interrupted when the daemon stopped", {
        infoHash: entry.id,
        reason: toError(error).message,
      });
      note(this.#context, entry, { movingTo: null });
    }
  }
}

/**
 * Returns the changes to the record that switch off the goals of a torrent, for a torrent that a goal has stopped and
 * that the user starts again. With its goals, the next check would stop it again.
 */
function withoutGoal({ record }: TorrentEntry): Partial<TorrentRecord> {
  return record.isFinished
    ? { limits: { ...record.limits, seedRatio: ENDLESS, seedSeconds: ENDLESS, seedIdleSeconds: ENDLESS } }
    : {};
}
