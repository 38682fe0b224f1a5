import { addressIp, addressWithPort, type PeerAddress, type PeerId } from "../../base/index.ts";
import type { CandidateSource } from "../../discovery/index.ts";
import type { Direction } from "../../transport/index.ts";
import { recogniseClient, type ExtendedHandshake, type Handshake } from "../../wire/index.ts";

/** The address and id of a peer. Bans and evidence refer to this object even after the peer has disconnected. */
export interface PeerIdentity {
  readonly address: PeerAddress;
  readonly peerId: PeerId;
}

/** The facts about a peer that are known when its connection is admitted. */
export interface ProfileFacts {
  readonly direction: Direction;
  readonly source: CandidateSource;
  readonly handshake: Handshake;
  /** Whether peers exchange hashes on the connection: it is one of v2 (BEP 52). Default false. */
  readonly isV2?: boolean;
}

/** The way in which a peer was found, and the facts about it that its handshakes contain. */
export class PeerProfile {
  readonly identity: PeerIdentity;
  readonly direction: Direction;
  /** The way in which the peer was found. */
  readonly source: CandidateSource;
  readonly supportsFast: boolean;
  readonly supportsExtended: boolean;
  readonly supportsDht: boolean;
  /** Whether the connection is one of v2, on which peers exchange hashes (BEP 52). */
  readonly isV2: boolean;
  /** The peer's extended handshake (BEP 10); `undefined` until it has arrived. */
  extended: ExtendedHandshake | undefined;
  /**
   * The first port that the peer announced as its listening port. Later ones are ignored, because a single connection
   * could announce thousands.
   */
  listenPort: number | undefined;

  constructor(identity: PeerIdentity, { direction, source, handshake, isV2 = false }: ProfileFacts) {
    const { reserved } = handshake;
    this.identity = identity;
    this.direction = direction;
    this.source = source;
    this.supportsFast = reserved.fast;
    this.supportsExtended = reserved.extended;
    this.supportsDht = reserved.dht;
    this.isV2 = isV2;
  }

  /**
   * The address at which to dial the peer. For an incoming connection it is `undefined` until the peer has announced
   * its listening port (BEP 10).
   */
  get listenAddress(): PeerAddress | undefined {
    const { address } = this.identity;
    if (this.direction === "outgoing" || addressIp(address) === undefined) return address;
    return this.listenPort === undefined ? undefined : addressWithPort(address, this.listenPort);
  }

  /** The name and version of the peer's client, from the extended handshake or the peer id. */
  get client(): string {
    if (this.extended?.client !== undefined) return this.extended.client;
    const known = recogniseClient(this.identity.peerId.bytes);
    return known === undefined
      ? "unknown"
      : [known.client, known.version].filter((part) => part !== undefined).join(" ");
  }
}
