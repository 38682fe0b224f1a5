import type { NameHelp } from "./name.ts";

/** Help for the global objects of a live session. */
export const OBJECTS: readonly NameHelp[] = [
  {
    name: "torrent",
    usage: "torrent",
    summary: "the torrent's metadata: name, infoHash, pieceLength, pieceCount, size, files, trackers",
    example: "torrent.pieceCount",
  },
  {
    name: "trackers",
    usage: "trackers",
    summary: "all trackers of the torrent, by tier",
    example: "await trackers[0].announce()",
  },
  { name: "tracker", usage: "tracker", summary: "the first tracker", example: "await tracker.scrape()" },
  {
    name: "peers",
    usage: "peers",
    summary: "all peers of the session, closed ones included",
    example: "peers.last.messages",
  },
  { name: "peer", usage: "peer", summary: "the latest peer", example: "peer.interested()" },
  { name: "pieces", usage: "pieces", summary: "all pieces of the torrent", example: "table(pieces)" },
  { name: "haves", usage: "haves", summary: "the complete pieces, as a bitfield", example: "haves.count" },
  { name: "log", usage: "log", summary: "events other than messages", example: "tail(log)" },
  {
    name: "peerId",
    aliases: ["peer_id"],
    usage: "peerId",
    summary: "the session's own 20-byte peer id (BEP 20)",
    example: "String(peerId)",
  },
  { name: "infoHash", usage: "infoHash", summary: "the torrent's info-hash", example: "infoHash.hex" },
  {
    name: "port",
    usage: "port",
    summary: "the port on which the session listens; undefined when it does not listen",
    example: "port",
  },
  {
    name: "localhost",
    usage: "localhost",
    summary: 'this machine, "127.0.0.1"',
    example: "await contact(localhost, 6881)",
  },
];

/** Help for the global functions of a live session. */
export const FUNCTIONS: readonly NameHelp[] = [
  {
    name: "contact",
    usage: "contact(host, port, { timeout, handshake, encrypt, infoHash, peerId, reserved })",
    summary: "connects to a peer, exchanges handshakes, returns the peer",
    details:
      "It sends our handshake and waits for the peer's; nothing else is sent. handshake: false sends no handshake, encrypt: true encrypts the connection (MSE, RC4), reserved: { extended: true } sets only that bit, timeout is in seconds.",
    example: 'const p = await contact("127.0.0.1", 6881)',
  },
  {
    name: "accept",
    usage: "accept({ port, host })",
    summary: "listens for peers; those that connect to us are added to peers",
    details: "A peer that connects is sent our handshake, and nothing else.",
    example: "await accept({ port: 6881 })",
  },
  {
    name: "piece",
    usage: "piece(index)",
    summary: "one piece of the torrent: read, write and verify it",
    example: "await piece(0).verify()",
  },
  {
    name: "have",
    usage: "have(index)",
    summary: "whether a piece is complete and its hash is correct",
    example: "have(0)",
  },
  { name: "size", usage: "size()", summary: "the number of bytes of the torrent that are complete", example: "size()" },
  {
    name: "missing",
    usage: "missing()",
    summary: "the number of bytes of the torrent that are missing",
    example: "missing()",
  },
  {
    name: "upload",
    usage: "upload(peer)",
    summary: "uploads to a peer: announces the complete pieces, unchokes it, and serves its requests",
    details: "The argument is a peer, or an address as in contact(address).",
    example: "await upload(peers.last)",
  },
  {
    name: "record",
    usage: "record(file, { overwrite })",
    summary: "writes the session to a file, from its beginning",
    details: "millrace console --replay FILE steps through it, millrace inspect FILE prints it. record(false) ends it.",
    example: 'await record("session.jsonl")',
  },
  {
    name: "quiet",
    usage: "quiet(on)",
    summary: "hides events while you type; quiet(false) shows them again",
    example: "quiet()",
  },
];
