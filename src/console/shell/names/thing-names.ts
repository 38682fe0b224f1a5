import type { NameHelp } from "./name.ts";

/** Help for the members of a tracker. */
export const TRACKER_NAMES: readonly NameHelp[] = [
  {
    name: "announce",
    usage: "tracker.announce({ event, numWant, port })",
    summary: "announces our peer, and returns peers (BEP 3)",
    details:
      'event is "started" the first time unless given; "completed", "stopped" and "none" are the other events. Before the minimum interval is over it throws; force() does not.',
    example: "const { peers: found } = await tracker.announce()",
  },
  {
    name: "force",
    usage: "tracker.force({ event, numWant, port })",
    summary: "announces even before the tracker's minimum interval has passed",
    example: "await tracker.force()",
  },
  {
    name: "scrape",
    usage: "tracker.scrape()",
    summary: "the number of seeders and leechers, without an announce (BEP 48)",
    example: "await tracker.scrape()",
  },
  {
    name: "peers",
    usage: "tracker.peers",
    summary: "all peers that the tracker has returned",
    example: "await contact(tracker.peers[0])",
  },
  { name: "url", usage: "tracker.url", summary: "its address" },
  { name: "tier", usage: "tracker.tier", summary: "tier 0 comes first (BEP 12)" },
  { name: "state", usage: "tracker.state", summary: "idle, asking, working or failed" },
  {
    name: "isActive",
    usage: "tracker.isActive",
    summary: "whether the tracker lists us as a peer; the session then announces stopped when it ends",
  },
  { name: "seeders", usage: "tracker.seeders", summary: "complete peers (seeders) in its last reply" },
  { name: "leechers", usage: "tracker.leechers", summary: "other peers (leechers) in its last reply" },
  {
    name: "interval",
    usage: "tracker.interval",
    summary: "the time between announces, in seconds, that the tracker asks for",
  },
  { name: "reply", usage: "tracker.reply", summary: "its last reply to an announce" },
  { name: "figures", usage: "tracker.figures", summary: "its last reply to a scrape" },
  { name: "message", usage: "tracker.message", summary: "the failure or warning in its last reply" },
  {
    name: "lastAnnounceAt",
    usage: "tracker.lastAnnounceAt",
    summary: "the time of its last reply to an announce, in milliseconds since 1970",
  },
];

/** Help for the members of a piece. */
export const PIECE_NAMES: readonly NameHelp[] = [
  { name: "index", usage: "piece(0).index", summary: "its number" },
  { name: "length", usage: "piece(0).length", summary: "its length in bytes" },
  { name: "hash", usage: "piece(0).hash", summary: "its expected SHA-1, in hexadecimal" },
  { name: "have", usage: "piece(0).have", summary: "whether it is complete and its hash is correct" },
  { name: "received", usage: "piece(0).received", summary: "the number of its bytes that have arrived" },
  { name: "blockCount", usage: "piece(0).blockCount", summary: "the number of blocks of 16 KiB in it" },
  {
    name: "verify",
    usage: "piece(0).verify()",
    summary: "hashes the piece; true when the hash is correct",
    example: "await piece(0).verify()",
  },
  {
    name: "read",
    aliases: ["block"],
    usage: "piece(0).read(begin, length)",
    summary: "bytes of the piece, from memory or the disk",
    example: "await piece(0).read(0, 16384)",
  },
  {
    name: "write",
    usage: "piece(0).write(begin, bytes)",
    summary: "writes bytes to the piece, as if a peer had sent them",
    example: "await piece(0).write(0, m.block)",
  },
];

/** Help for the fields of a message, such as those of `m` after `const m = await peer.next()`. */
export const MESSAGE_NAMES: readonly NameHelp[] = [
  { name: "type", usage: "m.type", summary: "the message type, spelled as in next(type)" },
  { name: "way", usage: "m.way", summary: 'the direction: "in" from the peer, "out" to the peer' },
  { name: "at", usage: "m.at", summary: "milliseconds since the session began" },
  { name: "number", usage: "m.number", summary: "the index of the message in the conversation, from 0" },
  { name: "size", usage: "m.size", summary: "the size in bytes on the wire, with the length prefix" },
  { name: "findings", usage: "m.findings", summary: "the linter's findings on the message" },
  {
    name: "piece",
    usage: "m.piece",
    summary:
      "the piece number: in have, request, piece, cancel, reject, suggest, allowed-fast and the metadata messages",
  },
  { name: "begin", usage: "m.begin", summary: "the block's offset in the piece: in request, piece, cancel, reject" },
  { name: "length", usage: "m.length", summary: "the block's length in bytes: in request, piece, cancel, reject" },
  {
    name: "block",
    usage: "m.block",
    summary: "the bytes of a piece message; undefined when they were dropped to save memory",
    example: "sha1(m.block)",
  },
  { name: "bits", usage: "m.bits", summary: "the bytes of a bitfield; peer.haves lists the pieces" },
  {
    name: "data",
    usage: "m.data",
    summary: "the bytes of a metadata message; totalSize is the size of the whole dictionary in bytes",
  },
  {
    name: "extensions",
    usage: "m.extensions",
    summary:
      "in extended-handshake: a Map of names to ids; further fields: client, requestQueue, metadataSize, port, yourIp, uploadOnly",
  },
  {
    name: "reserved",
    usage: "m.reserved",
    summary: "in handshake: the flags extended, fast, dht and v2; further fields: infoHash, peerId, reservedBytes",
  },
  {
    name: "added",
    usage: "m.added",
    summary: "in pex (BEP 11): the addresses of added peers; dropped has those of dropped peers",
  },
  {
    name: "payload",
    usage: "m.payload",
    summary: "the bytes of extended, unknown and malformed messages; id is the message id, why is the decoding error",
  },
];

/** Help for the members of a list. */
export const LIST_NAMES: readonly NameHelp[] = [
  { name: "first", usage: "peers.first", summary: "the first element; undefined when there is none" },
  { name: "last", usage: "peers.last", summary: "the last element" },
  {
    name: "where",
    usage: "list.where(fields)",
    summary: "elements whose fields have these values",
    example: 'peer.messages.where({ type: "have", piece: 3 })',
  },
  {
    name: "next",
    usage: "list.next({ timeout })",
    summary: "waits for the next element that is added",
    example: "const p = await peers.next()",
  },
  {
    name: "watch",
    usage: "list.watch(function)",
    summary: "calls a function with every element that is added; returns a function that stops these calls",
    example: "const stop = log.watch((line) => print(line.text))",
  },
  { name: "dropped", usage: "list.dropped", summary: "how many old elements were dropped" },
];
