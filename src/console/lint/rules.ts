import type { Severity } from "../conversation/entry.ts";

/** One rule of the linter. */
export interface Rule {
  readonly severity: Severity;
  /** The BEP that states it, or that the note is about. */
  readonly bep: number;
  /** What was found. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
}

const fault = (bep: number, title: string, why: string): Rule => ({ severity: "fault", bep, title, why });
const note = (bep: number, title: string, why: string): Rule => ({ severity: "note", bep, title, why });

/** Every rule by its stable name. docs/protocol/linter.md is the same as a page. */
export const RULES = {
  "handshake.protocol": fault(
    3,
    "the first bytes are another protocol's",
    "a connection begins with the byte 19 and `BitTorrent protocol`",
  ),
  "handshake.unreadable": note(
    3,
    "the first bytes are no handshake and no text",
    "most likely the connection is encrypted; turn encryption off in the clients to see what they say",
  ),
  "handshake.info-hash": fault(
    3,
    "the handshake is about another torrent than asked for",
    "the other side closes the connection",
  ),
  "handshake.mismatch": fault(
    3,
    "the two handshakes name different torrents",
    "both sides must name the same one, else they close the connection",
  ),
  "handshake.self": fault(
    3,
    "both sides have the same peer id",
    "a client met itself, or copies ids; a peer id is one client's",
  ),

  "framing.length": fault(
    3,
    "a length prefix that no message has",
    "what follows cannot be told apart: the stream is lost",
  ),
  "framing.size": fault(
    3,
    "a message whose length does not fit its id",
    "the message cannot be read; clients close the connection",
  ),
  "framing.unknown": fault(
    3,
    "a message id that no BEP defines",
    "nothing negotiated it; extensions go through BEP 10, where names cannot collide",
  ),
  "framing.truncated": note(3, "the connection ended within a message", "the receiver has waited for the rest in vain"),

  "pieces.bitfield-length": fault(
    3,
    "a bitfield of the wrong length",
    "there is one bit for each piece, filled up to whole bytes",
  ),
  "pieces.spare": fault(
    3,
    "spare bits at the end of a bitfield are set",
    "they name pieces that do not exist; clients close the connection",
  ),
  "pieces.bitfield-twice": fault(
    3,
    "a further bitfield that tells nothing new",
    "a bitfield is only ever the first message",
  ),
  "pieces.taken-back": fault(
    3,
    "a further bitfield that leaves out pieces told before",
    "what a side has told that it has, others may have asked for",
  ),
  "pieces.late": note(
    3,
    "the first bitfield came after other messages",
    "a bitfield is only ever the first message; clients may have taken the sender for one without pieces",
  ),
  "pieces.in-place-of-haves": note(
    3,
    "a further bitfield, or have-all, with new pieces in it",
    "BEP 3 has `have` for this; aria2 does so to save bytes, and most clients take it",
  ),
  "pieces.have-range": fault(
    3,
    "have of a piece that there is not",
    "piece numbers end before the torrent's number of pieces",
  ),
  "pieces.have-again": note(3, "have of a piece that was told before", "it says nothing new"),

  "fast.unnegotiated": fault(
    6,
    "a message of the fast extension that both sides did not agree on",
    "the receiver must close the connection",
  ),
  "fast.first": fault(
    6,
    "the first message is none of bitfield, have-all, have-none",
    "with the fast extension exactly one of them comes right after the handshake",
  ),
  "fast.twice": fault(
    6,
    "have-all or have-none after the pieces were told",
    "exactly one of bitfield, have-all and have-none is sent",
  ),
  "fast.reject-unasked": fault(
    6,
    "reject of a request that is not open",
    "each request has exactly one answer, a block or a reject; the receiver should close the connection",
  ),
  "fast.allowed-range": fault(
    6,
    "allowed-fast of a piece that there is not",
    "piece numbers end before the torrent's number of pieces",
  ),
  "fast.suggest-range": fault(
    6,
    "suggest of a piece that there is not",
    "piece numbers end before the torrent's number of pieces",
  ),
  "fast.suggest-unhad": note(
    6,
    "suggest of a piece that the sender has not",
    "a suggestion is about what the sender would upload",
  ),
  "fast.unanswered": note(
    6,
    "a request from before the choke has neither block nor reject",
    "after a choke all requests are rejected, except those for allowed-fast pieces",
  ),

  "request.empty": fault(3, "a request for no bytes", "there is nothing to answer it with"),
  "request.piece": fault(
    3,
    "a request for a piece that there is not",
    "piece numbers end before the torrent's number of pieces",
  ),
  "request.range": fault(
    3,
    "a request beyond the end of its piece",
    "there are no such bytes; clients close the connection",
  ),
  "request.large": note(
    3,
    "a request for more than 16 KiB",
    "all current clients ask for 16 KiB, and many close connections that ask for more",
  ),
  "request.huge": fault(3, "a request for more than 128 KiB", "no client serves blocks of that size"),
  "request.choked": fault(
    3,
    "a request while choked",
    "it is thrown away; ask after unchoke, or for an allowed-fast piece (BEP 6)",
  ),
  "request.uninterested": fault(
    3,
    "a request without being interested",
    "data is sent to those who are interested: the choker decides by that",
  ),
  "request.unhad": fault(3, "a request for a piece that the other never said it has", "it cannot be answered"),
  "request.had": note(
    3,
    "a request for a piece that the asker said it has",
    "the data is there already, or the have was wrong",
  ),
  "request.again": note(
    3,
    "a request for a block whose request is still open",
    "the block may come twice; cancel first",
  ),
  "request.queue": note(
    10,
    "more open requests than the other said that it keeps",
    "it may drop those beyond its `reqq`",
  ),
  "request.upload-only": note(21, "a request after saying upload_only", "who says so is not interested in downloading"),
  "request.cancel-unasked": fault(3, "cancel of a block that was never asked for", "there is nothing to take back"),

  "block.unasked": fault(6, "a block that nobody asked for", "the receiver must close the connection"),
  "block.twice": fault(6, "a further answer to a request that was answered", "each request has exactly one answer"),
  "block.length": fault(3, "a block of another length than asked for", "the answer has the length of the request"),
  "block.range": fault(
    3,
    "a block beyond the end of its piece, or of a piece that there is not",
    "there are no such bytes",
  ),
  "block.large": fault(3, "a block of more than 128 KiB", "no client asks for that, and none takes it"),
  "block.choking": fault(3, "a block to a side that is choked", "choking means that no data is sent until unchoke"),
  "block.after-choke": note(
    3,
    "a block just after the choke, without the fast extension",
    "requests are thrown away when a choke happens; this one was on its way to the wire",
  ),
  "block.unhad": fault(
    3,
    "a block of a piece that the sender never said it has",
    "only pieces that were checked are told and sent",
  ),
  "block.hash": fault(
    3,
    "a piece whose blocks do not have its hash",
    "all of them came over this connection, so this side's data is bad",
  ),

  "state.repeated": note(
    3,
    "choke, unchoke, interested or not-interested that changes nothing, more than once in a row",
    "connections begin choked and not interested; only changes need telling",
  ),
  "state.interested-complete": note(
    3,
    "interested by a side that has every piece",
    "there is nothing that it could want",
  ),

  "rhythm.silence": note(
    3,
    "more than two minutes without a word",
    "a keep-alive is due every two minutes; the other side may have closed",
  ),
  "rhythm.keep-alives": note(3, "many keep-alives in a minute", "one in two minutes does"),

  "extended.unnegotiated": fault(
    10,
    "an extended message that both sides did not agree on",
    "both must set bit 20 in their handshakes",
  ),
  "extended.malformed": fault(10, "an extended handshake that cannot be read", "it is one bencoded dictionary"),
  "extended.unannounced": fault(
    10,
    "an extended message by an id that the receiver never named",
    "ids are the receiver's, told in its extended handshake",
  ),
  "extended.turned-off": fault(
    10,
    "an extended message by an id that the receiver took back",
    "id 0 in a later handshake turns an extension off",
  ),
  "extended.same-id": fault(10, "two extensions by one id", "messages by that id cannot be told apart"),

  "metadata.malformed": fault(
    9,
    "a ut_metadata message that cannot be read",
    "it is a bencoded dictionary with msg_type and piece, and for data up to 16 KiB behind it",
  ),
  "metadata.size": fault(9, "a metadata_size that is not the torrent's", "it is the length of the info dictionary"),
  "metadata.range": fault(
    9,
    "a request beyond the end of the metadata",
    "pieces of 16 KiB end with the announced metadata_size",
  ),
  "metadata.unasked": fault(9, "metadata that nobody asked for", "data answers a request with the same piece"),
  "metadata.length": fault(9, "a metadata piece of the wrong length", "all have 16 KiB but the last"),
  "metadata.total-size": fault(
    9,
    "a total_size other than announced",
    "it is the same as metadata_size in the handshake",
  ),
  "metadata.no-total": note(
    9,
    "metadata without total_size",
    "BEP 9 has it in every data message; most receivers can do without",
  ),
  "metadata.reject-unasked": fault(
    9,
    "reject of a metadata request that was never sent",
    "a reject answers a request with the same piece",
  ),

  "pex.malformed": fault(
    11,
    "a ut_pex message that cannot be read",
    "it is one bencoded dictionary of compact contacts",
  ),
  "pex.often": fault(11, "ut_pex more often than once a minute", "updates are gathered for a minute"),
  "pex.many": fault(11, "ut_pex with more than 50 peers added, or dropped", "only the first message may have more"),
  "pex.both": fault(11, "a peer both added and dropped in one message", "it cannot be both connected and gone"),
  "pex.duplicate": fault(11, "a peer named twice in one list", "contacts must not contain duplicates"),

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
  "private.port": note(27, "a DHT port told for a private torrent", "a private torrent has no use for the DHT"),

  "dht.unnegotiated": fault(
    5,
    "port though a side has no DHT node",
    "it is for peers that set the last bit of their handshake",
  ),
  "dht.port-zero": fault(5, "port 0", "no DHT node can be reached there"),

  "hashes.unnegotiated": fault(
    52,
    "a hash message on a connection for v1",
    "only on v2 connections, or when both set the upgrade bit of hybrid torrents",
  ),
  "hashes.shape": fault(
    52,
    "a hash request of a shape that there is not",
    "length is a power of two from 2 on, and index a multiple of it",
  ),
  "hashes.unasked": fault(
    52,
    "hashes, or a hash reject, that nobody asked for",
    "each answers a hash request with the same fields",
  ),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;
