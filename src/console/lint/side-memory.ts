import { RequestLedger } from "./request-ledger.ts";

/** The name of an extension that an id stands for (BEP 10), and when the id became invalid. */
interface ExtensionName {
  readonly name: string;
  endedAt: number | undefined;
}

/**
 * What the linter remembers of one side, besides the state that the conversation keeps. Its size is bounded. It has
 * more than 16 fields, because all rules read and write them; a group of rules that needs logic for its memory has
 * its own class (RequestLedger).
 */
export class SideMemory {
  readonly requests = new RequestLedger();
  /**
   * When this side last sent choke, in milliseconds since the session began; `undefined` if it did not, or before its
   * first unchoke.
   */
  chokedAt: number | undefined;
  hasUnchoked = false;
  /** Number of requests that the other side had made when this side last sent choke. */
  requestsAtChoke = 0;
  /**
   * Number of consecutive choke or unchoke messages that had no effect; `interestRepeats`: the same for interested
   * and not interested.
   */
  chokeRepeats = 0;
  interestRepeats = 0;
  /** Whether this side has announced its pieces with bitfield, have-all or have-none. */
  hasAnnouncedPieces = false;
  /** Whether this side has sent a message that is only allowed after a bitfield, have-all or have-none. */
  hasSentAfterPieces = false;
  /**
   * The bitfield that arrived before the metadata of the torrent, and must be checked later: its length and last
   * byte.
   */
  unchecked: { readonly length: number; readonly last: number } | undefined;
  /** `upload_only` in the extended handshake of this side (BEP 21); `undefined` if absent. */
  uploadOnly: boolean | undefined;
  /**
   * When this side announced the length of its request queue (`reqq`, BEP 10), in milliseconds since the session
   * began.
   */
  queueAnnouncedAt: number | undefined;
  /** Extensions by the id that this side announced, disabled extensions included. */
  readonly extensions = new Map<number, ExtensionName>();
  /**
   * Number of open metadata requests of this side (BEP 9), by piece of the metadata. The decoder limits piece
   * numbers.
   */
  readonly metadataAsked = new Map<number, number>();
  /** Number of open hash requests of this side (BEP 52), by `hashKey` of update-memory.ts. */
  readonly hashesAsked = new Map<string, number>();
  hasForgottenHashes = false;
  /** Number of `ut_pex` messages that this side sent. */
  pexCount = 0;
  lastPexAt: number | undefined;
  /** Number of keep-alives that this side sent in the current minute. */
  keepAlives = 0;
  keepAlivesSince = 0;
  hasSentGarbage = false;
}
