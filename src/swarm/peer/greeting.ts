import { addressEndpoint, addressIp, ipFamily, type Bitfield, type InfoHash } from "../../base/index.ts";
import type { CandidateList } from "../../discovery/index.ts";
import {
  allowedFastSet,
  encodeExtendedHandshake,
  encodeHandshake,
  EXTENDED_HANDSHAKE_ID,
  type Message,
} from "../../wire/index.ts";
import { ALLOWED_FAST, MAX_QUEUED_REQUESTS } from "../limits.ts";
import type { Peer } from "./peer.ts";
import type { RequestedTorrent } from "../../transport/index.ts";
import { dialHash, replyHash, versionedHashes } from "../versions.ts";
import type { OwnAddresses, SwarmContent, SwarmOptions } from "../swarm-options.ts";

/**
 * Sends the first message about this client's pieces: a bitfield, or `have-all` or `have-none` when the peer supports
 * the fast extension (BEP 6).
 */
export function announcePieces(
  supportsFast: boolean,
  have: Bitfield | undefined,
  send: (message: Message) => void,
): void {
  if (supportsFast && have?.isFull === true) send({ type: "have-all" });
  else if (supportsFast && have?.isEmpty !== false) send({ type: "have-none" });
  else if (have?.isEmpty === false) send({ type: "bitfield", bits: have.pack() });
}

/**
 * Returns this client's encoded handshake for an info-hash of the torrent. It announces the DHT only for a torrent that
 * uses it, and v2 only with the v1 info-hash of a hybrid torrent (BEP 52).
 */
function ourHandshake(options: SwarmOptions, infoHash: InfoHash): Uint8Array {
  const { peerId, dht } = options;
  const v2 = infoHash.version === 1 && versionedHashes(options).v2 !== undefined;
  const reserved = { extended: true, fast: true, dht: dht?.() !== undefined, v2 };
  return encodeHandshake({ infoHash: infoHash.wire, peerId: peerId.bytes, reserved });
}

/** Returns this client's encoded handshake for a peer to dial. `isV2`: whether the peer is known from the v2 swarm. */
export function handshakeToDial(options: SwarmOptions, isV2: boolean): Uint8Array {
  return ourHandshake(options, dialHash(versionedHashes(options), isV2) ?? options.infoHash);
}

/**
 * Returns this client's encoded handshake for an incoming peer; `undefined` when the torrent is not the requested
 * one.
 */
export function handshakeToReply(options: SwarmOptions, requested: RequestedTorrent): Uint8Array | undefined {
  const infoHash = replyHash(versionedHashes(options), requested);
  return infoHash === undefined ? undefined : ourHandshake(options, infoHash);
}

/** The state of a swarm that {@link Greeting} announces to peers. */
export interface GreetingState {
  readonly swarm: SwarmOptions;
  /** Returns the content; `undefined` while the metadata is not known. */
  readonly content: () => SwarmContent | undefined;
  /** Returns whether all wanted pieces are verified. */
  readonly isFinished: () => boolean;
  /** Returns whether this client pretends to have no pieces: it super-seeds (BEP 16). */
  readonly isHiding: () => boolean;
}

/** Sends peers the messages that describe this client: pieces, extended handshake, allowed-fast set, DHT port. */
export class Greeting {
  readonly #state: GreetingState;
  /** Whether the latest handshakes announced that this client downloads nothing (`upload_only`, BEP 21). */
  #isUploadOnly = false;

  constructor(state: GreetingState) {
    this.#state = state;
  }

  /** Sends a new peer the first messages after the handshake. */
  greet(peer: Peer): void {
    const { swarm } = this.#state;
    const content = this.#state.content();
    const isHiding = this.#state.isHiding();
    const have = isHiding ? undefined : content?.have;
    announcePieces(peer.profile.supportsFast, have, (message) => peer.send(message));
    this.sendExtended(peer);
    if (content !== undefined && !isHiding) grantFast(peer, content, swarm);
    const port = swarm.dht?.()?.port() ?? 0;
    if (peer.profile.supportsDht && port !== 0) peer.send({ type: "port", port });
  }

  /** Sends this client's pieces and the size of the metadata to a peer that connected before the metadata was known. */
  sendContent(peer: Peer, content: SwarmContent): void {
    for (const piece of content.have.ones()) peer.send({ type: "have", piece });
    this.sendExtended(peer);
  }

  /** Sends peers another extended handshake when this client has begun or ended to download (`upload_only`, BEP 21). */
  update(peers: Iterable<Peer>): void {
    if (this.#isUploadOnly === this.#state.isFinished()) return;
    this.#isUploadOnly = !this.#isUploadOnly;
    for (const peer of peers) this.sendExtended(peer);
  }

  /** Sends this client's extended handshake (BEP 10), if the peer supports the extension protocol. */
  sendExtended(peer: Peer): void {
    const { swarm, content, isFinished, isHiding } = this.#state;
    if (!peer.profile.supportsExtended) return;
    const port = swarm.port();
    const ip = addressIp(peer.address);
    // The address of the family that the peer does not see.
    const isIpv4 = ip !== undefined && ipFamily(ip) === 4;
    const payload = encodeExtendedHandshake({
      extensions: peer.extensions.offered,
      client: swarm.clientName,
      requestQueue: MAX_QUEUED_REQUESTS,
      yourIp: ip,
      ipv4: isIpv4 ? undefined : swarm.ownAddresses?.get(4),
      ipv6: isIpv4 ? swarm.ownAddresses?.get(6) : undefined,
      metadataSize: content()?.metainfo.infoBytes.length,
      port: port === 0 ? undefined : port,
      uploadOnly: isFinished() && !isHiding(),
    });
    peer.send({ type: "extended", id: EXTENDED_HANDSHAKE_ID, payload });
  }
}

/** Called when a peer has sent an extended handshake: notes the address of this host that the peer sees (BEP 24). */
export function noteOwnAddress({ profile, address }: Peer, own: OwnAddresses | undefined): void {
  const [seen, ip] = [profile.extended?.yourIp, addressIp(address)];
  if (seen !== undefined && ip !== undefined) own?.onPeerReport(seen, ip);
}

/**
 * Called when a peer has sent an extended handshake (BEP 10). If it is the first one with the listening port of an
 * incoming peer, adds the peer's listening address to the candidates.
 */
export function noteListenPort({ profile, connection }: Peer, candidates: CandidateList): void {
  // A peer sends uTP from the port at which it listens, or to which its NAT has mapped that port.
  const endpoint = connection.kind === "utp" ? addressEndpoint(connection.address) : undefined;
  const port = endpoint?.port ?? profile.extended?.port;
  if (profile.direction === "outgoing" || port === undefined || profile.listenPort !== undefined) return;
  profile.listenPort = port;
  const { listenAddress } = profile;
  if (listenAddress === undefined) return;
  candidates.add([listenAddress], "incoming");
  candidates.connected(listenAddress);
}

/**
 * Sends a new peer its allowed-fast set: pieces that it may request while choked, so that it soon has pieces to share
 * (BEP 6).
 */
export function grantFast(peer: Peer, { metainfo, have }: SwarmContent, { infoHash, runtime }: SwarmOptions): void {
  const ip = addressIp(peer.address);
  if (!peer.profile.supportsFast || ip === undefined || ipFamily(ip) !== 4) return;
  const pieces = allowedFastSet({
    ip,
    infoHash: infoHash.wire,
    pieceCount: metainfo.pieceCount,
    count: ALLOWED_FAST,
    hasher: runtime.hasher,
  });
  for (const piece of pieces) {
    if (!have.get(piece)) continue;
    peer.upload.grantedFast.add(piece);
    peer.send({ type: "allowed-fast", piece });
  }
}
