import { PeerError, unreachable, type Bitfield } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import {
  decodeExtendedHandshake,
  EXTENDED_HANDSHAKE_ID,
  MAX_ALLOWED_FAST,
  mergeExtendedHandshakes,
  type Message,
} from "../../wire/index.ts";
import type { Choking } from "../upload/choking.ts";
import type { Downloader } from "../download/downloader.ts";
import type { HashExchange } from "../hashes/hash-exchange.ts";
import type { MetadataExchange } from "../metadata/metadata-exchange.ts";
import type { Peer } from "./peer.ts";
import type { Uploader } from "../upload/uploader.ts";

/** The parts of a swarm that handle messages. Download and upload are set once the metadata is known. */
export interface Inbound {
  downloader: Downloader | undefined;
  uploader: Uploader | undefined;
  /** The exchange of hashes; `undefined` for a v1 torrent, and while the metadata is not known. */
  hashes?: HashExchange | undefined;
  readonly choking: Pick<Choking, "interested">;
  readonly metadata: MetadataExchange;
  readonly clock: Clock;
  /** Called when the peer has announced pieces; `added` are its new pieces. */
  onPieces(peer: Peer, added: Bitfield | undefined): void;
  onHave(peer: Peer, piece: number): void;
  onExtendedHandshake(peer: Peer): void;
  /** Called when the peer has sent the UDP port of its DHT node (BEP 5). */
  onDhtPort(peer: Peer, port: number): void;
}

/** Handles one message. Throws {@link PeerError} for a message that violates the protocol. */
export function receive(swarm: Inbound, peer: Peer, message: Message): void {
  switch (message.type) {
    case "choke":
      peer.flags.peerChoking = true;
      // Without the fast extension a choke cancels our requests; with it each is still served or rejected (BEP 6).
      swarm.downloader?.withheld(peer, !peer.profile.supportsFast);
      return;
    case "unchoke":
      peer.flags.peerChoking = false;
      peer.download.lastBlockAt = swarm.clock.now();
      swarm.downloader?.refill(peer);
      return;
    case "interested":
      peer.flags.peerInterested = true;
      swarm.choking.interested(peer, swarm.clock.now());
      return;
    case "not-interested":
      peer.flags.peerInterested = false;
      return;
    case "have":
      swarm.onHave(peer, message.piece);
      return;
    case "bitfield":
      // BEP 3 allows a bitfield as the first message only; aria2 also sends bitfields in place of many haves.
      swarm.onPieces(peer, peer.claims.addBitfield(message.bits));
      return;
    case "have-all":
      requireFast(peer, message.type);
      swarm.onPieces(peer, peer.claims.addAll());
      return;
    case "have-none":
      requireFast(peer, message.type);
      return;
    case "request":
      swarm.uploader?.request(peer, message);
      return;
    case "cancel":
      swarm.uploader?.cancel(peer, message);
      return;
    case "reject":
      requireFast(peer, message.type);
      if (
        swarm.downloader?.rejected(peer, message.piece, message.begin, message.length) === true &&
        peer.flags.peerChoking
      )
        peer.allowedFast.delete(message.piece);
      return;
    case "allowed-fast":
      requireFast(peer, message.type);
      if (peer.allowedFast.size >= MAX_ALLOWED_FAST || peer.allowedFast.has(message.piece)) return;
      peer.allowedFast.add(message.piece);
      swarm.downloader?.refill(peer);
      return;
    case "suggest":
      requireFast(peer, message.type);
      return;
    case "extended":
      receiveExtended(swarm, peer, message.id, message.payload);
      return;
    case "port":
      swarm.onDhtPort(peer, message.port);
      return;
    case "hash-request":
    case "hashes":
    case "hash-reject":
      if (swarm.hashes === undefined) swarm.metadata.onHashes(peer, message);
      else swarm.hashes.onMessage(peer, message);
      return;
    case "keep-alive":
    case "unknown":
    case "piece":
      return;
    default:
      return unreachable(message);
  }
}

function receiveExtended(swarm: Inbound, peer: Peer, id: number, payload: Uint8Array): void {
  if (!peer.profile.supportsExtended)
    throw new PeerError(
      "peer.order",
      "the peer sent an extended message without the extension bit in its handshake (BEP 10)",
    );
  if (id !== EXTENDED_HANDSHAKE_ID) {
    peer.extensions.dispatch(id, payload, peer);
    return;
  }
  const extended = decodeExtendedHandshake(payload);
  peer.profile.extended = mergeExtendedHandshakes(peer.profile.extended, extended);
  peer.extensions.update(extended.extensions);
  if (extended.requestQueue !== undefined) peer.download.requests.setLimit(extended.requestQueue);
  swarm.onExtendedHandshake(peer);
  swarm.metadata.onHandshake(peer);
}

function requireFast(peer: Peer, type: string): void {
  if (!peer.profile.supportsFast)
    throw new PeerError("peer.order", `the peer sent ${type} without the fast extension (BEP 6)`);
}
