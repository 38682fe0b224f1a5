import { addressEndpoint } from "../../../base/index.ts";
import type { Metainfo } from "../../../metainfo/index.ts";
import type { Swarm } from "../../../swarm/index.ts";
import { fileBytes, filePath, type Selection } from "../../content/selection.ts";
import type { TorrentState } from "../state.ts";
import type { FileStatus, PeerStatus, TorrentStatus } from "./status.ts";

/** The parts from which a torrent's numbers are computed. */
export interface ReportSource {
  readonly state: TorrentState;
  readonly metainfo: Metainfo | undefined;
  readonly selection: Selection | undefined;
  readonly swarm: Swarm | undefined;
  readonly downloaded: number;
  readonly uploaded: number;
}

/** Returns the numbers of a torrent as they are now. */
export function torrentStatus(source: ReportSource): TorrentStatus {
  const { state, metainfo, selection, swarm, downloaded, uploaded } = source;
  const totalBytes = metainfo?.totalSize ?? 0;
  const wantedBytes = selection?.wantedBytes ?? 0;
  const doneBytes = selection?.doneBytes ?? 0;
  const downRate = swarm?.down.rate ?? 0;
  const peers = [...(swarm?.peers ?? [])];
  const left = wantedBytes - doneBytes;
  return {
    state,
    progress: progress(state, wantedBytes, doneBytes, metainfo !== undefined),
    metadataProgress: metainfo === undefined ? (swarm?.metadataProgress ?? 0) : 1,
    totalBytes,
    wantedBytes,
    doneBytes,
    downRate,
    upRate: swarm?.up.rate ?? 0,
    downloaded,
    uploaded,
    wasted: swarm?.downloader?.wasted ?? 0,
    peers: peers.length,
    seeds: peers.filter((peer) => peer.isSeed).length,
    knownPeers: swarm?.candidates.count("idle") ?? 0,
    blockedPeers: swarm?.candidates.count("blocked") ?? 0,
    encryptionRefusals: swarm?.refusals ?? 0,
    availability: swarm?.downloader?.picker.distributedCopies() ?? 0,
    etaSeconds: left === 0 || downRate === 0 ? undefined : Math.ceil(left / downRate),
    ratio: uploaded / (downloaded > 0 ? downloaded : totalBytes > 0 ? totalBytes : 1),
  };
}

function progress(state: TorrentState, wanted: number, done: number, isKnown: boolean): number {
  if (state.kind === "checking") return state.total === 0 ? 0 : state.checked / state.total;
  if (!isKnown) return 0;
  return wanted === 0 ? 1 : done / wanted;
}

/** Returns the connected peers. */
export function peerStatuses(swarm: Swarm | undefined): PeerStatus[] {
  return [...(swarm?.peers ?? [])].map((peer) => ({
    ip: addressEndpoint(peer.address)?.ip ?? "",
    port: addressEndpoint(peer.address)?.port ?? 0,
    client: peer.profile.client,
    peerId: peer.identity.peerId.toString(),
    peerIdHex: peer.identity.peerId.hex,
    direction: peer.profile.direction,
    source: peer.profile.source,
    progress: peer.pieces === undefined ? 0 : peer.pieces.count / Math.max(1, peer.pieces.length),
    downRate: peer.download.meter.rate,
    upRate: peer.upload.meter.rate,
    downloaded: peer.download.meter.total,
    uploaded: peer.upload.meter.total,
    ...peer.flags,
    isSnubbing: peer.download.isSnubbing,
    isEncrypted: peer.connection.isEncrypted,
    transport: peer.connection.kind,
  }));
}

/** Returns the files without padding; none while the metadata is not known. */
export function fileStatuses(metainfo: Metainfo | undefined, selection: Selection | undefined): FileStatus[] {
  if (metainfo === undefined) return [];
  return metainfo.files
    .filter((file) => !file.isPadding)
    .map((file) => ({
      index: file.index,
      path: filePath(file),
      length: file.length,
      done: selection === undefined ? 0 : fileBytes(metainfo.layout, file, selection.have),
      priority: selection?.priorities[file.index] ?? "normal",
    }));
}
