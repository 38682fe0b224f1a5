import type { Entry } from "../../conversation/entry.ts";
import type { DutyPeer } from "./duty-peer.ts";

/**
 * Passes a message from a peer to the engine when a duty of the peer needs it. Throws PeerError for a message that
 * violates a rule.
 */
export function followPeer(member: DutyPeer, entry: Entry): void {
  const { engine, duties, metadata, owner } = member;
  switch (entry.type) {
    case "piece":
      takeBlock(member, entry.piece, entry.begin, entry.block);
      return;
    case "extended-handshake":
      member.takeExtended();
      return;
    case "metadata-request":
      if (duties.metadata) metadata.onMessage(engine, { type: "request", piece: entry.piece });
      return;
    case "metadata":
      if (duties.download)
        metadata.onMessage(engine, { type: "data", piece: entry.piece, totalSize: entry.totalSize, data: entry.data });
      return;
    case "metadata-reject":
      if (duties.download) metadata.onMessage(engine, { type: "reject", piece: entry.piece });
      return;
    case "choke":
    case "unchoke":
    case "interested":
    case "not-interested":
    case "have":
    case "bitfield":
    case "request":
    case "cancel":
    case "have-all":
    case "have-none":
    case "reject":
    case "allowed-fast":
      owner.onMessage(engine, entry);
      return;
    default:
  }
}

/** Passes a message that the user has sent to the engine, so that the engine neither repeats nor contradicts it. */
export function followUser(member: DutyPeer, entry: Entry): void {
  const { engine, downloader } = member;
  switch (entry.type) {
    case "choke":
      engine.flags.amChoking = true;
      member.uploader?.choke(engine);
      return;
    case "unchoke":
      engine.flags.amChoking = false;
      return;
    case "interested":
    case "not-interested":
      engine.flags.amInterested = entry.type === "interested";
      downloader?.refill(engine);
      return;
    case "allowed-fast":
      engine.upload.grantedFast.add(entry.piece);
      return;
    case "piece":
    case "reject":
      engine.upload.queue.remove(entry.piece, entry.begin, entry.length);
      return;
    case "request":
      if (downloader?.adopt(engine, entry.piece, entry.begin, entry.length) === true) member.peer.takeRequested(entry);
      return;
    default:
  }
}

function takeBlock({ engine, owner }: DutyPeer, piece: number, begin: number, block: Uint8Array | undefined): void {
  if (block === undefined) return;
  const memory = owner.blockStart(engine, piece, begin, block.length);
  memory?.set(block);
  owner.blockEnd(engine, piece, begin, block.length, memory !== undefined);
}
