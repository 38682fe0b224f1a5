import type { Bitfield } from "../../base/index.ts";
import type { Message } from "../../wire/index.ts";
import type { PeerIdentity } from "../peer/peer-profile.ts";

/** The part of a peer that the exchange of hashes uses. */
export interface HashPeer {
  readonly identity: PeerIdentity;
  readonly profile: { readonly isV2: boolean };
  readonly isClosed: boolean;
  readonly isSeed: boolean;
  /** The pieces that the peer has announced; `undefined` while they are not known. */
  readonly pieces: Bitfield | undefined;
  send(message: Message): void;
}
