import { RequestLedger } from "./request-ledger.ts";

/** The name of the extension that an id stands for (BEP 10), and the time at which the id became invalid. */
interface ExtensionName {
  readonly name: string;
  endedAt: number | undefined;
}

/**
 * The facts about one side that the linter stores, in addition to the state in the conversation. Their number is
 * limited. (It has more than 16 fields, because all rules read and write them. Where rules need logic for their facts,
 * the facts have a class of their own, such as RequestLedger.)
 */
export class SideMemory {
  readonly requests = new RequestLedger();
  /**
   * The time at which this side last sent choke, in milliseconds since the session began. It is `undefined` until this
   * side has sent unchoke and then choke.
   */
  chokedAt: number | undefined;
  hasUnchoked = false;
  /** The number of requests that the other side had made when this side last sent choke. */
  requestsAtChoke = 0;
  /**
   * The number of consecutive choke or unchoke messages that had no effect. `interestRepeats` is the same for
   * interested and not interested.
   */
  chokeRepeats = 0;
  interestRepeats = 0;
  /** Whether this side has announced its pieces with bitfield, have-all or have-none. */
  hasAnnouncedPieces = false;
  /** Whether this side has sent a message that is only allowed after a bitfield, have-all or have-none. */
  hasSentAfterPieces = false;
  /**
   * A bitfield that arrived before the metadata of the torrent: its length and last byte. It is checked when the
   * metadata is known.
   */
  unchecked: { readonly length: number; readonly last: number } | undefined;
  /** `upload_only` in the extended handshake of this side (BEP 21); `undefined` if absent. */
  uploadOnly: boolean | undefined;
  /**
   * The time at which this side announced the length of its request queue (`reqq`, BEP 10), in milliseconds since the
   * session began.
   */
  queueAnnouncedAt: number | undefined;
  /** The extensions by the id that this side announced, including disabled ones. */
  readonly extensions = new Map<number, ExtensionName>();
  /**
   * The number of open metadata requests of this side (BEP 9), by piece of the metadata. The decoder limits piece
   * numbers.
   */
  readonly metadataAsked = new Map<number, number>();
  /** The number of open hash requests of this side (BEP 52), by the key that `hashKey` in update-memory.ts returns. */
  readonly hashesAsked = new Map<string, number>();
  hasForgottenHashes = false;
  /** The number of `ut_pex` messages that this side sent. */
  pexCount = 0;
  lastPexAt: number | undefined;
  /** The number of keep-alives that this side sent in the current minute. */
  keepAlives = 0;
  keepAlivesSince = 0;
  hasSentGarbage = false;
}
