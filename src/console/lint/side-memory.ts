import { RequestLedger } from "./request-ledger.ts";

/** A name for an extended id (BEP 10), and since when it holds no longer. */
interface ExtensionName {
  readonly name: string;
  endedAt: number | undefined;
}

/**
 * What the linter remembers of one side, beyond what the conversation itself keeps. Bounded for any peer. It has more
 * than 16 fields, which rules read and write; a rule family that needs logic of its own has a class (RequestLedger).
 */
export class SideMemory {
  readonly requests = new RequestLedger();
  /** When it last choked the other; `undefined` while it never did, or has never unchoked. */
  chokedAt: number | undefined;
  hasUnchoked = false;
  /** How many requests the other had made when this side choked it. */
  requestsAtChoke = 0;
  /** Messages about choking, and about interest, in a row that changed nothing. */
  chokeRepeats = 0;
  interestRepeats = 0;
  /** It has announced its pieces with bitfield, have-all or have-none. */
  hasAnnouncedPieces = false;
  /** It has sent a message that must come after the announcement of pieces. */
  hasSentAfterPieces = false;
  /** A bitfield that arrived before the torrent was known. */
  unchecked: { readonly length: number; readonly last: number } | undefined;
  /** `upload_only` of its extended handshake (BEP 21); `undefined` when it is absent. */
  uploadOnly: boolean | undefined;
  /** When it announced its request queue, `reqq` (BEP 10). */
  queueAnnouncedAt: number | undefined;
  /** By the ids that it announced, those that it turned off included. */
  readonly extensions = new Map<number, ExtensionName>();
  /** Open requests for each piece of the metadata: the decoder bounds the pieces. */
  readonly metadataAsked = new Map<number, number>();
  /** The same, by `hashKey` of update-memory.ts. */
  readonly hashesAsked = new Map<string, number>();
  hasForgottenHashes = false;
  /** `ut_pex` messages. */
  pexCount = 0;
  lastPexAt: number | undefined;
  /** Keep-alives since then. */
  keepAlives = 0;
  keepAlivesSince = 0;
  hasSentGarbage = false;
}
