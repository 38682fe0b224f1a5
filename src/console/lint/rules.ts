import type { Severity } from "../conversation/entry.ts";

/** A rule of the linter. */
export interface Rule {
  readonly severity: Severity;
  /** The BEP that states the rule or explains the note. */
  readonly bep: number;
  /** A short description of a violation of the rule. */
  readonly title: string;
  /** The reason for the rule: the effect of a violation. */
  readonly why: string;
}

const fault = (bep: number, title: string, why: string): Rule => ({ severity: "fault", bep, title, why });
const note = (bep: number, title: string, why: string): Rule => ({ severity: "note", bep, title, why });

/** All rules by their stable names. docs/protocol/linter.md has the same list. */
export const RULES = {
  "handshake.protocol": fault(
    3,
    "the first bytes belong to another protocol",
    "a connection begins with the byte 19 and `BitTorrent protocol`",
  ),
  "handshake.unreadable": note(
    3,
    "the first bytes are neither a handshake nor text",
    "the connection is probably encrypted; turn encryption off in the clients to see their messages",
  ),
  "handshake.info-hash": fault(
    3,
    "the handshake names a different torrent than expected",
    "the other side closes the connection",
  ),
  "handshake.mismatch": fault(
    3,
    "the two handshakes name different torrents",
    "both sides must name the same torrent, or close the connection",
  ),
  "handshake.self": fault(
    3,
    "both sides have the same peer id",
    "a client connected to itself, or copied an id; a peer id belongs to one client",
  ),

  "framing.length": fault(
    3,
    "a length prefix that is too large for any message",
    "the messages that follow cannot be separated: the stream is unreadable",
  ),
  "framing.size": fault(
    3,
    "a message whose length does not fit its id",
    "the message cannot be read; clients close the connection",
  ),
  "framing.unknown": fault(
    3,
    "a message id that no BEP defines",
    "the sides did not negotiate it; extensions use BEP 10, which identifies messages by name",
  ),
  "framing.truncated": note(3, "the connection ended within a message", "the rest of the message never arrived"),

  "pieces.bitfield-length": fault(
    3,
    "a bitfield of the wrong length",
    "there is one bit for each piece, padded to whole bytes",
  ),
  "pieces.spare": fault(
    3,
    "spare bits at the end of a bitfield are set",
    "they stand for pieces that do not exist; clients close the connection",
  ),
  "pieces.bitfield-twice": fault(3, "a second bitfield without new pieces", "a bitfield may only be the first message"),
  "pieces.taken-back": fault(
    3,
    "a second bitfield that lacks pieces announced before",
    "the receiver may have requested an announced piece",
  ),
  "pieces.late": note(
    3,
    "the first bitfield came after other messages",
    "a bitfield may only be the first message; the receiver may have assumed that the sender has no pieces",
  ),
  "pieces.in-place-of-haves": note(
    3,
    "a second bitfield, or have-all, with new pieces",
    "BEP 3 announces new pieces with `have`; aria2 sends a bitfield to save bytes, and most clients accept it",
  ),
  "pieces.have-range": fault(
    3,
    "have for a piece that does not exist",
    "piece indexes are smaller than the torrent's number of pieces",
  ),
  "pieces.have-again": note(3, "have for a piece that was announced before", "it has no new information"),

  "fast.unnegotiated": fault(
    6,
    "a message of the fast extension without its bit in both handshakes",
    "the receiver must close the connection",
  ),
  "fast.first": fault(
    6,
    "the first message is none of bitfield, have-all, have-none",
    "with the fast extension exactly one of them follows the handshake",
  ),
  "fast.twice": fault(
    6,
    "have-all or have-none after the pieces were announced",
    "exactly one of bitfield, have-all and have-none is sent",
  ),
  "fast.reject-unasked": fault(
    6,
    "reject for a request that is not open",
    "each request has exactly one reply, a block or a reject; the receiver should close the connection",
  ),
  "fast.allowed-range": fault(
    6,
    "allowed-fast for a piece that does not exist",
    "piece indexes are smaller than the torrent's number of pieces",
  ),
  "fast.suggest-range": fault(
    6,
    "suggest for a piece that does not exist",
    "piece indexes are smaller than the torrent's number of pieces",
  ),
  "fast.suggest-unhad": note(
    6,
    "suggest for a piece that the sender does not have",
    "the sender should suggest pieces that it can upload",
  ),
  "fast.unanswered": note(
    6,
    "a request sent before the choke got neither a block nor a reject",
    "a choke rejects all requests except those for allowed-fast pieces",
  ),

  "request.empty": fault(3, "a request for no bytes", "no block can be sent in reply"),
  "request.piece": fault(
    3,
    "a request for a piece that does not exist",
    "piece indexes are smaller than the torrent's number of pieces",
  ),
  "request.range": fault(
    3,
    "a request beyond the end of its piece",
    "these bytes do not exist; clients close the connection",
  ),
  "request.large": note(
    3,
    "a request for more than 16 KiB",
    "all current clients request 16 KiB, and many close the connection on a larger request",
  ),
  "request.huge": fault(3, "a request for more than 128 KiB", "no client serves blocks of that size"),
  "request.choked": fault(
    3,
    "a request while choked",
    "the request is dropped; send it after an unchoke, or for an allowed-fast piece (BEP 6)",
  ),
  "request.uninterested": fault(
    3,
    "a request without being interested",
    "a client unchokes only peers that are interested",
  ),
  "request.unhad": fault(3, "a request for a piece that the receiver did not announce", "the receiver cannot serve it"),
  "request.had": note(
    3,
    "a request for a piece that the sender has announced",
    "the sender has the data already, or its have was wrong",
  ),
  "request.again": note(
    3,
    "a request for a block whose request is still open",
    "the block may be sent twice; send cancel first",
  ),
  "request.queue": note(
    10,
    "more open requests than the receiver's request queue holds",
    "the receiver may drop requests beyond its `reqq`",
  ),
  "request.upload-only": note(21, "a request after upload_only", "upload_only means that the sender does not download"),
  "request.cancel-unasked": fault(3, "cancel for a block that was not requested", "there is no request to cancel"),

  "block.unasked": fault(6, "a block that was not requested", "the receiver must close the connection"),
  "block.twice": fault(6, "a second reply to a request", "each request has exactly one reply"),
  "block.length": fault(3, "a block of a different length than requested", "a block has the length of its request"),
  "block.range": fault(
    3,
    "a block beyond the end of its piece, or of a piece that does not exist",
    "these bytes do not exist",
  ),
  "block.large": fault(3, "a block of more than 128 KiB", "no client requests or accepts it"),
  "block.choking": fault(3, "a block to a side that is choked", "a choked peer is sent no data until it is unchoked"),
  "block.after-choke": note(
    3,
    "a block just after the choke, without the fast extension",
    "a choke drops all requests; this block was probably queued for sending already",
  ),
  "block.unhad": fault(
    3,
    "a block of a piece that the sender did not announce",
    "only pieces whose hash is right are announced and sent",
  ),
  "block.hash": fault(
    3,
    "a piece whose data does not have the expected hash",
    "all blocks came over this connection, so this side's data is wrong",
  ),

  "state.repeated": note(
    3,
    "choke, unchoke, interested or not-interested that changes nothing, more than once in a row",
    "connections begin choked and not interested; only changes are sent",
  ),
  "state.interested-complete": note(3, "interested from a side that has every piece", "it needs no pieces"),

  "rhythm.silence": note(
    3,
    "more than two minutes without a message",
    "a keep-alive is due every two minutes; the receiver may close the connection",
  ),
  "rhythm.keep-alives": note(3, "many keep-alives in a minute", "one in two minutes is enough"),

  "extended.unnegotiated": fault(
    10,
    "an extended message without the extension bit in both handshakes",
    "both sides must set bit 20 in their handshakes",
  ),
  "extended.malformed": fault(10, "an extended handshake that cannot be read", "it is one bencoded dictionary"),
  "extended.unannounced": fault(
    10,
    "an extended message with an id that the receiver did not announce",
    "the receiver announces the ids in its extended handshake",
  ),
  "extended.turned-off": fault(
    10,
    "an extended message with an id that the receiver turned off",
    "id 0 in a later handshake turns an extension off",
  ),
  "extended.same-id": fault(10, "two extensions with one id", "messages with that id are ambiguous"),

  "metadata.malformed": fault(
    9,
    "a ut_metadata message that cannot be read",
    "it is a bencoded dictionary with msg_type and piece, followed by up to 16 KiB of data",
  ),
  "metadata.size": fault(
    9,
    "a metadata_size that is not the size of the torrent's metadata",
    "it is the length of the info dictionary",
  ),
  "metadata.range": fault(
    9,
    "a request beyond the end of the metadata",
    "pieces of 16 KiB end with the announced metadata_size",
  ),
  "metadata.unasked": fault(9, "metadata that was not requested", "data replies to a request with the same piece"),
  "metadata.length": fault(9, "a metadata piece of the wrong length", "all pieces but the last have 16 KiB"),
  "metadata.total-size": fault(
    9,
    "a total_size that differs from the announced size",
    "it equals metadata_size in the extended handshake",
  ),
  "metadata.no-total": note(
    9,
    "metadata without total_size",
    "BEP 9 requires it in every data message; most receivers do not need it",
  ),
  "metadata.reject-unasked": fault(
    9,
    "reject for a metadata request that was not sent",
    "a reject replies to a request with the same piece",
  ),

  "pex.malformed": fault(
    11,
    "a ut_pex message that cannot be read",
    "it is one bencoded dictionary of compact contacts",
  ),
  "pex.often": fault(11, "ut_pex more often than once a minute", "updates are collected for a minute"),
  "pex.many": fault(11, "ut_pex with more than 50 peers added, or dropped", "only the first message may have more"),
  "pex.both": fault(
    11,
    "a peer both added and dropped in one message",
    "a peer cannot be both connected and disconnected",
  ),
  "pex.duplicate": fault(11, "a peer twice in one list", "contacts must not contain duplicates"),

  "private.pex-offered": note(
    27,
    "ut_pex offered for a private torrent",
    "peers of a private torrent come from its tracker alone",
  ),
  "private.pex": fault(
    27,
    "ut_pex sent for a private torrent",
    "peers of a private torrent come from its tracker alone",
  ),
  "private.port": note(27, "a DHT port announced for a private torrent", "a private torrent does not use the DHT"),

  "dht.unnegotiated": fault(
    5,
    "port, although a side did not set the DHT bit",
    "port is sent between peers that set the last reserved bit of their handshakes",
  ),
  "dht.port-zero": fault(5, "port 0", "no DHT node can be reached there"),

  "hashes.unnegotiated": fault(
    52,
    "a hash message on a connection for v1",
    "hash messages belong to v2 connections, or need the upgrade bit of hybrid torrents from both sides",
  ),
  "hashes.shape": fault(
    52,
    "a hash request with an invalid range",
    "length is a power of two and at least 2, and index is a multiple of length",
  ),
  "hashes.unasked": fault(
    52,
    "hashes, or a hash reject, that were not requested",
    "each replies to a hash request with the same fields",
  ),
} as const satisfies Readonly<Record<string, Rule>>;

/** The stable name of a rule. */
export type RuleId = keyof typeof RULES;
