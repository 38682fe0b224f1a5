import { RequestLedger } from "./request-ledger.ts";

/** A name of an extended id (BEP 10), and when it became invalid. */
interface ExtensionName {
  readonly name: string;
  endedAt: number | undefined;
}

/**
 * The linter's memory of one side, besides the state that the conversation keeps. Bounded for any peer. It has more
 * than 16 fields, because all rules read and write them; a group of rules with logic of its own has a class
 * (RequestLedger).
 */
export class SideMemory {
  readonly requests = new RequestLedger();
  /** When this side last choked the other; `undefined` if it never did, or has never unchoked. */
  chokedAt: number | undefined;
  hasUnchoked = false;
  /** Number of requests that the other side had made when this side last choked. */
  requestsAtChoke = 0;
  /**
   * Number of consecutive choke or unchoke messages that changed nothing; `interestRepeats`: likewise for interest.
   */
  chokeRepeats = 0;
  interestRepeats = 0;
  /** Whether this side has announced its pieces with bitfield, have-all or have-none. */
  hasAnnouncedPieces = false;
  /** Whether this side has sent a message that must follow the announcement of pieces. */
  hasSentAfterPieces = false;
  /** A bitfield that arrived while the torrent was unknown. */
  unchecked: { readonly length: number; readonly last: number } | undefined;
  /** `upload_only` in the extended handshake of this side (BEP 21); `undefined` if absent. */
  uploadOnly: boolean | undefined;
  /** When this side announced the length of its request queue, `reqq` (BEP 10). */
  queueAnnouncedAt: number | undefined;
  /** Extensions by the id that this side announced, disabled ones included. */
  readonly extensions = new Map<number, ExtensionName>();
  /** Number of open requests for each piece of the metadata. The decoder limits piece numbers. */
  readonly metadataAsked = new Map<number, number>();
  /** Number of open requests for hashes, by `hashKey` of update-memory.ts. */
  readonly hashesAsked = new Map<string, number>();
  hasForgottenHashes = false;
  /** Number of `ut_pex` messages. */
  pexCount = 0;
  lastPexAt: number | undefined;
  /** Number of keep-alives in the present minute. */
  keepAlives = 0;
  keepAlivesSince = 0;
  hasSentGarbage = false;
}
